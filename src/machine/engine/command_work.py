"""Doing what other processes want of this machine's tasks."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from pydantic import TypeAdapter

from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.command import Command, Outcome, Wish
from machine.domain.errors import MachineError, TooLarge, Unavailable
from machine.domain.log_context import about
from machine.domain.principal import Principal
from machine.domain.problem import Problem
from machine.ports import CommandStore, Pokes
from machine.ports.pokes import answers_topic, commands_topic

LOOK_SECONDS: Final = 0.5
"""Between two looks for commands, where no poke says that there are any."""
AT_ONCE: Final = 64
FRESH_SECONDS: Final = 60.0
"""Whoever asked longer ago than this has been told that nobody answered."""
KEPT_SECONDS: Final = 3600.0
PRUNE_EVERY_SECONDS: Final = 600.0
RETRY_SECONDS: Final = 1.0
MAX_ANSWER_BYTES: Final = 1024 * 1024

Perform = Callable[[Wish, Principal | None], Awaitable[Any]]

_ANYTHING: Final[TypeAdapter[Any]] = TypeAdapter(Any)
_log = logging.getLogger(__name__)


class CommandWork:
    """Takes the commands for one machine in their order. Those of one lane are done one after another, others beside
    them. What was taken is never taken again: if this process dies, its successor says so."""

    def __init__(self, *, store: CommandStore, pokes: Pokes, machine_id: str, perform: Perform) -> None:
        """`perform` does a wish here, and raises MachineError."""
        self._store = store
        self._pokes = pokes
        self._machine_id = machine_id
        self._perform = perform
        self._under_way: set[asyncio.Task[None]] = set()
        self._last_of: dict[str, asyncio.Task[None]] = {}
        self._pruned_at = float("-inf")

    async def watch(self) -> None:
        """Work for as long as the machine runs."""
        listening = self._pokes.listen(commands_topic(self._machine_id))
        try:
            await self._guarded(self._give_up_former)
            while True:
                await self._guarded(self.look)
                await listening.wait(LOOK_SECONDS)
        finally:
            listening.close()
            for task in list(self._under_way):
                await cancel_and_wait(task)

    async def look(self) -> None:
        """Begin with what was asked for, as far as there is room."""
        while (room := AT_ONCE - len(self._under_way)) > 0 and await self._store.are_waiting(self._machine_id):
            for command in await self._store.take(self._machine_id, limit=room, fresh_seconds=FRESH_SECONDS):
                self._begin(command)
        if time.monotonic() - self._pruned_at >= PRUNE_EVERY_SECONDS:
            self._pruned_at = time.monotonic()
            await self._store.prune(KEPT_SECONDS)

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """A store that fails for a while delays, and ends nothing."""
        try:
            await work()
        except MachineError as error:
            _log.error("commands for this machine: %s %s", error.message, error.hint)
            await asyncio.sleep(RETRY_SECONDS)
        except Exception:  # whatever it was: a machine that heeds nobody and looks well is worse
            _log.exception("a look for commands failed")
            await asyncio.sleep(RETRY_SECONDS)

    async def _give_up_former(self) -> None:
        message = f"The machine {self._machine_id} was restarted while it did this."
        gone = Unavailable(message, hint="It may be done: look at the task, then ask again if it is not.")
        await self._store.give_up(self._machine_id, Problem.of(gone))

    def _begin(self, command: Command) -> None:
        lane = command.wish.lane
        before = self._last_of.get(lane) if lane else None
        task = spawn(self._work(command, before), name=f"command {command.command_id} ({command.wish.kind})")
        self._under_way.add(task)
        if lane:
            self._last_of[lane] = task
        task.add_done_callback(partial(self._over, lane))

    def _over(self, lane: str, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if self._last_of.get(lane) is task:
            del self._last_of[lane]

    async def _work(self, command: Command, before: asyncio.Task[None] | None) -> None:
        about(task_id=command.wish.task_id)
        if before is not None:
            await asyncio.wait([before])
        outcome = await self._outcome(command)
        try:
            await self._store.answer(command.command_id, outcome)
        except MachineError as error:  # whoever asked is told after a while that nobody answered
            _log.error("the answer to command %d is not stored: %s", command.command_id, error.message)
        self._pokes.poke(answers_topic(command.asked_by))

    async def _outcome(self, command: Command) -> Outcome:
        try:
            async with asyncio.timeout(command.wish.seconds):
                return Outcome(answer=self._text(await self._perform(command.wish, command.caller)))
        except MachineError as error:
            return Outcome(problem=Problem.of(error))
        except TimeoutError:
            message = f"It was not done within {command.wish.seconds:g} s."
            return Outcome(problem=Problem.of(Unavailable(message, hint="Look at the task, and try again.")))
        except Exception as error:
            _log.exception("command %d (%s) failed", command.command_id, command.wish.kind)
            fault = MachineError(f"A fault of the machine {self._machine_id}: {type(error).__name__}.")
            return Outcome(problem=Problem.of(fault))

    def _text(self, answer: Any) -> str:
        """Raises TooLarge for what is not carried through the database."""
        text = _ANYTHING.dump_json(answer)
        if len(text) > MAX_ANSWER_BYTES:
            raise TooLarge(
                f"This lies on the machine {self._machine_id} and is larger than what is brought from there "
                f"({MAX_ANSWER_BYTES // 1024} KiB).",
                hint="Look at it on that machine, or have the task push it or send it on.",
            )
        return text.decode("utf-8")
