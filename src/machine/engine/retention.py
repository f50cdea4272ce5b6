"""What has ended is kept for a time: then its output goes, its folders, and last the tasks themselves.

Nothing goes of a conversation that is not over, and no folder with work in it that is nowhere else: a clone with
changes that were not pushed, or a repository that the machine did not make and so cannot judge.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Final

from machine.domain.clock import Clock
from machine.domain.disk import Keeping, Tidied
from machine.domain.errors import MachineError
from machine.domain.task import Task
from machine.engine.moving import Moving
from machine.engine.task_code import TaskCode
from machine.engine.whereabouts import Whereabouts
from machine.ports import DeliveryStore, Disk, PastStore

EVERY_SECONDS: Final = 3600.0
MOST_TASKS: Final = 500
"""In one pass, of each kind; the next pass goes on."""
MOST_EVENTS: Final = 200_000
MOST_DELIVERIES: Final = 50_000
MOST_SET_ASIDE: Final = 5
"""Of the folders that restores put aside: those beyond go, however young."""
AT_ONCE: Final = 1000
"""Rows in one transaction: others want to write, too."""

_log = logging.getLogger(__name__)


class Retention:
    """Tidies up now and then."""

    def __init__(
        self,
        *,
        keeping: Keeping,
        past: PastStore,
        deliveries: DeliveryStore,
        disk: Disk,
        code: TaskCode,
        clock: Clock,
        moving: Moving,
        whereabouts: Whereabouts | None = None,
    ) -> None:
        """`whereabouts` is unset on a machine that works alone."""
        self.last: Tidied | None = None
        """What the last pass did."""
        self._keeping = keeping
        self._past = past
        self._deliveries = deliveries
        self._disk = disk
        self._code = code
        self._moving = moving
        self._now = clock
        self._whereabouts = whereabouts

    async def watch(self) -> None:
        """Tidy up for as long as the machine runs."""
        while True:
            try:
                await self.tidy()
            except (MachineError, OSError) as error:
                _log.warning("could not tidy up: %s", error)
            await asyncio.sleep(EVERY_SECONDS)

    async def tidy(self) -> Tidied:
        """One pass. What fails with one thing is logged and does not keep the others. Raises StoreError."""
        now, keep = self._now(), self._keeping
        await self._disk.sweep()
        removed, kept = await self._workspaces(now, shortest(keep.workspaces, keep.tasks))
        done = Tidied(
            at=now,
            events=await self._events(now, keep.events),
            tasks=await self._tasks(now, keep.tasks),
            deliveries=await self._old_deliveries(now, keep.deliveries),
            workspaces=removed,
            set_aside=await self._set_aside(now, keep.set_aside),
            kept_workspaces=kept,
        )
        await self._moving.tidy()
        if done.events or done.tasks or done.deliveries or done.workspaces:
            said = "removed %d events, %d tasks, %d deliveries and %d workspaces that are over"
            _log.info(said, done.events, done.tasks, done.deliveries, done.workspaces)
        counts = (done.events, done.tasks, done.deliveries, done.workspaces, done.set_aside)
        if any(counts):
            said = (
                "removed %d events, %d tasks, %d deliveries and %d workspaces that are over, and %d of before a restore"
            )
            _log.info(said, *counts)
        self.last = done
        return done

    async def _workspaces(self, now: datetime, age: timedelta | None) -> tuple[int, tuple[str, ...]]:
        """How many were removed, and the names of those that had to stay."""
        removed, kept = 0, []
        for name in await self._disk.workspaces() if age is not None else ():
            if removed >= MOST_TASKS or age is None:
                break
            try:
                task = await self._past.conversation_of(name, now - age)
                if task is None:
                    continue
                if await self._holds_work(task, name) or await self._past.conversation_of(name, now - age) != task:
                    kept.append(name)
                    continue
                await self._disk.remove(name)
                await self._code.forget(name)
                removed += 1
            except MachineError as error:
                _log.warning("the workspace %s stays: %s", name, error.message)
                kept.append(name)
        return removed, tuple(kept)

    async def _holds_work(self, task: Task, workspace: str) -> bool:
        if await self._disk.holds_other_repositories(workspace):
            return True
        if await self._code.knows(task):
            return await self._code.unpushed(task)
        return await self._disk.holds_clone(workspace)

    async def _events(self, now: datetime, age: timedelta | None) -> int:
        removed = 0
        if age is None:
            return removed
        for task in await self._past.resting(now - age, after="", limit=MOST_TASKS, with_events=True):
            while removed < MOST_EVENTS and (count := await self._past.drop_events(task.task_id, most=AT_ONCE)):
                removed += count
        return removed

    async def _tasks(self, now: datetime, age: timedelta | None) -> int:
        """Delete tasks, but for those whose workspace is there: only through them can its work be had."""
        removed, after = 0, ""
        while age is not None and removed < MOST_TASKS:
            found = await self._past.resting(now - age, after=after, limit=100, with_events=False)
            if not found:
                break
            after = found[-1].task_id
            for task in found:
                if await self._disk.has_workspace(task.workspace) or not await self._ours(task):
                    continue
                while await self._past.drop_events(task.task_id, most=AT_ONCE):
                    continue
                removed += await self._past.drop_task(task.task_id, now - age)
        return removed

    async def _set_aside(self, now: datetime, age: timedelta | None) -> int:
        return 0 if age is None else await self._disk.drop_set_aside(now - age, keep=MOST_SET_ASIDE)

    async def _ours(self, task: Task) -> bool:
        return self._whereabouts is None or await self._whereabouts.is_ours_to_tidy(task)

    async def _old_deliveries(self, now: datetime, age: timedelta | None) -> int:
        removed = 0
        while age is not None and removed < MOST_DELIVERIES:
            if not (count := await self._deliveries.prune(now - age)):
                break
            removed += count
        return removed


def shortest(*ages: timedelta | None) -> timedelta | None:
    return min((age for age in ages if age is not None), default=None)
