"""Schedules: which there are and when they run next, making and changing them, what became of their times."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError

from machine.api.definition_routes import Administrator, Kind, Name, add_routes
from machine.api.deps import Caller, Cursor, Limit, State
from machine.api.owners import NewOwner, problems_of
from machine.api.schedule_schemas import CronQuestion, RunList, ScheduleDetail, ScheduleList, ScheduleView, views_of
from machine.api.schemas import TaskView
from machine.api.state import ApiState
from machine.domain.cron import CronFault, Times, ZoneFault
from machine.domain.definitions import Preview
from machine.domain.principal import Principal
from machine.domain.schedule import Schedule, ScheduleForm
from machine.engine.schedule_desk import draft_of
from machine.registry.uploads import Draft

router = APIRouter(prefix="/api/schedules", tags=["schedules"])


async def _views(state: ApiState, caller: Principal, *schedules: Schedule) -> list[ScheduleView]:
    last_runs = await state.schedules.store.last_runs()
    faults = state.schedules.registry.shelf.current.faults
    problems = await problems_of(state, caller, [one.user_id for one in schedules])
    return await asyncio.to_thread(views_of, schedules, state.clock(), last_runs, faults, problems)


async def _detail(_: Request, state: ApiState, name: str, caller: Principal) -> ScheduleDetail:
    standing = await state.schedules.desk.standing(name)
    (view,) = await _views(state, caller, standing.definition.model)
    digest = standing.preview.content_hash
    return ScheduleDetail(**dict(view), content_hash=digest, revertible=standing.revertible)


async def _draft(_: ApiState, form: ScheduleForm) -> Draft:
    return draft_of(form)


@router.get("")
async def list_schedules(state: State, caller: Caller) -> ScheduleList:
    """All schedules, by name, and what is wrong with their files."""
    items = await _views(state, caller, *state.schedules.registry.all())
    return ScheduleList(items=items, faults=list(state.schedules.desk.faults))


add_routes(
    router,
    Kind(
        form=ScheduleForm,
        detail=ScheduleDetail,
        preview=Preview,
        desk_of=lambda state: state.schedules.desk,
        draft_of=_draft,
        detail_of=_detail,
        preview_of=lambda _request, _state, seen: seen.preview,
        export_type="application/yaml",
        export_ending="yaml",
        switched=False,
    ),
)


@router.post("/explain")
async def explain(asked: CronQuestion, state: State, _: Caller) -> Times:
    """What an expression means in words, and when it would come next."""
    try:
        return await asyncio.to_thread(Times.of, asked.cron, asked.timezone, state.clock())
    except CronFault as error:
        place = "timezone" if isinstance(error, ZoneFault) else "cron"
        raise RequestValidationError([{"loc": ("body", place), "msg": str(error)}]) from error


@router.post("/{name}/pause")
async def pause_schedule(name: Name, request: Request, state: State, by: Administrator) -> ScheduleDetail:
    """Start nothing more until it is resumed; what runs goes on."""
    await state.schedules.desk.pause(name, by, paused=True)
    return await _detail(request, state, name, by)


@router.post("/{name}/resume")
async def resume_schedule(name: Name, request: Request, state: State, by: Administrator) -> ScheduleDetail:
    """Go on with the next time; those that came meanwhile are not made up for."""
    await state.schedules.desk.pause(name, by, paused=False)
    return await _detail(request, state, name, by)


@router.post("/{name}/owner")
async def give_schedule(
    name: Name, request: Request, state: State, by: Administrator, to: NewOwner | None = None
) -> ScheduleDetail:
    """Make it somebody else's; without `user`, yours. What it starts from now on are their tasks."""
    user_id = await state.owners.new_owner(to.user if to else None, by)
    await state.schedules.desk.give(name, user_id, by)
    return await _detail(request, state, name, by)


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
