"""Being one machine of a fleet: heartbeats, ending one's own CLIs in time, coming back, taking over from the lost."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from machine.domain.errors import MachineError
from machine.domain.machine import MachineLoad, MachineState
from machine.domain.task import TaskStatus
from machine.engine.live_task import RunEnd
from machine.engine.live_tasks import LiveTasks
from machine.engine.seat import Seat

_log = logging.getLogger(__name__)


class Alone:
    """The only machine on its database: nothing to be a member of."""

    may_claim: Final = True

    async def watch(self) -> None:
        """There is nothing to watch."""


class FleetMembership:
    """`ports.Membership` of a machine that holds a seat. Claims stop as soon as it may not be sure of its lease."""

    def __init__(
        self,
        *,
        seat: Seat,
        live: LiveTasks,
        recover: Callable[[], Awaitable[object]],
        changed: Callable[[], None],
        takes_over: bool = True,
    ) -> None:
        """`recover` brings back what a former incarnation left, `changed` is called when there may be work; one that
        runs tasks `takes_over` those of machines that are lost."""
        self._seat = seat
        self._live = live
        self._recover = recover
        self._changed = changed
        self._takes_over = takes_over
        self._fenced = False

    @property
    def may_claim(self) -> bool:
        machine = self._seat.machine
        ready = machine is not None and machine.state is MachineState.READY
        return ready and not self._fenced and self._seat.lease.held

    async def watch(self) -> None:
        """Keep the seat, for as long as the machine runs."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep(), name="heartbeats")
            group.create_task(self._heed_lease(), name="lease")

    async def _keep(self) -> None:
        while True:
            pause = self._seat.lease.retry_seconds
            try:
                if await self._beat():
                    pause = self._seat.lease.interval_seconds
            except (MachineError, TimeoutError) as error:
                _log.error("the lease was not extended: %s", str(error) or "the database does not answer")
            except Exception:  # whatever it was: without heartbeats the machine is lost
                _log.exception("a heartbeat failed")
            await asyncio.sleep(pause)

    async def _beat(self) -> bool:
        self._fence_if_late()  # what was slept through shows first here
        could_claim = self.may_claim
        if not await self._seat.extend(self._load()):
            await self._come_back()
            could_claim = False
        if self._fenced and not len(self._live) and self._seat.lease.held:
            _log.warning("the lease of %s holds again, tasks go on", self._seat.machine_id)
            self._fenced = False
        taken_over = not self._fenced and await self._taken_over()  # also where it is drained: others may have room
        if self.may_claim and (taken_over or not could_claim):
            self._changed()
        return not self._fenced

    async def _taken_over(self) -> bool:
        return self._takes_over and bool(await self._seat.reap())

    async def _come_back(self) -> None:
        """The seat is lost: others have what was here. Only when nothing is left of it a new one is taken, with which
        the database takes writes again."""
        _log.error("%s was given up by its fleet; it ends what it has and registers anew", self._seat.machine_id)
        self._fence()
        await self._live.emptied()
        await self._seat.join()
        await self._recover()

    async def _heed_lease(self) -> None:
        """Whatever the heartbeats wait for: in time the CLIs are ended, one that was just being claimed, too."""
        while True:
            self._fence_if_late()
            if self._fenced:
                self._fence()
            await asyncio.sleep(self._seat.lease.retry_seconds)

    def _fence_if_late(self) -> None:
        if not self._fenced and not self._seat.lease.held:
            what = ": its CLIs are ended" if len(self._live) else ""
            _log.error("the lease of %s could not be extended in time%s", self._seat.machine_id, what)
            self._fence()

    def _fence(self) -> None:
        self._fenced = True
        for live in self._live:
            live.end(RunEnd.FENCE)

    def _load(self) -> MachineLoad:
        running = sum(live.task.status is TaskStatus.RUNNING for live in self._live)
        return MachineLoad(running=running, waiting=len(self._live) - running)
