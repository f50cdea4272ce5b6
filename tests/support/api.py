"""A whole machine on a free port of loopback, in the test's own process and event loop."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
import websockets
from fastapi import FastAPI
from tests.support.tasks import stored_task

from machine.api import create_api
from machine.api.http_protocol import PromptHttpProtocol
from machine.api.ws_protocol import PromptWebSocketProtocol
from machine.app.data_folder import prepare
from machine.app.machine_room import MachineRoom, opened
from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.events import Output, OutputKind, TaskOutput
from machine.domain.ids import new_id
from machine.domain.principal import Role
from machine.domain.task import Lane, QueueReason, Task
from machine.ports import UserRow
from machine.settings import read_settings


@dataclass
class Served:
    """The machine, its address, and a token of its administrator."""

    room: MachineRoom
    app: FastAPI
    port: int
    token: str
    server: uvicorn.Server
    clients: list[httpx2.AsyncClient] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def origin(self) -> dict[str, str]:
        return {"origin": self.url}

    def client(self, token: str | None = None, **headers: str) -> httpx2.AsyncClient:
        """A client with these headers, and `Authorization` where a token is given."""
        given = {**({"authorization": f"Bearer {token}"} if token else {}), **headers}
        made = httpx2.AsyncClient(base_url=self.url, headers=given, trust_env=False, timeout=20)
        self.clients.append(made)
        return made

    @property
    def admin(self) -> httpx2.AsyncClient:
        return self.client(self.token)

    async def browser(self) -> httpx2.AsyncClient:
        """A client that signed in with a one-time link, as a browser does."""
        link = await self.room.api.authenticator.new_link(self.url)
        client = self.client(**self.origin)
        answer = await client.post("/api/auth/login", json={"secret": link.partition("#")[2]})
        assert answer.status_code == 200, answer.text
        return client

    async def session_id(self, client: httpx2.AsyncClient | None = None) -> str:
        answer = await (client or self.admin).post("/api/sessions")
        assert answer.status_code == 201, answer.text
        return str(answer.json()["session_id"])

    def socket(self, session_id: str, **options: Any) -> websockets.connect:
        return websockets.connect(
            f"ws://127.0.0.1:{self.port}/ws/{session_id}", proxy=None, compression=None, max_size=2**26, **options
        )

    @contextlib.asynccontextmanager
    async def session(
        self, *, token: str | None = None, feed_after: int | None = None, **options: Any
    ) -> AsyncIterator["Talk"]:
        """A connection of a fresh session that has said hello and heard `session.ready`."""
        token = token or self.token
        session_id = await self.session_id(self.client(token))
        begin = "" if feed_after is None else f"?feed_after={feed_after}"
        async with self.socket(session_id + begin, **options) as connection:
            talk = Talk(connection)
            await talk.say(type="hello", token=token)
            talk.ready = await talk.hear()
            assert talk.ready["type"] == "session.ready", talk.ready
            yield talk


class Talk:
    """One side of a WebSocket, in JSON."""

    def __init__(self, connection: websockets.ClientConnection) -> None:
        self.connection = connection
        self.ready: dict[str, Any] = {}
        self._heard = 0
        self._last = "nothing"

    async def say(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        """The next message. A minute says that none will come: a hundred readers share this one process."""
        try:
            async with asyncio.timeout(60):
                said = await self.connection.recv()
        except TimeoutError as error:
            raise TimeoutError(f"silence after {self._heard} messages, the last: {self._last}") from error
        self._heard += 1
        self._last = str(said)[:200]
        return dict(json.loads(said))

    async def until(self, kind: str) -> list[dict[str, Any]]:
        """All messages up to the first of this kind, that one included."""
        heard = [await self.hear()]
        while heard[-1]["type"] != kind:
            heard.append(await self.hear())
        return heard

    async def asked(self, **message: Any) -> dict[str, Any]:
        """The answer to a message; what comes before it is passed over."""
        await self.say(**message)
        while (heard := await self.hear()).get("id") != message["id"] or heard["type"] not in ("ack", "error"):
            pass
        return heard


async def close_code(connection: websockets.ClientConnection, *, within_seconds: float = 5) -> int | None:
    """The code with which the server closes, whatever it says before. TimeoutError when it does not."""
    try:
        async with asyncio.timeout(within_seconds):
            while True:
                await connection.recv()
    except websockets.ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


@contextlib.asynccontextmanager
async def served(data_dir: Path, *, environ: dict[str, str] | None = None) -> AsyncIterator[Served]:
    """A machine with the demo model that works on `data_dir`; its dashboard, if any, is in `dashboard` beside that."""
    listener = socket.create_server(("127.0.0.1", 0))
    # asyncio does this for sockets that name their protocol only; without it each answer waits 40 ms for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    settings = read_settings(environ or {}, data_dir=data_dir, demo=True, port=listener.getsockname()[1])
    await asyncio.to_thread(prepare, settings)
    async with opened(settings) as opened_room:
        api = replace(opened_room.api, dashboard_dir=data_dir.parent / "dashboard")
        room = replace(opened_room, api=api)
        administrator = await room.api.people.local_administrator()
        _, token = await room.api.authenticator.new_token(administrator.user_id, "tests")
        app = create_api(room.api)
        config = uvicorn.Config(
            app,
            http=PromptHttpProtocol,
            ws=PromptWebSocketProtocol,
            proxy_headers=False,
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            ws_max_size=1024 * 1024,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=2,
        )
        server = uvicorn.Server(config)
        serving = spawn(server._serve([listener]), name="http server")
        machine = Served(room=room, app=app, port=settings.port, token=token, server=server)
        try:
            yield machine
        finally:
            for client in machine.clients:
                await client.aclose()
            server.should_exit = True
            await asyncio.wait([serving], timeout=5)
            await cancel_and_wait(serving)
            listener.close()


async def resting_task(
    machine: Served, *, user_id: str | None = None, message: str = "Rest.", with_brain: bool = False
) -> Task:
    """A task that is stored and queued and, being parked, is run by nobody."""
    room = machine.room.api
    now = room.clock()
    return await stored_task(
        room.tasks,
        title="Rest",
        input_message=message,
        user_id=user_id or (await room.people.local_administrator()).user_id,
        assigned_agent="brain" if with_brain else "planning",
        lane=Lane.CHAT if with_brain else Lane.WORK,
        queue_reason=QueueReason.QUOTA,
        parked_until=now + timedelta(days=1),
        created_at=now,
    )


def text(content: str, item: str = "i") -> TaskOutput:
    """An event of text."""
    return TaskOutput(data=Output(kind=OutputKind.TEXT, text=content, item=item))


async def person(machine: Served, role: Role) -> tuple[str, str]:
    """(user_id, token) of a new person, who has no password."""
    room = machine.room.api
    user_id = new_id("user")
    user = UserRow(user_id=user_id, name=f"{role.value} {user_id[-8:]}", role=role, created_at=room.clock())
    await room.people.add_user(user, "no hash, so nothing matches it")
    _, token = await room.authenticator.new_token(user_id, "theirs")
    return user_id, token
