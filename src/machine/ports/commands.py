"""Where commands for other machines are kept, and who does what has to be done once."""

from collections.abc import Sequence
from typing import Protocol

from machine.domain.command import Command, NewCommand, Outcome
from machine.domain.problem import Problem


class CommandStore(Protocol):
    """Commands in the order in which they were asked. All times are the database's. Raises StoreError."""

    async def ask(self, new: NewCommand) -> int:
        """Store a command; returns its number."""
        ...

    async def are_waiting(self, machine_id: str) -> bool:
        """Whether there are any for a machine that it has not taken. Writes nothing."""
        ...

    async def take(self, machine_id: str, *, limit: int, fresh_seconds: float) -> Sequence[Command]:
        """The oldest that were not taken, which are taken now: nobody gets them again. Those that are older than
        `fresh_seconds` are answered instead with the problem that they came too late, and those of a kind that this
        release does not know with that."""
        ...

    async def answer(self, command_id: int, outcome: Outcome) -> None:
        """Write down what came of it; the first word counts."""
        ...

    async def outcome(self, command_id: int) -> Outcome | None:
        """What came of it; None as long as nobody knows."""
        ...

    async def withdraw(self, command_id: int) -> bool:
        """Take a command back that nobody has taken. False: it is being done, or was done."""
        ...

    async def give_up(self, machine_id: str, problem: Problem) -> int:
        """Answer with `problem` all that a former process of the machine had taken and not answered; how many."""
        ...

    async def prune(self, older_than_seconds: float) -> int:
        """Forget old ones; how many."""
        ...


class Duties(Protocol):
    """What is to be done once, however many processes there are. Raises StoreError."""

    async def hold(self, name: str, holder: str, seconds: float) -> bool:
        """Take a duty, or keep it, for so long by the database's clock. False: somebody else has it."""
        ...

    async def lay_down(self, name: str, holder: str) -> None:
        """Let somebody else have it at once."""
        ...
