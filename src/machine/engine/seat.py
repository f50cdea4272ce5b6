"""A machine's seat in its fleet: taken at the start, kept by heartbeats, given back at the end."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final

from machine.domain.errors import MachineError, NameTaken
from machine.domain.machine import Machine, MachineLoad, MachineReport
from machine.domain.seen_lease import SeenLease
from machine.domain.steady_time import steady_seconds
from machine.engine.lease import Lease, LeaseWatch
from machine.ports import MachineStore, Reaped

LOOK_SECONDS: Final = 0.5

_log = logging.getLogger(__name__)


class Seat:
    """What this process asks of the store of machines, with the lease that comes of it."""

    def __init__(
        self,
        *,
        machines: MachineStore,
        machine_id: str,
        report: MachineReport,
        lease: Lease,
        now: Callable[[], float] = steady_seconds,
        added_to: Callable[[MachineReport], MachineReport] = lambda report: report,
    ) -> None:
        """`report` is what it says of itself, but for its load; `added_to` adds what has become known since."""
        self.machine: Machine | None = None
        """As the database last showed it."""
        self.machine_id = machine_id
        self.lease = lease
        self._machines = machines
        self._report = report
        self._now = now
        self._added_to = added_to
        self._others = LeaseWatch(lease.seconds, now=now)

    async def join(self) -> Machine:
        """Take the seat. The lease of a former incarnation that died is waited for, for as long as it has to go. Raises
        NameTaken when its holder turns out to be alive, StoreError."""
        former = self.machine.epoch if self.machine else None
        holders = LeaseWatch(self.lease.seconds, now=self._now)
        first: SeenLease | None = None
        dead: SeenLease | None = None
        while True:
            asked_at = self._now()
            try:
                self.machine = await self._machines.register(
                    self.machine_id, self._added_to(self._report), former_epoch=former, stood_still=dead
                )
            except NameTaken as taken:
                if first is None:
                    first = taken.lease
                    _log.warning("%s If that one is dead, its lease runs out: waiting for it.", taken.message)
                elif taken.lease != first:
                    raise
                dead = next(iter(holders.stood_still([taken.lease])), None)
                await asyncio.sleep(min(LOOK_SECONDS, max(0.0, taken.seconds_left)))
                continue
            self.lease.extended(asked_at)
            _log.info("a member of the fleet as %s, epoch %d", self.machine_id, self.machine.epoch)
            return self.machine

    async def extend(self, load: MachineLoad) -> bool:
        """One heartbeat. False when the seat is lost. Raises StoreError and TimeoutError: nobody knows."""
        if self.machine is None:
            return False
        asked_at = self._now()
        report = self._added_to(self._report.model_copy(update={"load": load}))
        try:
            async with asyncio.timeout(self.lease.interval_seconds):
                seen = await self._machines.beat(self.machine_id, self.machine.epoch, report)
        except (MachineError, TimeoutError):
            self.lease.failed()
            raise
        if seen is None:
            self.lease.given_up()
            return False
        self.machine = seen
        self.lease.extended(asked_at)
        return True

    async def reap(self) -> Sequence[Reaped]:
        """Take over from machines whose lease nobody has extended for as long as it lasts, if this one may judge that.
        Raises StoreError."""
        stood_still = self._others.stood_still(await self._machines.leases(but=self.machine_id))
        if not stood_still or not self.lease.may_judge:
            return ()
        found = await self._machines.reap(stood_still)
        for one in found:
            _log.warning("the machine %s was lost; %d of its tasks go on elsewhere", one.machine.machine_id, one.tasks)
        return found

    async def leave(self) -> None:
        """Give the seat back. What cannot be given back runs out by itself."""
        if self.machine is None:
            return
        try:
            async with asyncio.timeout(self.lease.interval_seconds):
                await self._machines.leave(self.machine_id, self.machine.epoch)
        except (MachineError, TimeoutError) as error:
            _log.warning("the lease of %s runs out by itself, it could not be given back: %s", self.machine_id, error)
