"""The rules of budgets: what is left of a task's own, what a raise makes of it, what a turn that ends it means."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.api import person, served
from tests.support.tasks import an_input

from machine.domain.budget import card_input, left_usd, raise_in, raised, step_usd
from machine.domain.costs import CostKind, Usage
from machine.domain.day_budget import (
    PLAY,
    REAL,
    BudgetScope,
    DayBudget,
    Spending,
    day_of,
    next_day,
    standing_of,
    standings,
)
from machine.domain.errors import BadRequest
from machine.domain.ids import new_id
from machine.domain.messages import TurnEnded, UsageSeen
from machine.domain.principal import Role
from machine.domain.task import Lane, QueueReason, Task, TaskLimits, TaskStatus, WaitingReason
from machine.engine.accounts import Account
from machine.engine.budget_board import BudgetBoard
from machine.engine.day_budgets import DayBudgets
from machine.engine.outcome import Completed, Outcome, OutOfBudget, Rest, judged
from machine.engine.slots import Slots
from machine.ports import Agents, ClaimLimits, DayRules
from machine.store.budgets import SqlBudgetStore
from machine.store.database import Database
from machine.store.day_gate import MOST_MOVED
from machine.store.migrating import migrate
from machine.store.notes import SqlNotes
from machine.store.opening import open_database
from machine.store.sqlite import Sqlite
from machine.store.task_store import SqlTaskStore

NOW = datetime(2026, 11, 3, 9, 0, 0, tzinfo=UTC)
DOLLARS = st.floats(min_value=0.01, max_value=10_000).map(lambda value: round(value, 4))


def task_with(budget: float | None, spent: float = 0.0, **changes: Any) -> Task:
    values: dict[str, Any] = {
        "task_id": "task_1",
        "title": "Do it",
        "input_message": "Do it.",
        "user_id": "user_1",
        "machine_id": "machine-001",
        "assigned_agent": "planning",
        "workspace": "task_1",
        "conversation_id": "conv_1",
        "claude_session_id": "00000000-0000-0000-0000-000000000000",
        "created_at": NOW,
        "status_at": NOW,
        "usage": Usage(cost_usd=spent),
        "limits": TaskLimits(max_budget_usd=budget),
    }
    return Task.model_validate({**values, **changes})


def after(task: Task, limits: TaskLimits, *, more: float = 0.0) -> Task:
    return task.model_copy(update={"limits": limits, "usage": Usage(cost_usd=task.usage.cost_usd + more)})


def judgement(*, last_words: str | None = None, interactive: bool = False, **fields: Any) -> Outcome | Rest:
    said = {"subtype": "error_max_budget_usd", "is_error": True, "result": None, "usage": Usage(), **fields}
    turn = TurnEnded.model_validate(said)
    return judged(turn, fault=None, quota=None, interrupted=False, interactive=interactive, last_words=last_words)


@given(DOLLARS, DOLLARS)
def test_what_is_left_of_a_budget_is_never_less_than_nothing(budget: float, spent: float) -> None:
    left = left_usd(task_with(budget, spent))
    assert left is not None
    assert left == max(0.0, budget - spent)


def test_a_task_without_a_budget_has_no_end_of_it() -> None:
    assert left_usd(task_with(None, 100)) is None


@given(DOLLARS, DOLLARS, DOLLARS)
def test_after_a_raise_there_is_at_least_as_much_to_spend_as_was_said(budget: float, spent: float, by: float) -> None:
    task = task_with(budget, spent)
    left = left_usd(after(task, raised(task, by)))
    assert left is not None
    assert left >= by - 1e-5
    assert left <= by + max(0.0, budget - spent) + 1e-5


@given(DOLLARS, st.lists(DOLLARS, min_size=1, max_size=5))
def test_however_often_it_is_raised_the_step_stays_the_first_budget(budget: float, spendings: list[float]) -> None:
    task = task_with(budget)
    for spent in spendings:
        task = after(task, raised(task, step_usd(task.limits)), more=spent)
        assert step_usd(task.limits) == pytest.approx(budget, abs=1e-4)


def test_a_raise_beyond_what_a_budget_may_be_is_refused() -> None:
    with pytest.raises(BadRequest, match="at most"):
        raised(task_with(99_999, 99_999), 2)


@pytest.mark.parametrize("said", [0, -1, True, "2", None, float("nan"), float("inf"), 100_001, [2]])
def test_an_amount_that_is_none_is_refused(said: object) -> None:
    with pytest.raises(BadRequest, match="raise_by_usd"):
        raise_in({"raise_by_usd": said}, {"raise_by_usd": 1})


def test_an_answer_may_name_another_amount_than_the_card() -> None:
    assert raise_in(None, {"raise_by_usd": 1.5}) == 1.5
    assert raise_in({}, {"raise_by_usd": 1.5}) == 1.5
    assert raise_in({"raise_by_usd": 3}, {"raise_by_usd": 1.5}) == 3


@pytest.mark.parametrize(
    ("kind", "words"), [(CostKind.SUBSCRIPTION, "no bill"), (CostKind.DEMO, "play money"), (CostKind.BILLED, "$0.50.")]
)
def test_the_card_says_what_was_spent_of_what_and_which_kind_of_dollars_it_is(kind: CostKind, words: str) -> None:
    told = card_input(task_with(0.5, 0.72, cost_kind=kind))
    assert "$0.72 of $0.50" in told["explanation"]
    assert words in told["explanation"]
    assert (told["spent_usd"], told["limit_usd"], told["raise_by_usd"]) == (0.72, 0.5, 0.5)


def test_a_turn_that_a_budget_ends_asks_instead_of_failing() -> None:
    assert judgement(stop_reason="tool_use") == OutOfBudget()
    assert judgement(stop_reason="tool_use", last_words="On my way.") == OutOfBudget()


def test_work_that_is_finished_with_the_last_dollar_is_finished() -> None:
    assert judgement(stop_reason="end_turn", last_words="Done.") == Completed(result="Done.")


def test_an_open_conversation_asks_though_its_answer_was_finished() -> None:
    assert judgement(stop_reason="end_turn", last_words="Done.", interactive=True) == OutOfBudget()
    rested = judgement(subtype="success", is_error=False, result="ok", interactive=True)
    assert rested == Rest(reason=WaitingReason.INPUT, result="ok")


def test_of_a_turn_that_a_budget_ended_the_price_is_the_clis_and_the_tokens_are_all() -> None:
    account = Account(Usage())
    for message in ("a", "b"):
        streamed = Usage(input_tokens=10, output_tokens=10, cost_usd=9)
        account.see(UsageSeen(message_id=message, model="m", usage=streamed))
    said = {"subtype": "error_max_budget_usd", "is_error": True, "result": None, "turn_cost_known": True}
    one = Usage(input_tokens=10, output_tokens=10, cost_usd=0.4)
    total = account.end_turn(TurnEnded.model_validate({**said, "total_cost_usd": 0.4, "usage": one}))
    assert total == Usage(input_tokens=20, output_tokens=20, cost_usd=0.4)
    account.see(UsageSeen(message_id="c", model="m", usage=one))
    none = Usage(cost_usd=0.4)
    total = account.end_turn(TurnEnded.model_validate({**said, "total_cost_usd": 0.8, "usage": none}))
    assert total == Usage(input_tokens=30, output_tokens=30, cost_usd=0.8)


# --- budgets of a day ------------------------------------------------------------------------------------------------

AMOUNTS = st.integers(min_value=0, max_value=10_000).map(lambda cents: cents / 100)
SPENDINGS = st.lists(
    st.builds(
        Spending,
        user_id=st.sampled_from(["user_1", "user_2"]),
        agent=st.sampled_from(["planning", "executor"]),
        cost_kind=st.sampled_from(CostKind),
        cost_usd=AMOUNTS,
    ),
    max_size=12,
)
MACHINE = DayBudget(scope=BudgetScope.MACHINE, daily_usd=10)


def spending(usd: float, **changes: Any) -> Spending:
    values = {"user_id": "user_1", "agent": "planning", "cost_kind": CostKind.BILLED, "cost_usd": usd}
    return Spending.model_validate({**values, **changes})


@given(SPENDINGS)
def test_what_people_and_what_agents_spent_are_each_all_that_was_spent(spendings: list[Spending]) -> None:
    found = standings([], spendings, REAL)
    machine = next(one.spent_usd for one in found if one.scope is BudgetScope.MACHINE)
    for scope in (BudgetScope.USER, BudgetScope.AGENT):
        assert sum(one.spent_usd for one in found if one.scope is scope) == pytest.approx(machine)
    assert machine == pytest.approx(sum(one.cost_usd for one in spendings if one.cost_kind is not CostKind.DEMO))


@given(SPENDINGS, AMOUNTS)
def test_a_budget_is_used_up_exactly_when_as_much_was_spent(spendings: list[Spending], usd: float) -> None:
    budget = DayBudget(scope=BudgetScope.USER, name="user_1", daily_usd=usd)
    standing = standing_of(budget, spendings, REAL)
    assert (standing.state == "used_up") is (standing.spent_usd >= usd)


@pytest.mark.parametrize(
    ("usd", "state"), [(7.99, "free"), (8, "near"), (9.99, "near"), (10, "used_up"), (99, "used_up")]
)
def test_people_are_warned_from_80_percent_on(usd: float, state: str) -> None:
    assert standing_of(MACHINE, [spending(usd)], REAL).state == state


def test_the_price_of_a_subscription_counts_and_is_told_apart() -> None:
    standing = standing_of(MACHINE, [spending(4), spending(6, cost_kind=CostKind.SUBSCRIPTION)], REAL)
    assert standing.state == "used_up"
    assert [(one.cost_kind, one.cost_usd) for one in standing.spent] == [("billed", 4), ("subscription", 6)]


def test_play_money_counts_in_the_demo_alone() -> None:
    played = [spending(20, cost_kind=CostKind.DEMO)]
    assert standing_of(MACHINE, played, REAL).state == "free"
    assert standing_of(MACHINE, played, PLAY).state == "used_up"


def test_a_budget_of_nothing_is_used_up_from_the_start() -> None:
    assert standing_of(DayBudget(scope=BudgetScope.MACHINE, daily_usd=0), [], REAL).state == "used_up"


def test_a_day_is_one_of_utc_whatever_the_clock_on_the_wall_says() -> None:
    late = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)
    assert day_of(late.astimezone(ZoneInfo("Asia/Tokyo"))) == "2026-11-03"
    assert next_day(late.astimezone(ZoneInfo("Asia/Tokyo"))) == datetime(2026, 11, 4, tzinfo=UTC)


# --- as the database keeps it ----------------------------------------------------------------------------------------


class Shop:
    """The stores on one database, with a clock that is set by hand."""

    def __init__(self, database: Database) -> None:
        self.now = NOW
        self.tasks = SqlTaskStore(database, machine_id="machine-001", clock=lambda: self.now)
        self.budgets = SqlBudgetStore(database, clock=lambda: self.now)
        self.notes = SqlNotes(database)

    async def task(self, **changes: Any) -> Task:
        name = new_id("task")
        ids = {"task_id": name, "workspace": name, "conversation_id": new_id("conv"), "claude_session_id": str(uuid4())}
        task = task_with(None, **{**ids, "created_at": self.now, "status_at": self.now, **changes})
        return await self.tasks.create(task, an_input(task))

    async def cost(self, task: Task, usd: float) -> None:
        await self.tasks.append(task.task_id, [], usage=Usage(cost_usd=usd))

    async def claim(self, **agents_usd: float) -> str | None:
        limits = ClaimLimits(slots={Lane.WORK: 99}, per_agent={}, day=DayRules(agents_usd=agents_usd))
        claimed = await self.tasks.claim(limits, self.now)
        return claimed.task_id if claimed else None

    async def get(self, task: Task) -> Task:
        return await self.tasks.get(task.task_id)

    async def limit(self, usd: float, scope: BudgetScope = BudgetScope.MACHINE, name: str = "") -> None:
        await self.budgets.put(DayBudget(scope=scope, name=name, daily_usd=usd), by="user_admin")

    async def spent(self) -> dict[str, float]:
        return {f"{one.user_id} {one.agent}": one.cost_usd for one in await self.budgets.spendings(self.now)}


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    database = await open_database(tmp_path / "machine.db", "0.1.0", on_committed=lambda _events: None)
    yield Shop(database)
    await database.close()


async def test_what_a_day_cost_is_kept_by_the_day_on_which_it_was_spent(shop: Shop) -> None:
    task = await shop.task()
    await shop.cost(task, 1.5)
    await shop.cost(task, 1.25)  # an estimate that was too high
    assert await shop.spent() == {"user_1 planning": 1.25}
    shop.now += timedelta(days=1)
    assert await shop.spent() == {}
    await shop.cost(task, 2.0)
    assert await shop.spent() == {"user_1 planning": 0.75}


async def test_whatever_happens_days_add_up_to_what_tasks_cost(shop: Shop) -> None:
    tasks = [await shop.task(user_id=f"user_{n % 3}", assigned_agent=f"agent-{n % 2}") for n in range(6)]
    days, number = 0.0, 0
    for _ in range(5):
        for turn in range(8):
            number += 37
            await shop.cost(tasks[(number + turn) % 6], number % 1000 / 100)
        days += sum((await shop.spent()).values())
        shop.now += timedelta(days=1)
    assert days == pytest.approx(sum([(await shop.get(task)).usage.cost_usd for task in tasks]))


@pytest.mark.parametrize(
    ("scope", "name", "held"),
    [
        (BudgetScope.MACHINE, "", {"a", "b", "c"}),
        (BudgetScope.USER, "user_1", {"a", "b"}),
        (BudgetScope.USER, "user_9", set()),
    ],
)
async def test_a_budget_holds_back_those_whom_it_bounds_and_nobody_else(
    shop: Shop, scope: BudgetScope, name: str, held: set[str]
) -> None:
    await shop.limit(0, scope, name)
    tasks = {
        "a": await shop.task(),
        "b": await shop.task(assigned_agent="executor"),
        "c": await shop.task(user_id="user_2"),
    }
    while await shop.claim():
        pass
    queued = {key for key, task in tasks.items() if (await shop.get(task)).status is TaskStatus.QUEUED}
    assert queued == held
    for key in held:
        found = await shop.get(tasks[key])
        assert (found.queue_reason, found.parked_until) == (QueueReason.BUDGET, next_day(NOW))


async def test_an_agents_budget_holds_back_its_tasks(shop: Shop) -> None:
    planning, executor = await shop.task(), await shop.task(assigned_agent="executor")
    await shop.cost(executor, 3)
    assert await shop.claim(planning=5, executor=3) == planning.task_id
    assert await shop.claim(planning=5, executor=3) is None
    assert (await shop.get(executor)).queue_reason is QueueReason.BUDGET
    assert await shop.claim(planning=5, executor=4) == executor.task_id


async def test_each_look_lets_go_what_is_held_back_no_longer_and_says_so(shop: Shop) -> None:
    await shop.limit(0)
    task = await shop.task()
    assert await shop.claim() is None
    assert await shop.claim() is None
    await shop.budgets.remove(MACHINE)
    assert await shop.claim() == task.task_id
    types = [event.type for event in await shop.tasks.events(task.task_id)]
    assert types == ["task.created", "task.parked", "task.queued", "task.started"]


async def test_a_pass_is_good_for_one_task_and_one_day(shop: Shop) -> None:
    await shop.limit(0)
    task, other = await shop.task(), await shop.task()
    assert await shop.claim() is None
    await shop.budgets.let_through(task.task_id, by="user_admin")
    await shop.budgets.let_through(task.task_id, by="user_admin")
    assert await shop.claim() == task.task_id
    assert await shop.claim() is None
    assert (await shop.get(other)).queue_reason is QueueReason.BUDGET
    shop.now += timedelta(days=1)
    assert not await shop.budgets.is_let_through(task.task_id, shop.now)


async def test_a_crowd_is_parked_bit_by_bit_and_none_of_it_slips_through(shop: Shop) -> None:
    await shop.limit(0)
    tasks = [await shop.task() for _ in range(MOST_MOVED + 5)]
    assert await shop.claim() is None
    reasons = [(await shop.get(task)).queue_reason for task in tasks]
    assert (reasons.count(QueueReason.BUDGET), reasons.count(None)) == (MOST_MOVED, 5)
    assert await shop.claim() is None
    assert all([(await shop.get(task)).queue_reason is QueueReason.BUDGET for task in tasks])


async def test_a_task_that_a_quota_parked_stays_parked_for_that(shop: Shop) -> None:
    await shop.limit(0)
    task = await shop.task(queue_reason=QueueReason.QUOTA, parked_until=NOW + timedelta(hours=2))
    assert await shop.claim() is None
    assert (await shop.get(task)).queue_reason is QueueReason.QUOTA


async def test_what_was_spent_before_there_were_budgets_is_counted_on_the_day_of_its_task(tmp_path: Path) -> None:
    path = tmp_path / "machine.db"
    await asyncio.to_thread(_old_database, path)
    database = await open_database(path, "0.1.0", on_committed=lambda _events: None)
    shop = Shop(database)
    assert await shop.spent() == {"user_1 planning": 0.75}
    await database.close()


def _old_database(path: Path) -> None:
    """One of the form before budgets, with two tasks of one day."""
    migrate(Sqlite(path), None, newest="0009")
    values = "'queued', '2026-11-03T09:00:00.000000Z', 'user_1', 'm', 'api', 'planning', 'c', 's', 'w', 'work'"
    columns = "status, status_at, user_id, machine_id, source, assigned_agent, conversation_id, claude_session_id"
    columns += ", workspace, lane, priority, front, attempt, losses, is_interactive, created_at, duration_seconds"
    columns += ", input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens, estimated, cost_kind, limits"
    rest = "0, 0, 0, 0, 0, '2026-11-03T09:00:00.000000Z', 0, 0, 0, 0, 0, 0, 'billed', '{}', 't', '{}', 'x'"
    with closing(sqlite3.connect(path)) as connection, connection:
        for number, usd in enumerate((0.5, 0.25)):
            connection.execute(
                f"INSERT INTO tasks (task_id, cost_usd, {columns}, title, source_metadata, input_message) "  # noqa: S608 - all of it is ours
                f"VALUES ('task_{number}', {usd}, {values}, {rest})"
            )


# --- over HTTP -------------------------------------------------------------------------------------------------------


async def test_an_administrator_sees_everybodys_and_a_member_what_is_theirs_to_know(tmp_path: Path) -> None:
    async with served(tmp_path / "data") as machine:
        user_id, token = await person(machine, Role.MEMBER)
        admin = machine.admin
        assert (await admin.put("/api/budgets/machine", json={"daily_usd": 20})).status_code == 200
        assert (await admin.put(f"/api/budgets/users/{user_id}", json={"daily_usd": 5})).status_code == 200
        assert (await admin.put("/api/budgets/agents/planning", json={"daily_usd": 0})).status_code == 200
        items = (await admin.get("/api/budgets")).json()["items"]
        seen = {(item["scope"], item["name"]): (item["daily_usd"], item["state"]) for item in items}
        assert seen[("machine", "")] == (20, "free")
        assert seen[("user", user_id)] == (5, "free")
        assert seen[("agent", "planning")] == (0, "used_up")
        theirs = (await machine.client(token).get("/api/budgets")).json()["items"]
        told = {item["scope"]: (item["daily_usd"], item["spent_usd"], item["state"]) for item in theirs}
        assert told == {"machine": (None, None, "free"), "user": (5, 0, "free"), "agent": (None, None, "used_up")}


@pytest.mark.parametrize(
    "body", [{}, {"daily_usd": False}, {"daily_usd": -1}, {"daily_usd": "x"}, {"daily_usd": 1e9}, {"usd": 1}]
)
async def test_an_amount_that_is_no_budget_is_refused(tmp_path: Path, body: dict[str, Any]) -> None:
    async with served(tmp_path / "data") as machine:
        assert (await machine.admin.put("/api/budgets/machine", json=body)).status_code == 422
        unknown = await machine.admin.put("/api/budgets/users/nobody", json={"daily_usd": 1})
        assert unknown.status_code == 404


async def test_a_change_of_a_budget_is_in_the_audit_log(tmp_path: Path) -> None:
    async with served(tmp_path / "data") as machine:
        await machine.admin.put("/api/budgets/machine", json={"daily_usd": 20})
        entry = (await machine.admin.get("/api/audit?limit=1")).json()["items"][0]
        assert (entry["action"], entry["summary"]) == ("budget.machine", {"daily_usd": 20})


async def test_people_are_told_once_when_a_budget_comes_near_its_end_and_when_it_is_used_up(shop: Shop) -> None:
    agents = cast(Agents, SimpleNamespace(all=lambda: ()))
    budgets = DayBudgets(store=shop.budgets, slots=Slots(agents, work_slots=1), clock=lambda: shop.now)
    board = BudgetBoard(budgets=budgets, store=shop.tasks, notes=shop.notes, clock=lambda: shop.now)
    await shop.limit(10)
    await shop.limit(5, BudgetScope.USER, "user_1")
    task = await shop.task()
    for usd in (1, 4.5, 4.6, 8, 10):
        await shop.cost(task, usd)
        await board.look()
        await board.look()
    shop.now += timedelta(days=1)
    await board.look()
    await shop.limit(0)
    await board.look()
    await budgets.set(BudgetScope.MACHINE, "", None, by="user_1")
    await board.look()
    await board.look()
    told = [event for event in await shop.tasks.feed(after=0) if event.type == "budget.status"]
    said = [(event.user_id, json.loads(event.body)["scope"], json.loads(event.body)["state"]) for event in told]
    assert said == [
        ("user_1", "user", "near"),
        (None, "machine", "near"),
        ("user_1", "user", "used_up"),
        (None, "machine", "used_up"),
        (None, "machine", "free"),
        ("user_1", "user", "free"),
        (None, "machine", "used_up"),
        (None, "machine", "free"),
    ]
    assert not any("$" in event.body for event in told)


async def test_who_takes_the_board_over_says_nothing_again(shop: Shop) -> None:
    agents = cast(Agents, SimpleNamespace(all=lambda: ()))
    budgets = DayBudgets(store=shop.budgets, slots=Slots(agents, work_slots=1), clock=lambda: shop.now)
    await shop.limit(10)
    await shop.cost(await shop.task(), 11)
    for _ in range(3):
        await BudgetBoard(budgets=budgets, store=shop.tasks, notes=shop.notes, clock=lambda: shop.now).look()
    await shop.limit(100)
    await BudgetBoard(budgets=budgets, store=shop.tasks, notes=shop.notes, clock=lambda: shop.now).look()
    told = [event for event in await shop.tasks.feed(after=0) if event.type == "budget.status"]
    assert [json.loads(event.body)["state"] for event in told] == ["used_up", "free"]


async def test_the_status_names_the_budgets_that_bound_the_work_of_who_asks(tmp_path: Path) -> None:
    async with served(tmp_path / "data") as machine:
        user_id, token = await person(machine, Role.MEMBER)
        _, other = await person(machine, Role.MEMBER)
        await machine.admin.put(f"/api/budgets/users/{user_id}", json={"daily_usd": 0})
        for client, count in ((machine.client(token), 1), (machine.client(other), 0), (machine.admin, 1)):
            assert len((await client.get("/api/status")).json()["budgets"]) == count
