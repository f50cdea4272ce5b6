"""Tools for schedules: look, create, change, pause, delete."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from machine.domain.agent import EntityName
from machine.domain.clock import Clock
from machine.domain.schedule import Schedule, ScheduleFields, ScheduleForm, next_runs
from machine.engine.schedules import Schedules
from machine.engine.tools.tool import Caller, Given, Nothing, Tool, always

NEXT_RUNS: Final = 3

_CREATE: Final = (
    "Create a schedule: at certain times an agent gets a message. `cron` has minute, hour, day of month, month, day of "
    "week, or is @daily and its like; `timezone` is an IANA name, UTC where nothing is said: ask the person for theirs "
    "where it matters. Live at once; the answer says when it comes next. For administrators."
)
_UPDATE: Final = (
    "Change a schedule: give its name and all of its fields, those that stay as well. A person is asked first."
)


class ScheduleNamed(Given):
    name: EntityName


class Paused(Given):
    name: EntityName
    paused: bool


def schedule_tools(schedules: Schedules, clock: Clock) -> tuple[Tool[Any], ...]:
    """The tools for schedules."""
    desk, registry = schedules.desk, schedules.registry

    async def list_schedules(_: Caller, __: Nothing) -> Any:
        items = await asyncio.to_thread(_shown, registry.all(), clock)
        return {"items": items, "faults": [str(fault) for fault in desk.faults]}

    async def create_schedule(caller: Caller, given: ScheduleForm) -> Any:
        return await shown((await desk.create(given, caller.principal)).model)

    async def update_schedule(caller: Caller, given: ScheduleForm) -> Any:
        return await shown((await desk.update(given, caller.principal)).model)

    async def pause_schedule(caller: Caller, given: Paused) -> Any:
        return await shown((await desk.pause(given.name, caller.principal, paused=given.paused)).model)

    async def delete_schedule(caller: Caller, given: ScheduleNamed) -> Any:
        await desk.delete(given.name, caller.principal)
        return {"deleted": given.name}

    async def shown(schedule: Schedule) -> Any:
        return (await asyncio.to_thread(_shown, [schedule], clock))[0]

    pausing = "Pause a schedule, or let it go on. A person is asked first. For administrators."
    deleting = "Delete a schedule; its tasks stay. A person is asked first. For administrators."
    return (
        Tool("list_schedules", "List the schedules and when each comes next.", Nothing, list_schedules),
        Tool("create_schedule", _CREATE, ScheduleForm, create_schedule, writes=True),
        Tool("update_schedule", _UPDATE, ScheduleForm, update_schedule, writes=True, asks=always),
        Tool("pause_schedule", pausing, Paused, pause_schedule, writes=True, asks=always),
        Tool("delete_schedule", deleting, ScheduleNamed, delete_schedule, writes=True, asks=always),
    )


def _shown(schedules: Sequence[Schedule], clock: Clock) -> list[dict[str, Any]]:
    """Reads time zone data: blocking."""
    fields = set(ScheduleFields.model_fields)
    return [
        {
            "name": one.name,
            **one.model_dump(mode="json", include=fields, exclude_defaults=True),
            "next": next_runs(one, clock(), NEXT_RUNS),
        }
        for one in schedules
    ]
