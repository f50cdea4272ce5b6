"""Gathers what `/metrics` tells of this moment."""

import asyncio
import time
from typing import Final

from machine.app.backups import own_backups
from machine.app.engine_room import EngineRoom
from machine.app.ground import Ground
from machine.domain.errors import StoreError
from machine.domain.figures import Figures, Memory
from machine.domain.task import TaskStatus
from machine.metrics.meter import CONTENT_TYPE, Meter
from machine.metrics.processes import memory_below
from machine.ports import LoginSeen
from machine.store.health import size_of

_OPEN: Final = (TaskStatus.QUEUED, TaskStatus.RUNNING, TaskStatus.WAITING_INPUT)


class MachineMetrics:
    """The port `Metrics`. One look at a time: they cost a walk over the process table."""

    content_type = CONTENT_TYPE

    def __init__(self, ground: Ground, engine: EngineRoom, meter: Meter) -> None:
        self._ground = ground
        self._engine = engine
        self._meter = meter
        fleet = engine.fleet_login
        self._login: LoginSeen = engine.gate if ground.settings.runs_tasks or fleet is None else fleet
        self._looking = asyncio.Lock()

    async def text(self) -> bytes:
        """See `ports.Metrics.text`."""
        async with self._looking:
            figures = await self._figures()
            return await asyncio.to_thread(self._meter.text, figures)

    async def _figures(self) -> Figures:
        ground, engine = self._ground, self._engine
        counts, status = await ground.tasks.counts(), await engine.manager.status()
        backup_age, memory = await asyncio.to_thread(self._in_thread)
        return Figures(
            tasks={status.value: counts.get(status, 0) for status in _OPEN},
            oldest_queued_seconds=await self._oldest_queued(),
            slots=status.slots,
            draining=engine.manager.draining,
            held_back=bool(engine.disk.desk.held_back),
            login=self._login.state.state,
            sockets=ground.live.hub.feed_readers,
            memory=memory,
            free_bytes=await self._free(),
            database_bytes=await size_of(ground.database),
            backup_age_seconds=backup_age,
        )

    def _in_thread(self) -> tuple[float | None, Memory]:
        kept = own_backups(self._ground.settings)
        return time.time() - kept[-1].stat().st_mtime if kept else None, memory_below()

    async def _oldest_queued(self) -> float:
        """Age in seconds."""
        oldest = await self._ground.tasks.oldest_queued()
        return max(0.0, (self._ground.clock() - oldest).total_seconds()) if oldest else 0.0

    async def _free(self) -> int | None:
        try:
            return await self._ground.disk.free_bytes()
        except StoreError:
            return None
