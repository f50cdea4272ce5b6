"""The connections of a process to Redis: one that publishes, one that is told. Whoever imports this needs Redis.

Nothing here waits for Redis: what cannot be sent is dropped, and what is published while a connection is made anew is
lost. Both are said (`away`, `confirmed`), so that others can look into the store.
"""

import asyncio
import logging
import math
import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from itertools import islice
from typing import Any, Final

from redis.asyncio import ConnectionPool, SSLConnection
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from machine.domain.errors import MachineError
from machine.hub.channel import LOOK, Channel
from machine.hub.outbox import Outbox

CONNECT_SECONDS: Final = 3.0
PING_SECONDS: Final = 1.0
DEAD_SECONDS: Final = 3.0
"""Both connections hear something each second; after so much silence Redis counts as away."""
FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 5.0
_AT_ONCE: Final = 500
"""Channels in one SUBSCRIBE."""
_BREATH: Final = 64
"""Messages after which others get their turn on the event loop, even if the socket has more."""

_log = logging.getLogger(__name__)


class RedisLink:
    """Publishes lines of bytes and hears those of other processes. Belongs to the event loop; `run` does the work.

    `origin` names this process. `changed` is called when `connected` changes. Raises MachineError for a wrong URL.
    """

    def __init__(self, url: str, *, origin: str) -> None:
        self.changed: Callable[[], None] = lambda: None
        self.connected = False
        self.problem = "it was not asked yet"
        """Why there is no connection."""
        self._complained = False
        self._pool = pool_of(url)
        self._prefix = ""
        self._origin = origin.encode()
        self._outbox = Outbox()
        self._something = asyncio.Event()
        self._channels: dict[str, Channel] = {}
        self._wishes = asyncio.Event()
        self._asked: set[str] = set()
        self._unconfirmed: Counter[str] = Counter()

    # --- for others ------------------------------------------------------------------------------------------------

    def publish(self, channel: str, line: bytes = b"") -> None:
        """Queue a line without a line break for all who want the channel; dropped where Redis is slow or away."""
        if self.connected:
            self._outbox.add(channel, line)
            self._something.set()

    def want(self, name: str, channel: Channel) -> None:
        """Hear a channel from now on, whenever there is a connection."""
        self._channels[name] = channel
        self._wishes.set()

    def leave(self, name: str) -> None:
        """Hear it no more."""
        if self._channels.pop(name, None) is not None:
            self._wishes.set()

    # --- the connections -------------------------------------------------------------------------------------------

    async def run(self, prefix: str) -> None:
        """Keep the connections up until cancelled. `prefix` begins the names of all channels: it is the fleet's."""
        self._prefix = prefix
        loop, pause = asyncio.get_running_loop(), FIRST_PAUSE_SECONDS
        while True:
            begun = loop.time()
            try:
                await self._connect_and_work()
            except* (RedisError, OSError) as failed:
                self._away(_reason(failed))
            except* Exception as failed:
                _log.exception("the connection to Redis ended by a mistake of the machine")
                self._away(_reason(failed))
            if loop.time() - begun > LONGEST_PAUSE_SECONDS * 2:
                pause = FIRST_PAUSE_SECONDS
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - so that not all come at once; no secret
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _connect_and_work(self) -> None:
        async with AsyncExitStack() as stack:
            speaking, hearing = [await self._connection(stack) for _ in range(2)]
            self._back()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._speak(speaking), name="redis: publish")
                group.create_task(self._ask(hearing), name="redis: subscribe")
                group.create_task(self._hear(hearing), name="redis: hear")

    async def _connection(self, stack: AsyncExitStack) -> AbstractConnection:
        connection = new_connection(self._pool)
        stack.push_async_callback(connection.disconnect, nowait=True)
        async with asyncio.timeout(CONNECT_SECONDS):
            if isinstance(connection, SSLConnection):
                await asyncio.to_thread(connection.ssl_context.get)  # reads the certificates of authorities
            await connection.connect()  # type: ignore[no-untyped-call]  # redis-py left it out
        return connection

    def _back(self) -> None:
        _log.info("connected with Redis")
        self.connected, self.problem, self._complained = True, "", False
        self._outbox.lost = True  # whatever happened while it was away
        self._asked.clear()
        self._unconfirmed.clear()
        self.changed()

    def _away(self, reason: str) -> None:
        if not self._complained:
            _log.warning("Redis is away, events of other machines are read from the database instead: %s", reason)
            self._complained = True
        self.connected, self.problem = False, reason
        self._outbox.drop()
        self.changed()

    async def _speak(self, connection: AbstractConnection) -> None:
        """Publish what there is, all at once; while that is under way, more gathers."""
        while True:
            if not self._outbox:
                await _until(self._something, PING_SECONDS)
            self._something.clear()
            commands: list[tuple[Any, ...]] = []
            if self._outbox.lost:
                self._outbox.lost = False
                commands.append(("PUBLISH", self._prefix + LOOK, self._origin))
            messages = self._outbox.take(self._origin)
            commands += [("PUBLISH", self._prefix + channel, message) for channel, message in messages]
            async with asyncio.timeout(DEAD_SECONDS):
                await _send(connection, commands or [("PING",)])
                for _ in commands or (1,):
                    await connection.read_response(timeout=math.inf)

    async def _ask(self, connection: AbstractConnection) -> None:
        """Tell Redis which channels are wanted, and that it should say something."""
        while True:
            self._wishes.clear()
            gone = self._asked.difference(self._channels)
            new = [name for name in self._channels if name not in self._asked]
            self._asked = set(self._channels)
            self._unconfirmed.update(new)
            commands = [*self._commands("UNSUBSCRIBE", gone), *self._commands("SUBSCRIBE", new), ("PING",)]
            async with asyncio.timeout(DEAD_SECONDS):
                await _send(connection, commands)
            await _until(self._wishes, PING_SECONDS)

    def _commands(self, command: str, names: Sequence[str] | set[str]) -> list[tuple[str, ...]]:
        rest = iter(names)
        found = []
        while some := tuple(self._prefix + name for name in islice(rest, _AT_ONCE)):
            found.append((command, *some))
        return found

    async def _hear(self, connection: AbstractConnection) -> None:
        count = 0
        while True:
            async with asyncio.timeout(DEAD_SECONDS):
                answer = await connection.read_response(timeout=math.inf)
            if isinstance(answer, list) and len(answer) == 3:
                self._heard(answer[0], answer[1].decode().removeprefix(self._prefix), answer[2])
            count += 1
            if count % _BREATH == 0:
                await asyncio.sleep(0)

    def _heard(self, kind: bytes, name: str, content: Any) -> None:
        channel = self._channels.get(name)
        if kind == b"message" and channel is not None:
            origin, *lines = content.split(b"\n")
            if origin != self._origin:
                channel.heard(lines)
        elif kind == b"subscribe":
            self._unconfirmed[name] -= 1
            if self._unconfirmed[name] > 0:  # an answer to an earlier wish, that was taken back meanwhile
                return
            del self._unconfirmed[name]
            if channel is not None and name in self._asked:
                channel.confirmed()


