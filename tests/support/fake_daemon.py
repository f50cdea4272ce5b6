"""A small program that speaks just enough of the daemon's interface to misbehave on purpose."""

import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from machine.domain.aio import spawn

Connection = Callable[[WebSocket, int], Awaitable[None]]
"""Serves one WebSocket: gets the socket after hello and subscribe, and the `after` that was asked for."""


class FakeDaemon:
    """Serves the connections one after the other with `connections`; the last one serves all that follow."""

    def __init__(
        self,
        *connections: Connection,
        task_status: int = 201,
        status: str = "running",
        stored: Sequence[dict[str, Any]] = (),
        last_seq: int = 0,
        pages: Collection[int] = (),
    ) -> None:
        """`status`, `stored` and `last_seq` are what it says of the task over HTTP.

        `pages`: which requests for a session, counted from 1, a proxy in front of it answers with a page of its own.
        """
        self.connections = connections
        self.status = status
        self.stored = stored
        self.last_seq = last_seq
        self.pages = pages
        self.asked_after: list[int] = []
        self.posted: list[tuple[str, Any]] = []
        self.tokens: set[str] = set()
        self.task_status = task_status
        self.url = ""

    @contextlib.asynccontextmanager
    async def serve(self) -> AsyncIterator["FakeDaemon"]:
        """Listen on a free port of loopback while the block runs."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        routes = [
            Route("/{path:path}", self._answer, methods=["GET", "POST"]),
            WebSocketRoute("/ws/{session}", self._socket),
        ]
        config = uvicorn.Config(Starlette(routes=routes), log_level="error", lifespan="off", ws="websockets-sansio")
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # not the test's own signals
        serving = spawn(server._serve([listener]), name="fake daemon")
        try:
            yield self
        finally:
            server.force_exit = server.should_exit = True
            await serving

    async def _answer(self, request: Request) -> Response:
        self.tokens.add(request.headers.get("authorization", ""))
        body = await request.body()
        if request.method == "POST":
            self.posted.append((request.url.path, json.loads(body) if body else None))
        if request.url.path == "/api/sessions":
            if sum(path == request.url.path for path, _ in self.posted) in self.pages:
                return HTMLResponse("<html>Please sign in.</html>")
            return JSONResponse({"session_id": "session_1"}, 201)
        if request.url.path == "/api/tasks" and self.task_status != 201:
            problem = {
                "status": self.task_status,
                "detail": "There is no agent x.",
                "hint": "Try y.",
                "code": "not_found",
            }
            return JSONResponse(problem, self.task_status)
        if request.url.path == "/api/tasks/task_1/events":
            after, limit = int(request.query_params["after"]), int(request.query_params["limit"])
            events = [each for each in self.stored if each["seq"] > after][:limit]
            return JSONResponse({"events": events, "last_seq": self.last_seq})
        if request.url.path == "/api/tasks/task_1":
            return JSONResponse({"task_id": "task_1", "status": self.status})
        return JSONResponse({"task_id": "task_1", "status": "queued"}, 201)

    async def _socket(self, socket: WebSocket) -> None:
        await socket.accept()
        hello = await socket.receive_json()
        self.tokens.add(f"Bearer {hello['token']}")
        wanted = await socket.receive_json()
        connection = self.connections[min(len(self.asked_after), len(self.connections) - 1)]
        self.asked_after.append(wanted["after"])
        await socket.send_json({"type": "session.ready"})
        await socket.send_json({"type": "ack", "id": wanted["id"]})
        await connection(socket, wanted["after"])
        with contextlib.suppress(RuntimeError):
            await socket.close()


def event(seq: int, type_: str = "task.output", **data: Any) -> dict[str, Any]:
    """An event of `task_1` as the daemon sends it."""
    return {"type": type_, "task_id": "task_1", "seq": seq, "at": "2026-11-22T12:00:00+00:00", "data": data}


def said(
    seq: int, text: str, *, more: bool = False, item: str = "i1", kind: str = "text", **data: Any
) -> dict[str, Any]:
    """A piece of output."""
    return event(seq, kind=kind, text=text, item=item, more=more)


def ended(seq: int, how: str = "completed", **data: Any) -> dict[str, Any]:
    """The last event."""
    usage = {"input_tokens": 1200, "output_tokens": 30, "cost_usd": 0.0123}
    return event(seq, f"task.{how}", usage=usage, cost_kind="demo", duration_seconds=4.2, **data)


def sends(*events: dict[str, Any]) -> Connection:
    """A connection that sends these events and ends."""

    async def connection(socket: WebSocket, after: int) -> None:
        for each in events:
            await socket.send_json(each)

    return connection


async def silent(socket: WebSocket, after: int) -> None:
    """A connection over which nothing comes."""
    await socket.receive()
