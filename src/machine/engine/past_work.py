"""What is over of the work that was done: output, folders and tasks, looked at in portions, each after the last."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from machine.domain.disk import Keeping
from machine.domain.errors import MachineError
from machine.domain.task import Task
from machine.engine.task_code import TaskCode
from machine.engine.whereabouts import Whereabouts
from machine.ports import Disk, PastStore

MOST_TASKS: Final = 500
"""Removed in one portion, and as many workspaces."""
MOST_EVENTS: Final = 200_000
MOST_LOOKED: Final = 10_000
"""Tasks or workspaces that a portion looks at."""
PAGE: Final = 200
AT_ONCE: Final = 1000
"""Rows in one transaction: others want to write, too."""
REST_AT_LEAST: Final = timedelta(days=30)
"""Pages that are open so long may be somebody's still."""

_log = logging.getLogger(__name__)


class Portion(NamedTuple):
    """How many were removed, and whether that was the last of them for now."""

    removed: int
    is_last: bool = True


@dataclass
class _Lap:
    """A way through all there are, the oldest first; the next portion goes on behind `after`."""

    after: str = ""


class PastWork:
    """Of this machine, and of machines that are gone."""

    def __init__(
        self, *, keeping: Keeping, past: PastStore, disk: Disk, code: TaskCode, whereabouts: Whereabouts | None
    ) -> None:
        """`whereabouts` is unset on a machine that works alone."""
        self.kept: tuple[str, ...] = ()
        """The workspaces that had to stay, when all were looked at the last time."""
        self._keeping = keeping
        self._past = past
        self._disk = disk
        self._code = code
        self._whereabouts = whereabouts
        self._events, self._tasks, self._workspaces = _Lap(), _Lap(), _Lap()
        self._staying: list[str] = []

    async def drop_workspaces(self, now: datetime) -> Portion:
        """Raises StoreError."""
        age, lap = shortest(self._keeping.workspaces, self._keeping.tasks), self._workspaces
        if age is None:
            return Portion(0)
        names = [name for name in sorted(await self._disk.workspaces()) if name > lap.after]
        removed = 0
        for looked, name in enumerate(names):
            if removed >= MOST_TASKS or looked >= MOST_LOOKED:
                return Portion(removed, is_last=False)
            removed += await self._drop_workspace(name, now - age)
            lap.after = name
        self.kept, self._staying, lap.after = tuple(self._staying), [], ""
        return Portion(removed)

    async def drop_events(self, now: datetime) -> Portion:
        """Raises StoreError."""
        age, lap, removed = self._keeping.events, self._events, 0
        if age is None:
            return Portion(0)
        for _ in range(MOST_LOOKED // PAGE):
            page = await self._past.resting(now - age, after=lap.after, limit=PAGE, with_events=True)
            for task in page.tasks:
                while removed < MOST_EVENTS and (count := await self._past.drop_events(task.task_id, most=AT_ONCE)):
                    removed += count
                if removed >= MOST_EVENTS:
                    return Portion(removed, is_last=False)
            lap.after = page.after
            if not page.after:
                return Portion(removed)
        return Portion(removed, is_last=False)

    async def drop_tasks(self, now: datetime) -> Portion:
        """Delete tasks, but for those whose workspace is there: only through them can its work be had. Raises
        StoreError."""
        age, lap, removed = self._keeping.tasks, self._tasks, 0
        if age is None:
            return Portion(0)
        for _ in range(MOST_LOOKED // PAGE):
            page = await self._past.resting(now - age, after=lap.after, limit=PAGE, with_events=False)
            for task in page.tasks:
                removed += await self._drop_task(task, now - age)
            lap.after = page.after
            if not page.after:
                return Portion(removed)
            if removed >= MOST_TASKS:
                break
        return Portion(removed, is_last=False)

    async def drop_rest(self, now: datetime) -> Portion:
        """What small tables are left with. Raises StoreError."""
        if self._keeping.tasks is None:
            return Portion(0)
        before = now - max(self._keeping.tasks, REST_AT_LEAST)
        return Portion(0, is_last=await self._past.drop_rest(before, most=AT_ONCE))

    async def _drop_workspace(self, name: str, before: datetime) -> bool:
        try:
            task = await self._past.conversation_of(name, before)
            if task is None:
                return False
            if await self._holds_work(task, name) or await self._past.conversation_of(name, before) != task:
                self._staying.append(name)
                return False
            await self._disk.remove(name)
            await self._code.forget(name)
        except MachineError as error:
            _log.warning("the workspace %s stays: %s", name, error.message)
            self._staying.append(name)
            return False
        return True

    async def _holds_work(self, task: Task, workspace: str) -> bool:
        if await self._disk.holds_other_repositories(workspace):
            return True
        if await self._code.knows(task):
            return await self._code.unpushed(task)
        return await self._disk.holds_clone(workspace)

    async def _drop_task(self, task: Task, before: datetime) -> bool:
        if await self._disk.has_workspace(task.workspace) or not await self._is_ours(task):
            return False
        while await self._past.drop_events(task.task_id, most=AT_ONCE):
            continue
        return await self._past.drop_task(task.task_id, before)

    async def _is_ours(self, task: Task) -> bool:
        return self._whereabouts is None or await self._whereabouts.is_ours_to_tidy(task)


def shortest(*ages: timedelta | None) -> timedelta | None:
    return min((age for age in ages if age is not None), default=None)
