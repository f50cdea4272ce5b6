"""What has ended is kept for a time: then its output goes, its folders, and last the tasks themselves.

Nothing goes of a conversation that is not over, and no folder with work in it that is nowhere else: a clone with
changes that were not pushed, or a repository that the machine did not make and so cannot judge.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from machine.domain.clock import Clock
from machine.domain.disk import Keeping, Tidied
from machine.domain.errors import MachineError
from machine.engine.moving import Moving
from machine.engine.past_work import PastWork, Portion
from machine.ports import DeliveryStore, Disk

EVERY_SECONDS: Final = 3600.0
PAUSE_SECONDS: Final = 5.0
"""After a pass that left some for the next one."""
MOST_DELIVERIES: Final = 50_000
MOST_SET_ASIDE: Final = 5
"""Of the folders that restores put aside: those beyond go, however young."""

_log = logging.getLogger(__name__)


class Retention:
    """Tidies up now and then."""

    def __init__(
        self,
        *,
        keeping: Keeping,
        work: PastWork,
        deliveries: DeliveryStore,
        disk: Disk,
        clock: Clock,
        moving: Moving,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        self.last: Tidied | None = None
        """What the last pass did, with those before it that it went on with."""
        self._keeping = keeping
        self._work = work
        self._deliveries = deliveries
        self._disk = disk
        self._moving = moving
        self._now = clock
        self._pause = pause_seconds
        self._has_more = False

    async def watch(self) -> None:
        """Tidy up for as long as the machine runs."""
        while True:
            await self.tidy()
            await asyncio.sleep(self._pause if self._has_more else EVERY_SECONDS)

    async def tidy(self) -> Tidied:
        """One pass, in which so much is removed at most. What fails is logged and does not keep the others."""
        now, former = self._now(), self.last if self._has_more else None
        self._has_more = False
        await self._part("what was being removed", self._sweep)
        workspaces = await self._part("workspaces", lambda: self._work.drop_workspaces(now))
        done = Tidied(
            at=now,
            events=await self._part("events", lambda: self._work.drop_events(now)),
            tasks=await self._part("tasks", lambda: self._work.drop_tasks(now)),
            deliveries=await self._part("deliveries", lambda: self._old_deliveries(now)),
            workspaces=workspaces,
            set_aside=await self._part("what restores put aside", lambda: self._set_aside(now)),
            kept_workspaces=self._work.kept,
        )
        await self._part("small tables", lambda: self._work.drop_rest(now))
        await self._part("what was stored for other machines", self._stored_elsewhere)
        counts = (done.events, done.tasks, done.deliveries, done.workspaces, done.set_aside)
        if any(counts):
            said = (
                "removed %d events, %d tasks, %d deliveries and %d workspaces that are over, and %d of before a restore"
            )
            _log.info(said, *counts)
        self.last = done if former is None else done.after(former)
        return done

    async def _part(self, what: str, remove: Callable[[], Awaitable[Portion]]) -> int:
        try:
            portion = await remove()
        except (MachineError, OSError) as error:
            _log.warning("could not tidy up %s: %s", what, error)
            return 0
        self._has_more |= not portion.is_last
        return portion.removed

    async def _sweep(self) -> Portion:
        await self._disk.sweep()
        return Portion(0)

    async def _set_aside(self, now: datetime) -> Portion:
        age = self._keeping.set_aside
        return Portion(0 if age is None else await self._disk.drop_set_aside(now - age, keep=MOST_SET_ASIDE))

    async def _old_deliveries(self, now: datetime) -> Portion:
        age, removed = self._keeping.deliveries, 0
        while age is not None and (count := await self._deliveries.prune(now - age)):
            removed += count
            if removed >= MOST_DELIVERIES:
                return Portion(removed, is_last=False)
        return Portion(removed)

    async def _stored_elsewhere(self) -> Portion:
        return Portion(0, is_last=await self._moving.tidy())
