"""A line to a server that can be cut as networks are: nothing comes through any more, and nobody is told.

A proxy of the tests' own, for one client: what is under way when it is cut waits in it. It is the hard case for whoever
is at either end, for both keep a connection that looks well. Mended, what waited is delivered late, or the connections
are broken.
"""

import asyncio
from typing import Final, Literal, Self

from machine.domain.aio import cancel_and_wait, spawn

PIECE: Final = 65536


class Wire:
    """From a port of its own at `host` to `target_port` on loopback. An async context manager."""

    def __init__(self, target_port: int, *, host: str = "127.0.0.1") -> None:
        self.port = 0
        self.host = host
        self._target_port = target_port
        self._whole = asyncio.Event()
        self._whole.set()
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._taken, self.host, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        await self._break()

    def cut(self) -> None:
        """From now on nothing comes through, in either direction; new connections are taken, and hear nothing."""
        self._whole.clear()

    async def mend(self, how: Literal["late", "broken"]) -> None:
        """Let it through again: what waited comes late, or is lost with its connections."""
        if how == "broken":
            await self._break()
        self._whole.set()

    async def _break(self) -> None:
        for line in list(self._lines):
            await cancel_and_wait(line)

    def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        line = spawn(self._carry(reader, ends), name="wire")
        self._lines.add(line)
        line.add_done_callback(lambda line: self._over(line, ends))  # also of one that is cancelled before it begins

    def _over(self, line: asyncio.Task[None], ends: list[asyncio.StreamWriter]) -> None:
        self._lines.discard(line)
        for end in ends:
            end.transport.abort() if line.cancelled() else end.close()

    async def _carry(self, reader: asyncio.StreamReader, ends: list[asyncio.StreamWriter]) -> None:
        """One connection, until either end closes it. `ends` gets the other end."""
        await self._whole.wait()
        try:
            back, onward = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            return  # nobody is there: the other end sees its connection closed
        ends.append(onward)
        both = [spawn(self._pass(reader, onward), name="wire: on"), spawn(self._pass(back, ends[0]), name="wire: back")]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in both:
                one.cancel()

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while piece := await source.read(PIECE):
                await self._whole.wait()
                target.write(piece)
                await target.drain()
            await self._whole.wait()  # also that somebody closed is heard of only through a whole line
        except OSError:
            return
