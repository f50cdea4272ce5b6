"""What small tables are left with goes after its time, and what somebody or something goes by stays."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, insert, select, update
from sqlalchemy.engine import Connection
from tests.support.tasks import stored_task

from machine.domain.task import TaskStatus
from machine.store.budget_tables import day_costs
from machine.store.chat_tables import conversations
from machine.store.database import Database
from machine.store.definition_table import definition_versions
from machine.store.definition_versions import SqlDefinitionStore
from machine.store.machine_table import machines
from machine.store.notes import SqlNotes
from machine.store.opening import Place, open_database
from machine.store.past import Past
from machine.store.people_tables import invitations, logins, tokens, users
from machine.store.tables import machine_meta, sessions, tasks
from machine.store.task_store import SqlTaskStore

NOW = datetime(2026, 11, 3, 9, 7, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(days=365)
OLD, YOUNG = BEFORE - timedelta(days=1), BEFORE + timedelta(days=1)


@pytest.fixture
async def database(place: Place) -> AsyncIterator[Database]:
    opened = await open_database(place, "0.1.0", on_committed=lambda _events: None)
    person = {"user_id": "user_1", "name": "ann", "role": "member", "created_at": OLD}
    await put(opened, users, person)
    yield opened
    await opened.close()


async def put(database: Database, table: Table, *rows: dict[str, Any]) -> None:
    def write(connection: Connection, _recorder: Any) -> None:
        for row in rows:
            connection.execute(insert(table).values(row))

    await database.write(write)


async def left(database: Database, table: Table, column: str) -> list[Any]:
    query = select(table.c[column]).order_by(table.c[column])
    return list(await database.read(lambda connection: connection.execute(query).scalars().all()))


async def drop(database: Database, most: int = 100) -> bool:
    return await Past(database).drop_rest(BEFORE, most=most)


async def task_of(database: Database, **changes: Any) -> str:
    store = SqlTaskStore(database, machine_id="one", clock=lambda: NOW)
    return (await stored_task(store, created_at=NOW, **changes)).task_id


async def test_what_people_and_programs_proved_themselves_with_goes_when_it_has_been_over_for_long(
    database: Database,
) -> None:
    one = {"user_id": "user_1", "created_at": OLD, "expires_at": NOW}
    login = {**one, "last_seen_at": OLD, "user_agent": ""}
    for table, key, end, row in (
        (logins, "login_id", "ended_at", login),
        (tokens, "token_id", "revoked_at", {**one, "name": "command line"}),
        (invitations, "invitation_id", "used_at", {**one, "role": "member", "created_by": "user_1"}),
    ):
        await put(
            database,
            table,
            {**row, key: "ended", "digest": "1", end: OLD},
            {**row, key: "expired", "digest": "2", "expires_at": OLD},
            {**row, key: "just ended", "digest": "3", end: YOUNG},
            {**row, key: "valid", "digest": "4"},
        )
        assert await drop(database)
        assert await left(database, table, key) == ["just ended", "valid"]
    await put(database, tokens, {**one, "token_id": "for ever", "name": "ci", "digest": "5", "expires_at": None})
    assert await drop(database)
    assert "for ever" in await left(database, tokens, "token_id")


async def test_a_connection_goes_when_none_of_its_tasks_is_there_any_more(database: Database) -> None:
    row = {"user_id": "user_1", "machine_id": "one"}
    await put(
        database,
        sessions,
        {**row, "session_id": "old", "connected_at": OLD, "disconnected_at": OLD},
        {**row, "session_id": "with a task", "connected_at": OLD},
        {**row, "session_id": "young", "connected_at": YOUNG},
    )
    await task_of(database, session_id="with a task")
    assert await drop(database)
    assert await left(database, sessions, "session_id") == ["with a task", "young"]


async def test_what_was_kept_of_a_conversation_goes_with_its_tasks(database: Database) -> None:
    await task_of(database, conversation_id="conv_1")
    await put(database, conversations, {"conversation_id": "conv_1"}, {"conversation_id": "conv_2"})
    assert await drop(database)
    assert await left(database, conversations, "conversation_id") == ["conv_1"]


async def test_what_days_cost_is_needed_by_budgets_of_those_days_only(database: Database) -> None:
    row = {"user_id": "user_1", "agent": "planning", "cost_kind": "billed", "cost_usd": 1.0}
    days = [(BEFORE + timedelta(days=number)).date().isoformat() for number in (-2, -1, 0, 1)]
    await put(database, day_costs, *({**row, "day": day} for day in days))
    assert await drop(database)
    assert await left(database, day_costs, "day") == days[2:]


async def test_a_machine_that_is_gone_is_forgotten_with_its_notes(database: Database) -> None:
    row: dict[str, Any] = {
        "role": "all",
        "labels": [],
        "slots": 1,
        "version": "0.1.0",
        "load": {},
        "epoch": 3,
        "state": "gone",
    }
    row |= {"lease_until": OLD, "started_at": OLD, "seen_at": OLD}
    names = ("w_1", "wx1", "drained", "there", "working")
    special: dict[str, dict[str, Any]] = {
        "wx1": {"seen_at": YOUNG},
        "drained": {"left_drained": True},
        "there": {"state": "ready"},
    }
    await put(database, machines, *({**row, "machine_id": name, **special.get(name, {})} for name in names))
    await task_of(database, machine_id="working")
    for name in ("w_1", "wx1"):
        await SqlNotes(database, of=name).put("seen", "x")
        await SqlNotes(database).put(f"login of {name}", "x")
    await SqlNotes(database).put("fleet", "x")
    assert await drop(database)
    assert await left(database, machines, "machine_id") == ["drained", "there", "working", "wx1"]
    notes = [key for key in await left(database, machine_meta, "key") if key.startswith("note ")]
    assert notes == ["note fleet", "note login of wx1", "note of wx1: seen"]


async def test_of_a_deleted_definition_only_that_it_is_deleted_is_kept(database: Database) -> None:
    row = {"kind": "agent", "author": "user_1", "machine_id": "one", "created_at": OLD}
    there = {"content_hash": "sha256:1", "content": b"words"}
    gone = {"content_hash": "", "content": None}
    await put(
        database,
        definition_versions,
        {**row, "name": "deleted", **there},
        {**row, "name": "deleted", **there},
        {**row, "name": "deleted", **gone},
        {**row, "name": "came back", **there},
        {**row, "name": "came back", **gone},
        {**row, "name": "came back", **there},
        {**row, "name": "just deleted", **there},
        {**row, "name": "just deleted", **gone, "created_at": YOUNG},
    )
    first, *_ = versions = await left(database, definition_versions, "version")
    task_id = await task_of(database)
    await SqlDefinitionStore(database).pin(task_id, first)
    assert await drop(database)
    assert await left(database, definition_versions, "version") == versions, "a task goes by it"
    over = update(tasks).values(status=TaskStatus.CANCELLED.value)
    await database.write(lambda connection, _: connection.execute(over))
    assert await drop(database)
    assert await left(database, definition_versions, "version") == versions[2:]


async def test_so_many_go_at_once_and_the_rest_with_the_next_look(database: Database) -> None:
    await put(database, conversations, *({"conversation_id": f"conv_{number}"} for number in range(5)))
    assert [await drop(database, most=2) for _ in range(3)] == [False, False, True]
    assert await left(database, conversations, "conversation_id") == []
