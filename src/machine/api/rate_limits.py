"""How much one login, one token or one stranger's address may ask for: a runaway or a flood meets it, people do not."""

import math
import re
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from machine.api.asgi import address, refuse_websocket
from machine.api.errors import problem
from machine.api.state import ApiState
from machine.auth.attempts import Buckets, neighbourhood
from machine.domain.principal import Principal

BURST_SECONDS: Final = 20
"""Of what is allowed in the long run, so much at once."""
_UNCOUNTED: Final = re.compile(r"/webhooks/.*|/healthz|/readyz", re.DOTALL)
"""Deliveries have limits of their own, and a flood must not make a watcher believe that the machine is ill."""


class RateLimits:
    """Plain ASGI, behind the login: so many requests a second, more for a while, then 429 with Retry-After.

    Who is signed in is counted for themselves, wherever they come from: behind a proxy all addresses are the proxy's.
    """

    def __init__(self, app: ASGIApp, state: ApiState) -> None:
        self._app = app
        per_second = state.settings.requests_per_second
        self._buckets = Buckets(state.clock, most=per_second * BURST_SECONDS, per_second=per_second)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or _UNCOUNTED.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        who = _who(scope)
        wait = self._buckets.must_wait(who)
        if wait == 0:
            self._buckets.add(who)
            await self._app(scope, receive, send)
            return
        seconds = math.ceil(wait)
        detail, hint = "You ask for too much in too short a time.", f"Wait {seconds} s."
        headers = {"retry-after": str(seconds)}
        response = problem(429, detail, code="too_many_requests", hint=hint, headers=headers)
        if scope["type"] == "http":
            await response(scope, receive, send)
        else:
            start = {"type": "", "status": 429, "headers": response.raw_headers}
            await refuse_websocket(receive, send, start, bytes(response.body))


def _who(scope: Scope) -> str:
    """A key that no address can be mistaken for."""
    principal = scope.get("principal")
    if isinstance(principal, Principal):
        return f"{principal.via}:{principal.credential_id}"
    return neighbourhood(address(scope))
