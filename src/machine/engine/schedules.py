"""Everything about schedules that a door to the machine needs."""

from dataclasses import dataclass

from machine.engine.schedule_desk import ScheduleDesk
from machine.engine.scheduler import Scheduler
from machine.ports import ScheduleStore
from machine.registry.schedule_registry import ScheduleRegistry


@dataclass(frozen=True)
class Schedules:
    """The parts, joined in `machine.app`."""

    registry: ScheduleRegistry
    desk: ScheduleDesk
    scheduler: Scheduler
    store: ScheduleStore
