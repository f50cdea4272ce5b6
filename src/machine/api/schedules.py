"""Schedules: which there are and when they run next, making and changing them, what became of their times."""

import asyncio

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from starlette.responses import Response

from machine.api.definition_routes import Administrator, Name, refusals
from machine.api.deps import Caller, Cursor, Limit, State
from machine.api.owners import NewOwner, problems_of
from machine.api.schedule_schemas import CronAnswer, CronQuestion, RunList, ScheduleList, ScheduleView, views_of
from machine.api.schemas import TaskView
from machine.api.state import ApiState
from machine.domain.cron import CronFault, ZoneFault
from machine.domain.definitions import invalid
from machine.domain.principal import Principal
from machine.domain.schedule import Schedule, ScheduleForm

router = APIRouter(prefix="/api/schedules", tags=["schedules"])


async def _views(state: ApiState, caller: Principal, *schedules: Schedule) -> list[ScheduleView]:
    last_runs = await state.schedules.store.last_runs()
    faults = state.schedules.registry.shelf.current.faults
    problems = await problems_of(state, caller, [one.user_id for one in schedules])
    return await asyncio.to_thread(views_of, schedules, state.clock(), last_runs, faults, problems)


async def _view(state: ApiState, caller: Principal, name: str) -> ScheduleView:
    (view,) = await _views(state, caller, state.schedules.registry.get(name).model)
    return view


@router.get("")
async def list_schedules(state: State, caller: Caller) -> ScheduleList:
    """All schedules, by name, and what is wrong with their files."""
    items = await _views(state, caller, *state.schedules.registry.all())
    return ScheduleList(items=items, faults=list(state.schedules.desk.faults))


@router.post("", status_code=201)
async def create_schedule(form: ScheduleForm, state: State, by: Administrator) -> ScheduleView:
    """A new schedule, live at once; its tasks are those of who made it. 409 when the name is taken."""
    with refusals():
        await state.schedules.desk.create(form, by)
    return await _view(state, by, form.name)


@router.post("/preview")
async def preview_cron(asked: CronQuestion, state: State, _: Caller) -> CronAnswer:
    """When an expression would run next, and what it means in words."""
    try:
        return await asyncio.to_thread(CronAnswer.of, asked.cron, asked.timezone, state.clock())
    except CronFault as error:
        place = "timezone" if isinstance(error, ZoneFault) else "cron"
        raise RequestValidationError([{"loc": ("body", place), "msg": str(error)}]) from error


@router.get("/{name}")
async def get_schedule(name: Name, state: State, caller: Caller) -> ScheduleView:
    """One schedule, and when it runs next."""
    return await _view(state, caller, name)


@router.put("/{name}")
async def update_schedule(name: Name, form: ScheduleForm, state: State, by: Administrator) -> ScheduleView:
    """Change a schedule; its owner stays. Times before a change of when it runs are none of its times."""
    with refusals():
        if form.name != name:
            raise invalid("", f"is {form.name}, but the schedule is called {name}", field="name")
        await state.schedules.desk.update(form, by)
    return await _view(state, by, name)


@router.delete("/{name}", status_code=204)
async def delete_schedule(name: Name, state: State, by: Administrator) -> Response:
    """Delete it; the tasks that it started stay."""
    await state.schedules.desk.delete(name, by)
    return Response(status_code=204)


@router.post("/{name}/pause")
async def pause_schedule(name: Name, state: State, by: Administrator) -> ScheduleView:
    """Start nothing more until it is resumed; what runs goes on."""
    with refusals():
        await state.schedules.desk.pause(name, by, paused=True)
    return await _view(state, by, name)


@router.post("/{name}/resume")
async def resume_schedule(name: Name, state: State, by: Administrator) -> ScheduleView:
    """Go on with the next time; those that came meanwhile are not made up for."""
    with refusals():
        await state.schedules.desk.pause(name, by, paused=False)
    return await _view(state, by, name)


@router.post("/{name}/owner")
async def give_schedule(name: Name, state: State, by: Administrator, to: NewOwner | None = None) -> ScheduleView:
    """Make it somebody else's; without `user`, yours. What it starts from now on are their tasks."""
    user_id = await state.owners.new_owner(to.user if to else None, by)
    with refusals():
        await state.schedules.desk.give(name, user_id, by)
    return await _view(state, by, name)


@router.post("/{name}/run", status_code=201)
async def run_schedule(name: Name, state: State, by: Administrator) -> TaskView:
    """Start its task now, as its owner. 409 when what it does on overlap leaves it out."""
    return TaskView.of(await state.schedules.scheduler.run_now(name, by))


@router.get("/{name}/runs")
async def list_runs(name: Name, state: State, _: Caller, limit: Limit = 50, cursor: Cursor = None) -> RunList:
    """What became of its times, newest first; the newest 100 are kept."""
    state.schedules.registry.get(name)
    page = await state.schedules.store.runs(name, limit=limit, cursor=cursor)
    return RunList(items=list(page.items), next_cursor=page.next_cursor)
