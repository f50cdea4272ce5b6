"""What has ended is found and removed in portions, however much of it there is, in each kind of database."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection
from tests.support.tasks import a_task

from machine.disk import DataFolders
from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.disk import Keeping
from machine.domain.errors import StoreError
from machine.domain.task import Task, TaskStatus
from machine.engine.past_work import PastWork
from machine.engine.retention import Retention
from machine.ports import RestingPage
from machine.store.budget_tables import day_costs
from machine.store.database import Database
from machine.store.deliveries import SqlDeliveryStore
from machine.store.opening import Place, open_database
from machine.store.past import Past
from machine.store.rows import task_values
from machine.store.tables import events, tasks

NOW = datetime(2026, 11, 3, 9, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)
KEEPING = Keeping(events=10 * DAY, tasks=100 * DAY, deliveries=30 * DAY, workspaces=None, set_aside=None)


@pytest.fixture
async def database(place: Place) -> AsyncIterator[Database]:
    opened = await open_database(place, "0.1.0", on_committed=lambda _events: None)
    yield opened
    await opened.close()


def ended(number: int, *, days_ago: float, **changes: Any) -> Task:
    at = NOW - timedelta(days=days_ago)
    plain = {"status": TaskStatus.COMPLETED, "created_at": at, "completed_at": at, "conversation_id": f"conv_{number}"}
    return a_task(task_id=f"task_{number:05}", **{**plain, **changes})


async def keep(database: Database, made: Sequence[Task], *, with_events: bool = True) -> None:
    """Store them as they are, each with one event."""

    def write(connection: Connection, _recorder: Any) -> None:
        connection.execute(insert(tasks), [{**task_values(task), "last_seq": 1} for task in made])
        said = {"seq": 1, "type": "task.output", "at": NOW, "body": "{}"}
        if with_events:
            connection.execute(insert(events), [{**said, "task_id": task.task_id} for task in made])

    await database.write(write)


async def count(database: Database, table: Any) -> int:
    return await database.read(
        lambda connection: connection.execute(select(func.count()).select_from(table)).scalar_one()
    )


def tidier(database: Database, folder: Path, past: Any = None, keeping: Keeping = KEEPING) -> Retention:
    class Nothing:
        """Nothing is stored for other machines."""

        async def tidy(self) -> bool:
            return True

    disk, nowhere = DataFolders(folder), Nothing()
    code: Any = None
    moving: Any = nowhere
    work = PastWork(keeping=keeping, past=past or Past(database), disk=disk, code=code, whereabouts=None)
    return Retention(
        keeping=keeping,
        work=work,
        deliveries=SqlDeliveryStore(database),
        disk=disk,
        clock=lambda: NOW,
        moving=moving,
        pause_seconds=0,
    )


async def test_more_than_one_pass_removes_goes_without_an_hours_sleep(database: Database, tmp_path: Path) -> None:
    await keep(database, [ended(number, days_ago=101) for number in range(1200)])
    await keep(database, [ended(5000, days_ago=1)])
    retention = tidier(database, tmp_path)
    watching = spawn(retention.watch(), name="retention")
    try:
        async with asyncio.timeout(60):
            while await count(database, tasks) > 1:
                await asyncio.sleep(0.05)
            while retention.last is None or retention.last.tasks < 1200:
                await asyncio.sleep(0.05)
    finally:
        await cancel_and_wait(watching)
    assert (retention.last.events, retention.last.tasks) == (1200, 1200)
    assert await count(database, events) == 1


class Broken(Past):
    """A database in which looking for tasks with events takes too long."""

    async def resting(self, before: datetime, *, after: str, limit: int, with_events: bool) -> RestingPage:
        if with_events:
            raise StoreError("The statement took too long.")
        return await super().resting(before, after=after, limit=limit, with_events=with_events)


async def test_what_takes_the_database_too_long_keeps_nothing_else(database: Database, tmp_path: Path) -> None:
    await keep(database, [ended(1, days_ago=101)])
    retention = tidier(database, tmp_path, Broken(database))
    done = await retention.tidy()
    assert (done.events, done.tasks, retention.last) == (0, 1, done)


@pytest.mark.parametrize(("days", "left"), [(100, 2), (1, 1), (None, 3)])
async def test_what_small_tables_are_left_with_is_kept_as_long_as_tasks_and_for_thirty_days(
    database: Database, tmp_path: Path, days: int | None, left: int
) -> None:
    def write(connection: Connection, _recorder: Any) -> None:
        row = {"user_id": "user_1", "agent": "planning", "cost_kind": "billed", "cost_usd": 1.0}
        old = [(NOW - ago * DAY).date().isoformat() for ago in (102, 32, 2)]
        connection.execute(insert(day_costs), [{**row, "day": day} for day in old])

    await database.write(write)
    age = None if days is None else days * DAY
    await tidier(database, tmp_path, keeping=KEEPING.model_copy(update={"tasks": age})).tidy()
    assert await count(database, day_costs) == left


# --- which they are -------------------------------------------------------------------------------------------------


async def pages(past: Past, *, with_events: bool, limit: int = 2, days: int = 10) -> list[list[str]]:
    """The ids of each page."""
    found, after = [], ""
    while True:
        page = await past.resting(NOW - days * DAY, after=after, limit=limit, with_events=with_events)
        found.append([task.task_id[-1] for task in page.tasks])
        if not (after := page.after):
            return found


async def test_what_rests_comes_in_pages_and_those_that_do_not_are_gone_past(database: Database) -> None:
    made = [ended(number, days_ago=20) for number in range(6)]
    made[1] = ended(1, days_ago=20, status=TaskStatus.RUNNING, completed_at=None)
    made[3] = ended(3, days_ago=20, conversation_id="conv_8")
    await keep(database, [*made, ended(8, days_ago=1)])
    assert await pages(Past(database), with_events=False) == [["0"], ["2"], ["4", "5"], []]


async def test_where_output_is_to_go_tasks_that_have_none_any_more_are_leapt_over(database: Database) -> None:
    await keep(database, [ended(number, days_ago=20) for number in range(7)], with_events=False)
    await keep(database, [ended(7, days_ago=20), ended(9, days_ago=20)])
    await keep(database, [ended(8, days_ago=20)], with_events=False)
    assert await pages(Past(database), with_events=True) == [["7", "9"], []]


async def test_behind_those_that_are_too_young_nobody_looks(database: Database) -> None:
    await keep(database, [ended(0, days_ago=20), *(ended(number, days_ago=1) for number in range(1, 9))])
    for with_events in (True, False):
        assert await pages(Past(database), with_events=with_events) == [["0"], []]
