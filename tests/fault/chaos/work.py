"""What people do meanwhile: they submit tasks, watch each to its end, stop some, and go on with some conversations."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import httpx2
import websockets
from tests.support.fleet import ENDED, Fleet, Member

from machine.domain.aio import spawn

ENDING_EVENTS: Final = tuple(f"task.{status}" for status in ENDED)
SILENCE_SECONDS: Final = 15.0
AT_ONCE: Final = 40
STOPPED_PART, FOLLOWED_PART = 0.08, 0.15
AGAIN_SECONDS: Final = 0.5
_NOT_NOW: Final = (httpx2.HTTPError, websockets.WebSocketException, OSError, TimeoutError, EOFError)


@dataclass
class Watched:
    """One accepted task, as its person saw it."""

    task_id: str
    conversation_id: str
    seen: list[dict[str, Any]] = field(default_factory=list)
    """Every event that was sent, in the order in which it came, over all connections."""
    connections: int = 0
    stop_asked: bool = False

    @property
    def last_seq(self) -> int:
        return int(self.seen[-1]["seq"]) if self.seen else 0

    @property
    def over(self) -> bool:
        return bool(self.seen) and self.seen[-1]["type"] in ENDING_EVENTS


class Work:
    """So many tasks over so many seconds, and each one's end is waited for."""

    def __init__(self, fleet: Fleet, chance: Random) -> None:
        self.watched: list[Watched] = []
        self.wanted = 0
        self.unsure = 0
        """Requests that may have made a task, or not: their answer was lost. Each was made again as another one."""
        self._fleet = fleet
        self._chance = chance
        self._line = asyncio.Semaphore(AT_ONCE)

    async def do(self, count: int, seconds: float) -> None:
        began, people = time.monotonic(), []
        self.wanted += count
        for number in range(count):
            await asyncio.sleep(max(0.0, began + seconds * number / count - time.monotonic()))
            people.append(spawn(self._person(number), name=f"person {number}"))
        await asyncio.gather(*people)

    async def _person(self, number: int) -> None:
        chance = Random(f"{number} {self._chance.random()}")  # noqa: S311 - to be drawn again from the same seed
        async with self._line:
            first = await self._accepted(f"{_wish(chance)} #{number}")
            stopping = spawn(self._stop(first, chance), name="stop") if chance.random() < STOPPED_PART else None
            await self._watch(first)
            if stopping is not None:
                await stopping
            elif chance.random() < FOLLOWED_PART:
                wish = {"conversation_id": first.conversation_id}
                await self._watch(await self._accepted(f"{_wish(chance)} #{number} again", **wish))

    def _any_web(self) -> Member:
        return self._chance.choice(self._fleet.webs)

    async def _accepted(self, message: str, **wish: str) -> Watched:
        """Ask one web process after the other until one has taken it."""
        while True:
            try:
                client = self._fleet.client(self._any_web())
                answer = await client.post("/api/tasks", json={"agent": "planning", **wish, "message": message})
                if answer.status_code == 201:
                    made = answer.json()
                    self.watched.append(Watched(made["task_id"], made["conversation_id"]))
                    return self.watched[-1]
                assert answer.status_code >= 500, answer.text
            except _NOT_NOW as error:
                self.unsure += not isinstance(error, httpx2.ConnectError)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _stop(self, watched: Watched, chance: Random) -> None:
        await asyncio.sleep(chance.uniform(0, 6))
        watched.stop_asked = True
        while not watched.over:
            try:
                client = self._fleet.client(self._any_web())
                answer = await client.post(f"/api/tasks/{watched.task_id}/stop", json={"mode": "stop"})
                if answer.status_code == 200:
                    return
                assert answer.status_code in (409, 500, 503), answer.text
            except _NOT_NOW:
                pass
            await asyncio.sleep(AGAIN_SECONDS)

    async def _watch(self, watched: Watched) -> None:
        """To its end; whoever breaks off, another web process is asked for what came after the last that was seen."""
        while not watched.over:
            try:
                async with self._connected(watched) as socket:
                    await _read(watched, socket)
            except _NOT_NOW:
                await asyncio.sleep(AGAIN_SECONDS)

    @asynccontextmanager
    async def _connected(self, watched: Watched) -> AsyncIterator[websockets.ClientConnection]:
        web = self._any_web()
        answer = await self._fleet.client(web).post("/api/sessions")
        answer.raise_for_status()
        url = f"{web.url.replace('http:', 'ws:')}/ws/{answer.json()['session_id']}"
        watched.connections += 1
        async with websockets.connect(
            url, proxy=None, compression=None, ping_interval=5, ping_timeout=10, close_timeout=2, open_timeout=10
        ) as socket:
            await socket.send(json.dumps({"type": "hello", "token": self._fleet.token}))
            wish = {"type": "subscribe", "id": 1, "task_id": watched.task_id, "after": watched.last_seq}
            await socket.send(json.dumps(wish))
            yield socket


def _wish(chance: Random) -> str:
    return f"chapters {chance.randint(1, 25)} {chance.choice((50, 200, 400))}"


async def _read(watched: Watched, socket: websockets.ClientConnection) -> None:
    """What the subscription brings; what the feed says before it was taken up is the same, told twice."""
    subscribed = False
    while not watched.over:
        async with asyncio.timeout(SILENCE_SECONDS if not subscribed else None):
            message = json.loads(await socket.recv())
        if message["type"] in ("lagged", "error"):
            raise EOFError(message)
        if message["type"] == "ack":
            subscribed = True
        elif subscribed and message.get("task_id") == watched.task_id and "seq" in message:
            watched.seen.append(message)
