"""Pages: the built dashboard where there is one, otherwise one small page that signs a person in."""

import asyncio
import re
import secrets
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from machine.api.asgi import is_visit
from machine.api.deps import State
from machine.api.errors import problem
from machine.api.public import PAGES
from machine.api.state import ApiState

router = APIRouter(include_in_schema=False)

NONCE_MARK: Final = "__CSP_NONCE__"
"""Stands in the built `index.html` wherever a script or a style needs the response's nonce."""
_ASSET: Final = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*")
_MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
"""By name here, not from the computer's own list: that differs, and reading it blocks."""
_TAKES_GZIP: Final = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)
_FALLBACK: Final = Path(__file__).with_name("signed_out.html")


def content_security_policy(nonce: str) -> str:
    """Own files and what carries the nonce; no other origin, no inline code, nobody's frame."""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


async def _page(state: State) -> Response:
    """The same page for every page path: what it shows, it asks the API for."""
    return await _html(state)


async def nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    """What answers where no route does: to people the page, which says so and leads home. Raises HTTPException 404."""
    if not is_visit(scope):
        raise HTTPException(404)
    answer = await _html(scope["app"].state.api, 404)
    await answer(scope, receive, send)


async def _html(state: ApiState, status: int = 200) -> Response:
    nonce = secrets.token_urlsafe(16)
    html = await asyncio.to_thread(_read, state.dashboard_dir / "index.html")
    headers = {"content-security-policy": content_security_policy(nonce), "cache-control": "no-store"}
    return HTMLResponse(html.replace(NONCE_MARK, nonce), status, headers=headers)


def _read(index: Path) -> str:
    return (index if index.is_file() else _FALLBACK).read_text(encoding="utf-8")


router.add_api_route("/", _page, methods=["GET"], name="page")
for _name in sorted(PAGES):
    router.add_api_route(f"/{_name}", _page, methods=["GET"], name="page")
    for _depth in ("{a}", "{a}/{b}", "{a}/{b}/{c}"):
        router.add_api_route(f"/{_name}/{_depth}", _page, methods=["GET"], name="page")


@router.get("/assets/{name:path}")
async def asset(name: str, request: Request, state: State) -> Response:
    """A file of the built dashboard. Its name changes with its content, so it may be kept for ever.

    Sent gzipped to who takes that, where the build has put such a copy beside it.
    """
    folder = state.dashboard_dir / "assets"
    if not _ASSET.fullmatch(name) or not await asyncio.to_thread(_is_inside, folder, folder / name):
        return problem(404, "There is no such asset.", hint="Reload the page: the dashboard was replaced by another.")
    media_type = _MEDIA_TYPES.get(Path(name).suffix, "application/octet-stream")
    headers = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
    gzipped = folder / f"{name}.gz"
    takes_it = _TAKES_GZIP.search(request.headers.get("accept-encoding", "")) is not None
    if takes_it and await asyncio.to_thread(gzipped.is_file):
        headers["content-encoding"] = "gzip"
        return FileResponse(gzipped, media_type=media_type, headers=headers)
    return FileResponse(folder / name, media_type=media_type, headers=headers)


def _is_inside(folder: Path, file: Path) -> bool:
    resolved = file.resolve()
    return resolved.is_file() and resolved.is_relative_to(folder.resolve())
