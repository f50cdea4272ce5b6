"""A fleet of real processes on one PostgreSQL and one Redis, and all that can happen to each of them."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx2
import psutil
from tests.support.daemon import DaemonProcess
from tests.support.postgres import PostgresServer
from tests.support.redis_server import RedisServer
from tests.support.wire import Wire

LAUNCH_SECONDS: Final = 300.0
START_SECONDS: Final = 150.0
WAIT_SECONDS: Final = 180.0
"""Generous: five processes start at once, perhaps on a busy computer."""
ENDED: Final = ("completed", "failed", "cancelled")


class Member:
    """One process in its role, with a wire of its own to the database, which may be cut."""

    def __init__(self, name: str, role: str, daemon: DaemonProcess, wire: Wire) -> None:
        self.name = name
        self.role = role
        self.daemon = daemon
        self.wire = wire
        self.busy = asyncio.Lock()
        """Held by whoever does something to it."""
        self._port = 0

    @property
    def url(self) -> str:
        """Where it listens, also after it was started again."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def runs(self) -> bool:
        return self.daemon.process is not None and self.daemon.process.poll() is None

    async def start(self) -> None:
        """Start it, as often as it takes: whoever looks after services does so. AssertionError after some minutes."""
        deadline = time.monotonic() + LAUNCH_SECONDS
        while not self.runs:
            try:
                await asyncio.to_thread(self.daemon.launch, self._port, ("--role", self.role))
            except AssertionError:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(1)
        self._port = int(self.daemon.url.rpartition(":")[2])

    async def kill(self) -> None:
        if self.runs:
            await asyncio.to_thread(self.daemon.kill9)

    async def terminate(self) -> int:
        """SIGTERM; its exit code."""
        return await asyncio.to_thread(self.daemon.terminate)

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        self.daemon.send(signal.SIGSTOP)
        try:
            yield
        finally:
            self.daemon.send(signal.SIGCONT)


class Fleet:
    """Made by `fleet`."""

    def __init__(self, postgres: PostgresServer, database: str, redis: RedisServer, members: Sequence[Member]) -> None:
        self.postgres = postgres
        self.database = database
        self.redis = redis
        self.members = tuple(members)
        self.webs = [member for member in members if member.role == "web"]
        self.workers = [member for member in members if member.role == "worker"]
        self._clients: dict[str, httpx2.AsyncClient] = {}
        self.token = ""

    async def start(self) -> None:
        """All members, the first one alone: it makes the tables."""
        first, *others = self.webs
        await first.start()
        await asyncio.gather(*(member.start() for member in [*others, *self.workers]))
        self.token = await asyncio.to_thread(first.daemon.token)

    async def close(self) -> None:
        """End all of it, whatever state it is in."""
        for client in self._clients.values():
            await client.aclose()
        for member in self.members:
            if member.runs:
                with contextlib.suppress(ProcessLookupError):
                    member.daemon.send(signal.SIGCONT)
                await member.kill()

    def worker(self, name: str) -> Member:
        return next(member for member in self.workers if member.name == name)

    def client(self, web: Member | None = None) -> httpx2.AsyncClient:
        web = web or self.webs[0]
        if web.name not in self._clients:
            headers = {"authorization": f"Bearer {self.token}"}
            self._clients[web.name] = httpx2.AsyncClient(base_url=web.url, headers=headers, trust_env=False, timeout=30)
        return self._clients[web.name]

    async def rows(self, sql: str) -> list[Any]:
        """Looked up past all members."""
        return await asyncio.to_thread(self.postgres.execute, sql, self.database)

    # --- tasks, at a web that is there -----------------------------------------------------------------------------

    async def submit(self, message: str, **wish: Any) -> str:
        answer = await self.client().post("/api/tasks", json={"agent": "planning", **wish, "message": message})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["task_id"])

    async def task(self, task_id: str) -> dict[str, Any]:
        answer = await self.client().get(f"/api/tasks/{task_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def until(self, task_id: str, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The task once it is so. AssertionError when that takes minutes."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not is_so(task := await self.task(task_id)):
            assert time.monotonic() < deadline, task
            await asyncio.sleep(0.1)
        return task

    async def ended(self, task_id: str) -> dict[str, Any]:
        return await self.until(task_id, lambda task: task["status"] in ENDED)

    async def events(self, task_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            query = {"after": len(found), "limit": 5000}
            answer = await self.client().get(f"/api/tasks/{task_id}/events", params=query)
            assert answer.status_code == 200, answer.text
            page = answer.json()["events"]
            if not page:
                break
            found += page
        assert [event["seq"] for event in found] == list(range(1, len(found) + 1))
        return found

    async def says(self, task_id: str, words: str) -> dict[str, Any]:
        """The task once its agent has said `words`."""
        return await self.until(task_id, lambda task: words in (task["output_stream"] or ""))


@asynccontextmanager
async def fleet(
    folder: Path,
    postgres: PostgresServer,
    database: str,
    *,
    roles: Mapping[str, str],
    env: Mapping[str, str],
    redis_port: int = 0,
) -> AsyncIterator[Fleet]:
    """A fleet whose members are there, none of them started yet. `roles`: by name."""
    async with AsyncExitStack() as stack:
        redis = stack.enter_context(await asyncio.to_thread(RedisServer, folder, port=redis_port))
        members = []
        for name, role in roles.items():
            wire = await stack.enter_async_context(Wire(postgres.port))
            given = {
                "DATABASE_URL": postgres.url(database, port=wire.port),
                "REDIS_URL": redis.url,
                "MACHINE_ID": name,
                "MACHINE_SANDBOX": "off",
                **env,
            }
            daemon = DaemonProcess(folder / name, extra_env=given)
            daemon.start_seconds = daemon.end_seconds = START_SECONDS
            members.append(Member(name, role, daemon, wire))
        made = Fleet(postgres, database, redis, members)
        stack.push_async_callback(made.close)
        yield made


def clis_of(program: Path) -> dict[str, list[psutil.Process]]:
    """The CLIs that run `program`, by conversation. Blocking."""
    found: dict[str, list[psutil.Process]] = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            words = process.cmdline()
            if str(program) in words and process.status() != psutil.STATUS_ZOMBIE:
                named = [word for word in words if word.startswith(("--session-id=", "--resume="))]
                if named:  # else it is asked for its version, and the like
                    found.setdefault(named[0].partition("=")[2], []).append(process)
    return found


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it is so. AssertionError when that takes minutes."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not await is_so():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
