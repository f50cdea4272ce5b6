"""This machine's seat in a fleet, where there is one."""

from contextlib import AsyncExitStack

from machine.app.own_facts import OwnFacts
from machine.domain.machine import MachineReport, MachineRole
from machine.domain.version import VERSION
from machine.engine.lease import Lease
from machine.engine.live_tasks import LiveTasks
from machine.engine.membership import Alone, FleetMembership
from machine.engine.recovery import Recovery
from machine.engine.seat import Seat
from machine.engine.slots import Slots
from machine.ports import Membership
from machine.settings import Settings
from machine.store.database import Database
from machine.store.machines import SqlMachineStore


async def take_seat(settings: Settings, database: Database, facts: OwnFacts, stack: AsyncExitStack) -> Seat | None:
    """Register in the fleet, and leave it when `stack` closes; None for a machine that is alone. Takes up to one lease
    where this machine's last incarnation died. Raises StoreError."""
    if not settings.in_fleet:
        return None
    seat = Seat(
        machines=SqlMachineStore(database, lease_seconds=settings.lease_seconds),
        machine_id=settings.machine_id,
        report=_report(settings),
        lease=Lease(settings.lease_seconds),
        added_to=facts.added_to,
    )
    await seat.join()
    stack.push_async_callback(seat.leave)
    return seat


def _report(settings: Settings) -> MachineReport:
    slots = settings.max_concurrent_tasks if settings.runs_tasks else 0
    return MachineReport(role=MachineRole(settings.role), labels=settings.labels, slots=slots, version=VERSION)


def member_of(settings: Settings, seat: Seat | None, live: LiveTasks, recovery: Recovery, slots: Slots) -> Membership:
    """What keeps the seat once the engine is there."""
    if seat is None:
        return Alone()
    return FleetMembership(
        seat=seat,
        live=live,
        recover=recovery.recover if settings.runs_tasks else _nothing,
        changed=slots.freed,
        takes_over=settings.runs_tasks,
    )


async def _nothing() -> None:
    """What a process that runs no tasks has to bring back."""
