"""The API's own description: `/openapi.json`, and `/docs` as a page that needs nothing from anywhere else."""

import asyncio
import secrets
from html import escape
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from machine.api.pages import content_security_policy

router = APIRouter(include_in_schema=False)

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_STYLE: Final = """
body{margin:2rem auto;max-width:60rem;padding:0 1rem;font:16px/1.5 system-ui,sans-serif;color-scheme:light dark}
h2{margin-top:2rem} article{border-top:1px solid #8884;padding:.75rem 0} pre{overflow:auto;font-size:.85rem}
code{font-family:ui-monospace,monospace} .m{display:inline-block;min-width:4.5rem;font-weight:700}
"""


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    """The description, events of the WebSocket included among its components."""
    return JSONResponse(await asyncio.to_thread(request.app.openapi))


@router.get("/docs")
async def docs(request: Request) -> Response:
    """All routes with what they do, what they take and what they give."""
    nonce = secrets.token_urlsafe(16)
    description = await asyncio.to_thread(request.app.openapi)
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>API</title>'
        f'<meta name="viewport" content="width=device-width"><style nonce="{nonce}">{_STYLE}</style></head><body>'
        f"<h1>{escape(description['info']['title'])} {escape(description['info']['version'])}</h1>"
        '<p>The whole description for programs: <a href="/openapi.json">/openapi.json</a>. '
        "Programs send <code>Authorization: Bearer …</code>; <code>machine token create</code> makes a token.</p>"
        f"{''.join(_operations(description))}</body></html>"
    )
    return HTMLResponse(html, headers={"content-security-policy": content_security_policy(nonce)})


def _operations(description: dict[str, Any]) -> list[str]:
    return [
        _operation(method, path, operations[method])
        for path, operations in sorted(description["paths"].items())
        for method in _METHODS
        if method in operations
    ]


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parameters = ", ".join(parameter["name"] for parameter in operation.get("parameters", ()))
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    body = _names(schema)
    details = "".join(
        f"<br>{what}: <code>{escape(text)}</code>"
        for what, text in (("parameters", parameters), ("body", body))
        if text
    )
    return (
        f'<article><span class="m">{method.upper()}</span> <code>{escape(path)}</code>'
        f"<br>{escape(operation.get('description', ''))}{details}</article>"
    )


def _names(schema: dict[str, Any]) -> str:
    """The name of the model that a body is."""
    choices = [schema, *schema.get("anyOf", ())]
    return next((choice["$ref"].rsplit("/", 1)[-1] for choice in choices if "$ref" in choice), "")
