"""The data folder's files, and what of the store may go after a time."""

from datetime import datetime
from typing import Protocol

from machine.domain.disk import DiskUse
from machine.domain.task import Task
from machine.ports.values import Value


class Disk(Protocol):
    """Files. Every method may raise StoreError."""

    async def free_bytes(self) -> int: ...

    async def measure(self) -> DiskUse:
        """Looks at every file: takes seconds where there are many."""
        ...

    async def workspaces(self) -> tuple[str, ...]:
        """Names of all workspaces there are."""
        ...

    async def has_workspace(self, name: str) -> bool: ...

    async def holds_other_repositories(self, name: str) -> bool:
        """Whether a git repository lies in the conversation's folders that the machine did not make, or might."""
        ...

    async def holds_clone(self, name: str) -> bool:
        """Whether a clone is in the workspace, in the place that the machine gives it."""
        ...

    async def remove(self, name: str) -> None:
        """Remove a conversation's workspace, home and scratch folder."""
        ...

    async def drop_set_aside(self, before: datetime, *, keep: int) -> int:
        """Remove what restores before `before` put aside, and all beyond the newest `keep`; how many there were.

        What has workspaces in it stays: work in them may be nowhere else.
        """
        ...

    async def sweep(self) -> None:
        """Go on with removals that were cut off."""
        ...


class RestingPage(Value):
    """Tasks that rest. `after` is where to go on; empty: there are none behind it that are old enough."""

    tasks: tuple[Task, ...]
    after: str


class PastStore(Protocol):
    """What has ended, and rests. A conversation rests since a moment when all its tasks had ended before it."""

    async def resting(self, before: datetime, *, after: str, limit: int, with_events: bool) -> RestingPage:
        """Those of the next `limit` tasks with ids behind `after` that ended and whose conversation rests, in their
        order. `with_events`: of tasks with events left, none of the others is looked at."""
        ...

    async def conversation_of(self, workspace: str, before: datetime) -> Task | None:
        """The newest task that worked in a workspace; None when it does not rest, or nobody knows of it."""
        ...

    async def drop_events(self, task_id: str, *, most: int) -> int:
        """Delete the oldest events of an ended task; returns how many there were."""
        ...

    async def drop_task(self, task_id: str, before: datetime) -> bool:
        """Delete a task that still rests, and what belongs to it; what it cost is kept. Whether it was so."""
        ...

    async def drop_rest(self, before: datetime, *, most: int) -> bool:
        """Delete at most so many rows of each small table that nothing goes by any more, since before that moment:
        connections, logins, tokens and invitations that are over, machines that are gone, what days cost, former
        versions of definitions that are deleted. Whether that was all."""
        ...