def pool_of(url: str) -> ConnectionPool:
    """How to reach Redis. Raises MachineError, which does not show the URL: it may hold a password."""
    try:
        pool = ConnectionPool.from_url(url)
        # RESP2: all versions of Redis speak it, and its pushes cost no log line each as in redis-py's RESP3.
        pool.connection_kwargs.update(
            protocol=2,
            decode_responses=False,
            socket_timeout=None,  # ours: redis-py's is `wait_for`, which in Python 3.11 may swallow a cancellation
            socket_connect_timeout=CONNECT_SECONDS,
            client_name="claude-code-agent",
            driver_info=None,  # else each connection reads the library's version from a file
        )
        new_connection(pool)  # only this looks at the options
        return pool
    except (ValueError, TypeError) as error:
        hint = "It is redis://[user:password@]host[:port], rediss://… for TLS, or unix:///path/of/the/socket."
        raise MachineError("REDIS_URL cannot be understood.", hint=hint) from error


def new_connection(pool: ConnectionPool) -> AbstractConnection:
    """One that nobody connects, and connects again, but us."""
    connection: AbstractConnection = pool.make_connection()  # type: ignore[no-untyped-call]  # redis-py left it out
    return connection


async def _send(connection: AbstractConnection, commands: Sequence[tuple[Any, ...]]) -> None:
    await connection.send_packed_command(connection.pack_commands(commands), check_health=False)


async def _until(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


def _reason(failed: BaseExceptionGroup[BaseException]) -> str:
    first: BaseException = failed
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return str(first) or ("no answer in time" if isinstance(first, TimeoutError) else type(first).__name__)
