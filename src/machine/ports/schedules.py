"""Where it is kept how far schedules have come."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from machine.domain.schedule import ScheduleRun, ScheduleState
from machine.domain.task import Task
from machine.ports.tasks import PendingInput
from machine.ports.values import Value


class RunPage(Value):
    """Newest first; `next_cursor` is unset on the last page."""

    items: tuple[ScheduleRun, ...]
    next_cursor: str | None


class ScheduleStore(Protocol):
    """Every method raises StoreError when the database refuses."""

    async def states(self) -> Mapping[str, ScheduleState]:
        """By name."""
        ...

    async def put_state(self, state: ScheduleState) -> None:
        """Insert or replace it."""
        ...

    async def forget(self, names: Sequence[str]) -> None:
        """Delete states and runs of schedules that are no more; their tasks stay."""
        ...

    async def note(
        self,
        run: ScheduleRun,
        work: tuple[Task, PendingInput] | None,
        *,
        state: ScheduleState | None,
        most_unfinished: int | None = None,
    ) -> bool:
        """Store what became of a time, the task that it starts, and that it is dealt with: all or nothing.

        False, and nothing is stored, when the stored state is no longer `state`, or when with the task there would be
        more than `most_unfinished` of its concurrency key that have not ended. Without `state` (a run that somebody
        asked for) it stays as it is. Of each schedule the newest 100 runs are kept.
        """
        ...

    async def runs(self, schedule: str, *, limit: int, cursor: str | None = None) -> RunPage:
        """Raises BadRequest for a cursor that no page gave."""
        ...

    async def last_runs(self) -> Mapping[str, ScheduleRun]:
        """The newest run of each schedule that has one."""
        ...

    async def unfinished(self, concurrency_key: str) -> tuple[str, ...]:
        """Ids of the tasks with this key that have not ended, oldest first."""
        ...
