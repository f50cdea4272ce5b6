"""Joins what starts work at its time."""

from machine.app.engine_room import EngineRoom
from machine.app.ground import Ground
from machine.engine.owners import Owners
from machine.engine.schedule_desk import ScheduleDesk
from machine.engine.schedule_tasks import ScheduleTasks
from machine.engine.scheduler import Scheduler
from machine.engine.schedules import Schedules


def build_schedules(ground: Ground, engine: EngineRoom) -> Schedules:
    """Join the parts. Nothing runs yet. Called on the event loop."""
    definitions = ground.definitions
    scheduler = Scheduler(
        schedules=definitions.schedules,
        store=ground.schedules,
        tasks=ScheduleTasks(new_tasks=engine.new_tasks, owners=Owners(ground.people)),
        stop=engine.steering.stop,
        freed=engine.freed,
        clock=ground.clock,
    )
    definitions.loader.listen(scheduler.changed)
    desk = ScheduleDesk(definitions.loader, definitions.schedules, ground.kept.keeping, ground.clock)
    return Schedules(registry=definitions.schedules, desk=desk, scheduler=scheduler, store=ground.schedules)
