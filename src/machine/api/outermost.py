"""The outermost layer: a request id, headers that belong on every response, and the net under everything."""

import logging
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from machine.api.asgi import with_defaults
from machine.api.errors import problem
from machine.domain.ids import new_id
from machine.domain.log_context import about

_log = logging.getLogger(__name__)

SECURITY_HEADERS: Final = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
    (b"cache-control", b"no-store"),
)
"""What a response gets unless it says otherwise itself."""


class Outermost:
    """Plain ASGI. Whatever gets this far ends as a response: an error nobody foresaw tells a request id, no more."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        request_id = new_id("req")
        scope["request_id"] = request_id
        about(request_id=request_id)
        begun = False

        async def send_dressed(message: Message) -> None:
            nonlocal begun
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                begun = True
                _log.debug("%s %s: %d", scope.get("method", "WEBSOCKET"), scope["path"], message["status"])
                given = [(b"x-request-id", request_id.encode()), *message.get("headers", [])]
                message = {**message, "headers": with_defaults(given, SECURITY_HEADERS)}
            await send(message)

        try:
            await self._app(scope, receive, send_dressed)
        except Exception as error:
            if isinstance(error, OSError) and begun:
                return  # the client has gone while it was being answered
            _log.exception("request %s failed: %s %s", request_id, scope.get("method", "WEBSOCKET"), scope["path"])
            if begun or scope["type"] != "http":
                raise
            hint = f"Look for {request_id} in the machine's log."
            response = problem(500, "The machine made a mistake.", hint=hint, request_id=request_id)
            await response(scope, receive, send_dressed)
