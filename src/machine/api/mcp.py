"""The machine as an MCP server: the Brain's tools for clients outside, by streamable HTTP.

Each request stands for itself: there are no sessions that could fill up, be stolen or outlive a token. The library is
imported by the first request, in a thread, because that takes a second and 70 MB.
"""

import asyncio
import importlib
from typing import Any, Final

from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from machine.api.errors import problem
from machine.api.public import WITH_TOKEN_ONLY
from machine.api.state import ApiState
from machine.domain.principal import Principal, Via

MAX_AT_ONCE: Final = 32


class McpDoor:
    """Plain ASGI, behind the doorkeeper. Answers those who bring a token: a page must not act through it."""

    def __init__(self) -> None:
        self._importing = asyncio.Lock()
        self._module: Any = None
        self._here = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal = scope.get("principal")
        if not isinstance(principal, Principal) or principal.via is not Via.TOKEN:
            hint = "Send `Authorization: Bearer <token>`; `machine token create` makes one."
            await problem(401, "This address is for programs that bring a token.", hint=hint)(scope, receive, send)
            return
        if self._here >= MAX_AT_ONCE:
            response = problem(503, "Too many MCP requests at once.", code="unavailable", headers={"retry-after": "5"})
            await response(scope, receive, send)
            return
        self._here += 1
        try:
            state: ApiState = scope["app"].state.api
            module = await self._loaded()
            await module.serve(state.brain_tools.of_principal(principal), state.version, scope, receive, send)
        finally:
            self._here -= 1

    async def _loaded(self) -> Any:
        async with self._importing:
            if self._module is None:
                self._module = await asyncio.to_thread(importlib.import_module, "machine.api.mcp_server")
            return self._module


def mcp_route() -> BaseRoute:
    """`POST /mcp`. GET would open a stream of things that the machine says by itself; it says none."""
    return Route(WITH_TOKEN_ONLY, McpDoor(), methods=["POST"])
