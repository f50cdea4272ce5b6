"""Errors on HTTP: RFC 9457 problem details, made in this one place."""

import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match, Route

from machine.domain.errors import MachineError

_log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
MAX_FAULTS: Final = 20
_CODES: Final = {
    400: "bad_request",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many_attempts",
}


def problem(
    status: int,
    detail: str,
    *,
    code: str | None = None,
    hint: str = "",
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """A problem: `{"type","title","status","detail","code","hint",…}` as application/problem+json."""
    code = code or _CODES.get(status, "internal" if status >= 500 else "bad_request")
    body = {
        "type": f"urn:claude-code-agent:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "hint": hint,
        **more,
    }
    extra = {"www-authenticate": "Bearer"} if status == 401 else {}
    return Response(json.dumps(body), status_code=status, media_type=MEDIA_TYPE, headers={**extra, **(headers or {})})


def problem_of(error: MachineError, redacted: Callable[[str], str] = str) -> Response:
    """The problem for an error of this program, whose message is made for people; our own faults are logged as well.

    `redacted` takes out what nobody may read.
    """
    if error.status >= 500 and error.status != 503:
        _log.error("request failed: %s", error.message, exc_info=error)
    headers = {"retry-after": "5"} if error.status in (429, 503) else None
    message, hint = redacted(error.message), redacted(error.hint)
    return problem(error.status, message, code=error.code, hint=hint, headers=headers)


def faults_of(errors: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Validation faults without the values that were sent: `[{"where": "body.message", "what": "…"}]`."""
    return [
        {"where": ".".join(str(part) for part in error["loc"])[:200], "what": str(error["msg"])[:300]}
        for error in errors[:MAX_FAULTS]
    ]


def add_handlers(app: FastAPI) -> None:
    """Make every error of a route a problem. What nobody foresaw is caught by the outermost middleware."""

    @app.exception_handler(MachineError)
    async def on_machine_error(_: Request, error: MachineError) -> Response:
        return problem_of(error, app.state.api.redactor.text)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(_: Request, error: RequestValidationError) -> Response:
        faults = faults_of(list(error.errors()))
        if faults and all(fault["where"].startswith("path.") for fault in faults):
            return problem(404, "There is nothing at this address.", hint="Check the id in it.")
        detail = "; ".join(f"{fault['where']}: {fault['what']}" for fault in faults[:3])
        return problem(422, detail or "The request is not valid.", hint="Correct what `errors` names.", errors=faults)

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        headers = {"allow": _allowed(app, request)} if error.status_code == 405 else error.headers
        return problem(error.status_code, str(error.detail), headers=headers)


def _allowed(app: FastAPI, request: Request) -> str:
    """The methods of all routes at this address; the framework names those of the first alone."""
    found: set[str] = set()
    for route in app.routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return ", ".join(sorted(found))


def unseen(kind: str, object_id: str) -> str:
    """The one sentence for what does not exist and for what the caller may not see."""
    return f"There is no {kind} {object_id}."
