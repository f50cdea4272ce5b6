"""Budgets of a day: how they stand, setting them, and letting a task go on all the same."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from machine.api.definition_routes import Administrator, Name, refusals
from machine.api.deps import Caller, Id, Seen, State
from machine.api.schemas import TaskView
from machine.api.state import ApiState
from machine.domain.day_budget import MAX_DAILY_USD, BudgetScope, BudgetState, KindSpent, Standing, day_of, next_day
from machine.domain.principal import Principal

router = APIRouter(tags=["budgets"])


class DailyBudget(BaseModel):
    """What a day may cost; 0: nothing at all, null: there is no budget."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    daily_usd: Annotated[float, Field(strict=True, ge=0, le=MAX_DAILY_USD)] | None


class BudgetView(BaseModel):
    """One budget, and what was spent today. Amounts are null where they are not the caller's to know."""

    model_config = ConfigDict(frozen=True)

    scope: BudgetScope
    name: str
    """A user's id, an agent's name; empty for the machine."""
    label: str
    daily_usd: float | None
    spent_usd: float | None
    """What counts: money, and what work on a subscription would have cost at API prices."""
    spent: list[KindSpent] | None
    """By the kind of dollars: `billed` is money, `subscription` is no bill, `demo` is nobody's."""
    state: BudgetState


class BudgetReport(BaseModel):
    """Budgets of today: the machine, then people, then agents."""

    model_config = ConfigDict(frozen=True)

    day: str
    time_zone: Literal["UTC"] = "UTC"
    resets_at: datetime
    items: list[BudgetView]


async def _report(state: ApiState, caller: Principal) -> BudgetReport:
    found = [one for one in await state.day_budgets.standings() if _concerns(one, caller)]
    if not caller.is_administrator and not any(one.scope is BudgetScope.USER for one in found):
        found.insert(1, Standing(scope=BudgetScope.USER, name=caller.user_id))
    names = {caller.user_id: caller.user.name}
    if caller.is_administrator:
        names |= {user.user_id: user.name for user in await state.people.users()}
    now = state.clock()
    return BudgetReport(day=day_of(now), resets_at=next_day(now), items=[_view(one, caller, names) for one in found])


def _concerns(standing: Standing, caller: Principal) -> bool:
    """Others' spending is not theirs to know, and what bounds their own work is."""
    if caller.is_administrator:
        return True
    if standing.scope is BudgetScope.USER:
        return standing.name == caller.user_id
    return standing.scope is BudgetScope.MACHINE or standing.daily_usd is not None


def _view(standing: Standing, caller: Principal, names: dict[str, str]) -> BudgetView:
    told: dict[str, Any] = {"daily_usd": standing.daily_usd, "spent_usd": standing.spent_usd, "spent": standing.spent}
    if not caller.is_administrator and standing.scope is not BudgetScope.USER:
        told = dict.fromkeys(told)
    label = {BudgetScope.MACHINE: "the machine", BudgetScope.USER: names.get(standing.name, standing.name)}
    return BudgetView(
        scope=standing.scope,
        name=standing.name,
        label=label.get(standing.scope, standing.name),
        state=standing.state,
        **told,
    )


@router.get("/api/budgets")
async def get_budgets(state: State, caller: Caller) -> BudgetReport:
    """How the budgets of today stand: for administrators all, for others their own and which others are used up."""
    return await _report(state, caller)


@router.put("/api/budgets/machine")
async def set_machine_budget(new: DailyBudget, state: State, by: Administrator) -> BudgetReport:
    """What all work together may cost a day. In force at once: tasks that it held back and holds back no more go on."""
    await state.day_budgets.set(BudgetScope.MACHINE, "", new.daily_usd, by=by.user_id)
    return await _report(state, by)


@router.put("/api/budgets/users/{user_id}")
async def set_user_budget(user_id: Id, new: DailyBudget, state: State, by: Administrator) -> BudgetReport:
    """What the work of one person may cost a day, whichever door it came through."""
    user = await state.accounts.user(user_id, by)
    await state.day_budgets.set(BudgetScope.USER, user.user_id, new.daily_usd, by=by.user_id)
    return await _report(state, by)


@router.put("/api/budgets/agents/{name}")
async def set_agent_budget(name: Name, new: DailyBudget, state: State, by: Administrator) -> BudgetReport:
    """What the work of one agent may cost a day: `daily_budget_usd` in its agent.yaml, whose comments are lost."""
    with refusals():
        await state.creator.set_in_agent(name, "daily_budget_usd", new.daily_usd, by)
    return await _report(state, by)


@router.post("/api/tasks/{task_id}/let-through")
async def let_task_through(task_id: Id, state: State, seen: Seen, by: Administrator) -> TaskView:
    """Let a task that a budget of the day holds back go on today. 409 for one that none holds back."""
    task = await seen.task(task_id)
    await state.day_budgets.let_through(task, by=by.user_id)
    return TaskView.of(await state.tasks.get(task_id))
