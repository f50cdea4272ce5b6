"""One warden as the daemon sees it: what is said on its socket, and what may be asked of it (see warden.py)."""

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from machine.claude.leftovers import INSTANCE_VARIABLE, TASK_VARIABLE
from machine.domain.steady_time import steady_seconds

CONFIG_VARIABLE: Final = "MACHINE_WARDEN"
HELLO_SECONDS: Final = 10.0
STOP_GRACE_SECONDS: Final = 5.0

Signal = Literal["HUP", "INT", "QUIT", "TERM", "KILL"]
Ladder = Sequence[tuple[Signal, float]]  # each signal goes to the whole tree, which then has so many seconds to end
STOP_LADDER: Final[Ladder] = (("TERM", 3.0), ("KILL", 2.0))  # ends before the SDK's own patience (5 s) would
KILL_LADDER: Final[Ladder] = (("KILL", 2.0),)


@dataclass(frozen=True)
class Switch:
    """As which user a CLI runs that does not run as the daemon's, and who can do that: the path of the steward."""

    steward: Path
    user: int


class WardenError(Exception):
    """A warden did not do what was asked of it."""


class WardenUnreachableError(WardenError):
    """The warden did not answer in time: sweep what it leaves with `leftovers.sweep(task_id=…)`."""


class WardenLostError(WardenError):
    """The warden ended without having cleared its tree: sweep with `leftovers.sweep(task_id=…)`."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True)


class WardenHello(_Line):
    """The warden is there and has started its CLI. `warden_started` is in clock ticks since boot (Linux)."""

    type: Literal["hello"] = "hello"
    run_id: str
    task_id: str
    warden_pid: int
    warden_started: float
    cli_pid: int


class WardenExit(_Line):
    """How the CLI ended: its exit code (128+n for signal n), and the signal if one ended it.

    `starved`: its warden killed it because no beat came.
    """

    type: Literal["exited"] = "exited"
    code: int
    signal: int | None
    starved: bool = False


class _Empty(_Line):
    type: Literal["empty"] = "empty"


_LINES: Final[TypeAdapter[WardenHello | WardenExit | _Empty]] = TypeAdapter(
    Annotated[WardenHello | WardenExit | _Empty, Field(discriminator="type")]
)


class Warden:
    """One CLI's warden as the daemon sees it; made by `Wardens.expect`."""

    def __init__(self, run_id: str, address: Path, heartbeat_seconds: float | None, forget: Callable[[], None]) -> None:
        self.run_id = run_id
        self._address = address
        self._heartbeat_seconds = heartbeat_seconds
        self._forget = forget
        self._writer: asyncio.StreamWriter | None = None
        self._hello: WardenHello | None = None
        self._exit: WardenExit | None = None
        self._beat_at = float("inf")
        self._silent = False
        self._is_empty = False
        self._greeted = asyncio.Event()
        self._ended = asyncio.Event()

    def config(
        self,
        cli: Path | str,
        keep: Iterable[str],
        *,
        ladder: Ladder = STOP_LADDER,
        switch: Switch | None = None,
    ) -> str:
        """Return the value of MACHINE_WARDEN: run the program `cli` with the variables named in `keep` and no others.

        The two names that leftovers are found by are always among them. `ladder` is for a SIGTERM to the warden;
        `switch` for a CLI that runs as another user.
        """
        names = sorted({*keep, TASK_VARIABLE, INSTANCE_VARIABLE} - {CONFIG_VARIABLE})
        return json.dumps(
            {
                "socket": str(self._address),
                "run_id": self.run_id,
                "cli": str(cli),
                "keep": names,
                "heartbeat_seconds": self._heartbeat_seconds,
                "ladder": list(ladder),
                "steward": str(switch.steward) if switch else None,
                "user": switch.user if switch else None,
            }
        )

    @property
    def alive(self) -> bool:
        """Whether the warden has connected and its socket has not ended."""
        return self._greeted.is_set() and not self._ended.is_set()

    @property
    def starved(self) -> bool:
        """Whether it has killed its CLI because no beat came, as it says or as follows from when the last was sent."""
        return self._silent or (self._exit is not None and self._exit.starved)

    def _heed_silence(self) -> bool:
        """Whether nothing was said to it for so long that it has killed its CLI, or is about to."""
        if self._heartbeat_seconds is not None and steady_seconds() - self._beat_at >= self._heartbeat_seconds:
            self._silent = True
        return self._silent

    async def hello(self, timeout_seconds: float = HELLO_SECONDS) -> WardenHello:
        """Wait until the warden has started its CLI; WardenUnreachableError after `timeout_seconds`."""
        if not await _set_within(self._greeted, timeout_seconds) or self._hello is None:
            raise WardenUnreachableError(
                f"The warden of run {self.run_id} did not connect within {timeout_seconds:g} s."
            )
        return self._hello

    async def exited(self) -> WardenExit:
        """Wait until the whole tree is gone and the socket has ended; WardenLostError where it ended before that."""
        await self._ended.wait()
        if self._exit is None or not self._is_empty:
            raise WardenLostError(f"The warden of run {self.run_id} ended before its processes did; sweep its task.")
        return self._exit

    async def stop(self, ladder: Ladder = STOP_LADDER) -> WardenExit:
        """Walk `ladder` over the whole tree; answers when the tree is empty and the socket has ended.

        A second stop with less patience replaces the first. WardenLostError if the warden died; WardenUnreachableError
        after the ladder's patience and a few seconds more: the socket is then closed, a warden that can kills its tree.
        """
        patience = sum(seconds for _, seconds in ladder) + STOP_GRACE_SECONDS
        try:
            async with asyncio.timeout(patience):
                await self._greeted.wait()
                await self._send({"type": "stop", "ladder": list(ladder)})
                return await self.exited()
        except TimeoutError:
            self.close()
            raise WardenUnreachableError(
                f"The warden of run {self.run_id} did not stop within {patience:g} s; sweep its task."
            ) from None

    def close(self) -> None:
        """Hang up: a connected warden kills its tree at once, one that comes later is turned away and does the same."""
        self._forget()
        self._greeted.set()
        self._ended.set()
        if self._writer is not None:
            self._writer.close()

    def beat(self) -> None:
        """Tell the warden that its daemon is well; one that does not read is told no more."""
        if self._heed_silence():
            return  # nobody is there to read it, and a failed write would cost us the warden's last words
        if self._writer is not None and self.alive and self._writer.transport.get_write_buffer_size() == 0:
            self._writer.write(b'{"type":"beat"}\n')
            self._beat_at = steady_seconds()

    async def _send(self, command: dict[str, object]) -> None:
        if self._writer is None or self._ended.is_set():
            return
        try:
            self._writer.write(json.dumps(command).encode() + b"\n")
            await self._writer.drain()
        except ConnectionError:
            return  # its end is seen where its lines are read

    async def follow(self, hello: WardenHello, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read the warden's lines until its socket ends."""
        self._hello, self._writer, self._beat_at = hello, writer, steady_seconds()
        self._greeted.set()
        try:
            while (line := await read_line(reader)) is not None:
                if isinstance(line, WardenExit):
                    self._exit = line
                elif isinstance(line, _Empty):
                    self._is_empty = True
        finally:
            self._heed_silence()
            self.close()


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False


async def read_line(reader: asyncio.StreamReader) -> WardenHello | WardenExit | _Empty | None:
    """Return the next line, None at the end or where what came is not a warden's line."""
    try:
        line = await reader.readline()
        return _LINES.validate_json(line) if line else None
    except (ConnectionError, ValueError, ValidationError):
        return None
