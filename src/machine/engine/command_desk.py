"""Asking another machine for what is wanted of a task that it has, and waiting for its answer."""

import asyncio
import math
from typing import Final, TypeVar

from pydantic import TypeAdapter

from machine.domain.command import NewCommand, Outcome, Wish
from machine.domain.errors import Unavailable
from machine.domain.principal import Principal
from machine.engine.whereabouts import Whereabouts
from machine.ports import CommandStore, Pokes
from machine.ports.pokes import answers_topic, commands_topic

BEGIN_SECONDS: Final = 15.0
"""How long a machine may take to begin; what it has begun with may take as long as such a thing does. Also between two
looks whether that machine is still there."""
LOOK_SECONDS: Final = 0.5
"""Between two looks for an answer, where no poke says that there is one."""

T = TypeVar("T")


class NoAnswer(Unavailable):
    """The machine that has a task is not there, or did not answer in time."""

    code = "machine_silent"


class CommandDesk:
    """One for a process. Listens for pokes until it is closed."""

    def __init__(self, *, store: CommandStore, pokes: Pokes, process_id: str, whereabouts: Whereabouts) -> None:
        self.whereabouts = whereabouts
        self._store = store
        self._pokes = pokes
        self._process_id = process_id
        self._listening = pokes.listen(answers_topic(process_id))

    def close(self) -> None:
        """Listen no more."""
        self._listening.close()

    async def ask(self, machine_id: str, wish: Wish, caller: Principal | None, kind: type[T]) -> T:
        """Have it done there; what comes back is a `kind`. Raises NoAnswer, StoreError, and what it raises there."""
        if not await self.whereabouts.is_there(machine_id):
            raise NoAnswer(f"The machine {machine_id}{_has(wish)} is away.", hint=_AWAY)
        new = NewCommand(machine_id=machine_id, wish=wish, caller=caller, asked_by=self._process_id)
        command_id = await self._store.ask(new)
        self._pokes.poke(commands_topic(machine_id))
        outcome = await self._outcome(command_id, BEGIN_SECONDS)
        if outcome is None:
            if await self._store.withdraw(command_id):
                silent = f"The machine {machine_id}{_has(wish)} did not answer within {BEGIN_SECONDS:g} s"
                raise NoAnswer(f"{silent}: nothing was done.", hint=_AWAY)
            outcome = await self._ended(command_id, machine_id, wish)
        if outcome.problem is not None:
            raise outcome.problem.error()
        return TypeAdapter(kind).validate_json(outcome.answer or "null")

    async def _outcome(self, command_id: int, patience_seconds: float) -> Outcome | None:
        listening = self._pokes.listen(answers_topic(self._process_id))
        try:
            async with asyncio.timeout(patience_seconds):
                while (found := await self._store.outcome(command_id)) is None:
                    await listening.wait(LOOK_SECONDS)
                return found
        except TimeoutError:
            return None
        finally:
            listening.close()

    async def _ended(self, command_id: int, machine_id: str, wish: Wish) -> Outcome:
        """What comes of something that was begun with. Raises NoAnswer."""
        for _ in range(math.ceil(wish.seconds / BEGIN_SECONDS) + 1):
            if (found := await self._outcome(command_id, BEGIN_SECONDS)) is not None:
                return found
            if not await self.whereabouts.is_there(machine_id):
                break
        silent = f"The machine {machine_id}{_has(wish)} did not answer, though it had begun."
        raise NoAnswer(silent, hint="It may be done yet: look at the task in a moment.")


def _has(wish: Wish) -> str:
    return f", which has task {wish.task_id}," if wish.task_id else ""


_AWAY: Final = "Try again in a moment. If that machine is lost, its tasks go on elsewhere by themselves."
