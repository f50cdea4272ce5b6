"""What work has cost: whose, by what, of which kind of dollars, and how fast it is added up."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.support.api import Served, person, resting_task, served
from tests.support.tasks import stored_task

from machine.cli.costs import costs_text
from machine.domain.costs import CostGroup, CostItem, CostKind, Span, Usage
from machine.domain.errors import BadRequest
from machine.domain.principal import Role
from machine.domain.task import Task, TaskSource
from machine.engine.cost_report import last_days, totals, zone_of
from machine.store.costs import statement
from machine.store.opening import open_database
from machine.store.task_store import SqlTaskStore

NOW = datetime(2026, 11, 3, 9, 0, 0, tzinfo=UTC)
MONTH = last_days(30, UTC, NOW)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "db" / "machine.db"


@pytest.fixture
async def store(file: Path) -> AsyncIterator[SqlTaskStore]:
    database = await open_database(file, "0.1.0", on_committed=lambda _events: None)
    yield SqlTaskStore(database, machine_id="machine-001", clock=lambda: NOW)
    await database.close()


async def spent(store: SqlTaskStore, cost_usd: float, **changes: Any) -> Task:
    usage = Usage(cost_usd=cost_usd, input_tokens=10, output_tokens=1)
    return await stored_task(store, **{"usage": usage, "created_at": NOW, **changes})


def sums(items: tuple[CostItem, ...]) -> dict[str, float]:
    return {item.key: item.cost_usd for item in items}


async def test_costs_can_be_broken_down_by_agent(store: SqlTaskStore) -> None:
    await spent(store, 0.1)
    await spent(store, 0.2)
    await spent(store, 5, assigned_agent="executor")
    items = await store.costs(CostGroup.AGENT, MONTH)
    assert sums(items) == {"executor": 5, "planning": 0.3}
    assert [item.key for item in items] == ["executor", "planning"]
    assert (items[1].tasks, items[1].input_tokens, items[1].output_tokens) == (2, 20, 2)


async def test_costs_of_two_users_are_kept_apart(store: SqlTaskStore) -> None:
    await spent(store, 1)
    await spent(store, 2, user_id="user_2")
    assert sums(await store.costs(CostGroup.USER, MONTH)) == {"user_2": 2, "user_1": 1}
    assert sums(await store.costs(CostGroup.AGENT, MONTH, user_id="user_1")) == {"planning": 1}
    assert sums(await store.costs(CostGroup.DAY, MONTH, user_id="user_2")) == {"2026-11-03": 2}
    assert await store.costs(CostGroup.SOURCE, MONTH, user_id="user_3") == ()


async def test_costs_can_be_broken_down_by_source(store: SqlTaskStore) -> None:
    await spent(store, 1, source=TaskSource.WEBHOOK)
    await spent(store, 2, source=TaskSource.SCHEDULE)
    assert sums(await store.costs(CostGroup.SOURCE, MONTH)) == {"schedule": 2, "webhook": 1}


async def test_kinds_of_dollars_are_never_added_together(store: SqlTaskStore) -> None:
    for cost_usd, kind in ((1, CostKind.BILLED), (2, CostKind.SUBSCRIPTION), (4, CostKind.DEMO), (8, CostKind.BILLED)):
        await spent(store, cost_usd, cost_kind=kind)
    items = await store.costs(CostGroup.AGENT, MONTH)
    assert {(item.key, item.cost_kind.value, item.cost_usd) for item in items} == {
        ("planning", "billed", 9),
        ("planning", "subscription", 2),
        ("planning", "demo", 4),
    }
    assert [(total.cost_kind.value, total.cost_usd, total.tasks) for total in totals(items)] == [
        ("billed", 9, 2),
        ("subscription", 2, 1),
        ("demo", 4, 1),
    ]


async def test_a_day_begins_at_midnight_of_the_time_zone(store: SqlTaskStore) -> None:
    for cost_usd, at in ((1, "2026-11-02T18:14:59.999999Z"), (2, "2026-11-02T18:15:00Z"), (4, "2026-11-03T08:00:00Z")):
        await spent(store, cost_usd, created_at=datetime.fromisoformat(at))
    nepal = last_days(2, ZoneInfo("Asia/Kathmandu"), NOW)  # 5:45 ahead
    assert sums(await store.costs(CostGroup.DAY, nepal)) == {"2026-11-02": 1, "2026-11-03": 6}
    assert sums(await store.costs(CostGroup.DAY, last_days(2, UTC, NOW))) == {"2026-11-02": 3, "2026-11-03": 4}
    assert sums(await store.costs(CostGroup.AGENT, last_days(1, UTC, NOW))) == {"planning": 4}


def test_days_with_a_change_of_the_clock_are_longer_or_shorter() -> None:
    spans = last_days(366, ZoneInfo("Europe/Berlin"), NOW)
    assert len(spans) == 366
    lengths = {span.key: span.ends_at - span.begins_at for span in spans}
    assert lengths["2026-10-25"] == timedelta(hours=25)
    assert lengths["2026-03-29"] == timedelta(hours=23)
    assert all(one.ends_at == other.begins_at for one, other in pairwise(spans))
    assert spans[-1].begins_at <= NOW < spans[-1].ends_at


@pytest.mark.parametrize("name", ["Nowhere/Land", "America", "../../etc/passwd", "/etc/passwd", "a\0b"])
def test_a_time_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(BadRequest):
        zone_of(name)


def plan(connection: sqlite3.Connection, group: CostGroup, spans: tuple[Span, ...], user_id: str | None) -> str:
    sql, values = statement(group, spans, user_id)
    return "\n".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values))


async def test_a_report_on_100000_tasks_is_made_from_an_index_alone(store: SqlTaskStore, file: Path) -> None:
    task = await spent(store, 1)
    year = last_days(366, UTC, NOW)
    with contextlib.closing(sqlite3.connect(file)) as connection:
        _copy(connection, task, 100_000)
        for group in CostGroup:
            for user_id, count in ((None, 100_001), ("user_1", 10_001)):
                found = plan(connection, group, year, user_id)
                assert "tasks USING COVERING INDEX tasks_costs (created_at>? AND created_at<?)" in found
                items = await store.costs(group, year, user_id=user_id)
                assert sum(item.tasks for item in items) == count


def _copy(connection: sqlite3.Connection, task: Task, count: int) -> None:
    """The task, so many times more, of ten users and twenty agents on three hundred days."""
    names = [row[1] for row in connection.execute("PRAGMA table_info(tasks)")]
    copied = {
        "task_id": "task_id || n",
        "created_at": "strftime('%Y-%m-%dT%H:%M:%f000Z', '2026-11-03', '-' || (n % 300) || ' days')",
        "user_id": "'user_' || (n % 10)",
        "assigned_agent": "'agent-' || (n % 20)",
    }
    values = ", ".join(copied.get(name, name) for name in names)
    connection.execute(
        "WITH RECURSIVE number(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM number WHERE n < ?) "  # noqa: S608 - our own names
        f"INSERT INTO tasks ({', '.join(names)}) SELECT {values} FROM tasks, number WHERE task_id = ?",
        (count, task.task_id),
    )
    connection.commit()


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


async def test_the_api_gives_items_and_a_total_for_each_kind(machine: Served) -> None:
    made = await machine.admin.post("/api/tasks", json={"message": "hello there", "agent": "planning"})
    room = machine.room.api
    other = await resting_task(machine, user_id="user_else")
    async for _ in machine.room.engine.manager.stream_output(made.json()["task_id"]):
        pass
    task = await room.tasks.get(made.json()["task_id"])
    assert task.usage.cost_usd > 0
    report = (await machine.admin.get("/api/costs", params={"group_by": "user", "days": 30})).json()
    name = (await room.people.local_administrator()).name
    assert [(item["key"], item["label"], item["tasks"]) for item in report["items"]] == [
        (task.user_id, name, 1),
        (other.user_id, other.user_id, 1),
    ]
    assert {"key", "cost_usd", "tasks", "input_tokens", "output_tokens"} <= set(report["items"][0])
    assert {total["cost_kind"] for total in report["totals"]} == {"demo", "billed"}
    agents = (await machine.admin.get("/api/costs")).json()["items"]
    assert [item["key"] for item in agents] == ["planning", "planning"]
    shown = costs_text(report)
    assert name in shown
    assert "demo money" in shown


@pytest.mark.parametrize(
    "query",
    [
        {"days": "0"},
        {"days": "367"},
        {"days": "x"},
        {"group_by": "colour"},
        {"time_zone": "a b"},
        {"time_zone": "Mars"},
    ],
)
async def test_what_cannot_be_reported_is_refused(machine: Served, query: dict[str, str]) -> None:
    answer = await machine.admin.get("/api/costs", params=query)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_member_sees_own_costs_an_administrator_all(machine: Served) -> None:
    user_id, token = await person(machine, Role.MEMBER)
    await resting_task(machine, user_id=user_id)
    await resting_task(machine)
    own = (await machine.client(token).get("/api/costs", params={"group_by": "user"})).json()
    assert [(item["key"], item["tasks"]) for item in own["items"]] == [(user_id, 1)]
    assert sum(total["tasks"] for total in own["totals"]) == 1
    everything = (await machine.admin.get("/api/costs", params={"group_by": "day"})).json()
    assert sum(total["tasks"] for total in everything["totals"]) == 2
