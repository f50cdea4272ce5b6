"""Asking another machine for what is wanted of a task that it has, and waiting for its answer."""

import asyncio
from typing import Final, TypeVar

from pydantic import TypeAdapter

from machine.domain.command import NewCommand, Outcome, Wish
from machine.domain.errors import Unavailable
from machine.domain.principal import Principal
from machine.engine.whereabouts import Whereabouts
from machine.ports import CommandStore, Pokes
from machine.ports.pokes import answers_topic, commands_topic

ANSWER_SECONDS: Final = 15.0
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

    async def ask(
        self,
        machine_id: str,
        wish: Wish,
        caller: Principal | None,
        kind: type[T],
        *,
        patience_seconds: float = ANSWER_SECONDS,
    ) -> T:
        """Have it done there; what comes back is a `kind`. Raises NoAnswer, StoreError, and what it raises there."""
        if not await self.whereabouts.is_there(machine_id):
            raise NoAnswer(f"The machine {machine_id}{_has(wish)} is away.", hint=_AWAY)
        new = NewCommand(machine_id=machine_id, wish=wish, caller=caller, asked_by=self._process_id)
        command_id = await self._store.ask(new)
        self._pokes.poke(commands_topic(machine_id))
        outcome = await self._outcome(command_id, patience_seconds)
        if outcome is None:
            silent = f"The machine {machine_id}{_has(wish)} did not answer within {patience_seconds:g} s"
            outcome = await self._too_late(command_id, silent)
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

    async def _too_late(self, command_id: int, silent: str) -> Outcome:
        """Nothing is done any more that nobody began with. Raises NoAnswer, but for an answer at the last moment."""
        if await self._store.withdraw(command_id):
            raise NoAnswer(f"{silent}: nothing was done.", hint=_AWAY)
        found = await self._store.outcome(command_id)
        if found is None:
            raise NoAnswer(f"{silent}, though it had begun.", hint="It may be done yet: look at the task in a moment.")
        return found


def _has(wish: Wish) -> str:
    return f", which has task {wish.task_id}," if wish.task_id else ""


_AWAY: Final = "Try again in a moment. If that machine is lost, its tasks go on elsewhere by themselves."
