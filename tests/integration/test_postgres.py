"""The store on a real PostgreSQL server: lost lines, restarts, many writers, faults, and a daemon that works on it."""

import asyncio
import contextlib
import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.engine import Connection
from tests.support.daemon import DaemonProcess, demo_daemon_on
from tests.support.postgres import IN_URL, PASSWORD, PostgresServer
from tests.support.tasks import stored_task

from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.errors import BadRequest, MachineError, StoreError, TooNew
from machine.domain.events import AuthStatus, AuthStatusData, Output, OutputKind, StoredEvent, TaskOutput
from machine.domain.task import Lane, Task
from machine.ports import ClaimLimits
from machine.store import database as database_module
from machine.store import opening, past, writer
from machine.store.batches import Recorder
from machine.store.database import Database
from machine.store.event_log import Encoded, append_events
from machine.store.opening import backend_of, open_database, prepare
from machine.store.tables import metadata
from machine.store.task_store import SqlTaskStore

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


async def opened(url: SecretStr) -> Database:
    return await open_database(url, "0.1.0", on_committed=lambda _events: None)


def piece(text: str) -> TaskOutput:
    return TaskOutput(data=Output(kind=OutputKind.TEXT, text=text))


async def texts(store: SqlTaskStore, task: Task) -> list[str]:
    return [output.text async for output in store.outputs(task.task_id)]


class Line:
    """A line to the server that can break at a commit: before the server hears of it, or before its answer is heard."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.breaks: str | None = None
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._port))
            except OSError:
                client.close()
                continue
            deaf = threading.Event()
            for source, target, watched in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pass_on, args=(source, target, watched, deaf), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, watched: bool, deaf: threading.Event) -> None:
        try:
            while data := source.recv(65536):
                if watched and self.breaks is not None and b"COMMIT" in data:
                    if self.breaks == "unanswered":
                        deaf.set()
                        target.sendall(data)
                        time.sleep(0.2)  # the server has done it by then
                    self.breaks = None
                    break
                if not watched and deaf.is_set():
                    continue
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # wakes up who reads from it
            end.close()


@pytest.fixture
def line(postgres: PostgresServer) -> Iterator[Line]:
    made = Line(postgres.port)
    yield made
    made.close()


def over(line: Line, url: SecretStr, postgres: PostgresServer) -> SecretStr:
    return SecretStr(url.get_secret_value().replace(f":{postgres.port}/", f":{line.port}/"))


# --- lines that break -----------------------------------------------------------------------------------------------


async def test_a_commit_whose_answer_was_lost_is_found_stored_and_not_done_again(
    postgres: PostgresServer, postgres_url: SecretStr, line: Line
) -> None:
    database = await opened(over(line, postgres_url, postgres))
    store = SqlTaskStore(database, machine_id="machine-001")
    task = await stored_task(store)
    line.breaks = "unanswered"
    assert await store.append(task.task_id, [piece("once")]) == 2
    assert await store.append(task.task_id, [piece("next")]) == 3
    assert await texts(store, task) == ["once", "next"]
    await database.close()


async def test_a_commit_that_never_arrived_is_done_again_by_the_writer(
    postgres: PostgresServer, postgres_url: SecretStr, line: Line
) -> None:
    database = await opened(over(line, postgres_url, postgres))
    store = SqlTaskStore(database, machine_id="machine-001")
    task = await stored_task(store)
    line.breaks = "unsent"
    assert await store.append(task.task_id, [piece("once")]) == 2
    assert not line.breaks
    assert await texts(store, task) == ["once"]
    await database.close()


async def test_while_a_commit_is_in_doubt_all_wait_and_are_answered_in_order_when_the_server_is_back(
    postgres: PostgresServer, postgres_url: SecretStr, line: Line
) -> None:
    database = await opened(over(line, postgres_url, postgres))
    store = SqlTaskStore(database, machine_id="machine-001")
    task = await stored_task(store)
    line.breaks = "unanswered"
    first = spawn(store.append(task.task_id, [piece("first")]), name="in doubt")
    await asyncio.sleep(0.1)
    await asyncio.to_thread(postgres.stop, signal.SIGQUIT)
    second = spawn(store.append(task.task_id, [piece("second")]), name="waits")
    read = spawn(store.get(task.task_id), name="waits, too")
    await asyncio.sleep(0.5)
    assert [one.done() for one in (first, second, read)] == [False] * 3
    await asyncio.to_thread(postgres.start)
    assert (await first, await second) == (2, 3)
    assert (await read).task_id == task.task_id
    assert await texts(store, task) == ["first", "second"]
    await database.close()


async def test_whoever_waits_too_long_for_the_server_is_refused_and_nothing_of_it_is_stored_later(
    postgres: PostgresServer, postgres_url: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (writer, database_module):
        monkeypatch.setattr(module, "AWAY_SECONDS", 0.5)
    database = await opened(postgres_url)
    store = SqlTaskStore(database, machine_id="machine-001")
    task = await stored_task(store)
    await asyncio.to_thread(postgres.stop, signal.SIGQUIT)
    for asked in (store.append(task.task_id, [piece("late")]), store.get(task.task_id)):
        with pytest.raises(StoreError, match="does not answer") as refused:
            await asked
        assert PASSWORD not in str(refused.value)
    await asyncio.to_thread(postgres.start)
    assert await store.append(task.task_id, [piece("next")]) == 2
    assert await texts(store, task) == ["next"]
    await database.close()


async def test_a_server_that_is_killed_again_and_again_loses_and_doubles_nothing(
    postgres: PostgresServer, postgres_url: SecretStr
) -> None:
    database = await opened(postgres_url)
    store = SqlTaskStore(database, machine_id="machine-001")
    tasks = [await stored_task(store) for _ in range(4)]
    done = asyncio.Event()

    async def write(task: Task) -> int:
        number = 0
        while not done.is_set():
            try:
                await store.append(task.task_id, [piece(str(number))])
                number += 1
            except StoreError:
                await asyncio.sleep(0.02)
        return number

    async def break_it() -> None:
        for _ in range(5):
            await asyncio.sleep(0.3)
            await asyncio.to_thread(postgres.stop, signal.SIGQUIT)
            await asyncio.to_thread(postgres.start)
        done.set()

    counts, _ = await asyncio.gather(asyncio.gather(*(write(task) for task in tasks)), break_it())
    for task, count in zip(tasks, counts, strict=True):
        assert count > 20
        assert await texts(store, task) == [str(number) for number in range(count)]
        events = await store.events(task.task_id, limit=100_000)
        assert [event.seq for event in events] == list(range(1, count + 2))
    await database.close()


async def test_a_line_that_died_while_nobody_used_it_is_noticed_by_nobody(
    postgres: PostgresServer, postgres_url: SecretStr
) -> None:
    database = await opened(postgres_url)
    store = SqlTaskStore(database, machine_id="machine-001")
    task = await stored_task(store)
    assert (await store.get(task.task_id)).last_seq == 1
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename <> ''"
    await asyncio.to_thread(postgres.execute, others)
    assert await store.append(task.task_id, [piece("x")]) == 2
    assert (await store.get(task.task_id)).last_seq == 2
    await database.close()


async def test_a_read_that_nobody_waits_for_any_more_leaves_no_connection_open(
    postgres: PostgresServer, postgres_url: SecretStr
) -> None:
    database = await opened(postgres_url)
    reading = spawn(database.read(lambda connection: connection.scalar(text("SELECT pg_sleep(1)"))), name="read")
    await asyncio.sleep(0.3)
    await cancel_and_wait(reading)
    await database.close()
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'claude-code-agent'"
    async with asyncio.timeout(20):
        while await asyncio.to_thread(postgres.execute, query) != [(0,)]:
            await asyncio.sleep(0.05)


# --- batches --------------------------------------------------------------------------------------------------------


async def test_an_operation_that_fails_takes_back_only_itself_and_the_others_are_told_once(
    postgres_url: SecretStr,
) -> None:
    told: list[StoredEvent] = []
    database = await open_database(postgres_url, "0.1.0", on_committed=told.extend)
    store = SqlTaskStore(database, machine_id="machine-001")
    task = await stored_task(store)
    told.clear()

    def fails(connection: Connection, recorder: Recorder) -> None:
        append_events(connection, recorder, task.task_id, [Encoded("task.output", "{}")], NOW)
        connection.exec_driver_sql("no such SQL")

    busy = spawn(database.write(lambda _connection, _recorder: time.sleep(0.2)), name="what the others gather behind")
    await asyncio.sleep(0.05)
    results = await asyncio.gather(
        store.append(task.task_id, [piece("a")]),
        database.write(fails),
        store.append(task.task_id, [piece("b")]),
        database.write(fails),
        store.append(task.task_id, [piece("c")]),
        return_exceptions=True,
    )
    await busy
    assert [result if isinstance(result, int) else type(result) for result in results] == [
        2,
        StoreError,
        3,
        StoreError,
        4,
    ]
    assert [event.seq for event in told] == [2, 3, 4]
    assert await texts(store, task) == ["a", "b", "c"]
    await database.close()


async def test_who_found_nothing_takes_no_turn_of_the_writers_until_there_is_something(postgres_url: SecretStr) -> None:
    database, other = await opened(postgres_url), await opened(postgres_url)
    store = SqlTaskStore(database, machine_id="machine-001", in_fleet=True)
    limits = ClaimLimits(slots={Lane.WORK: 1}, per_agent={})
    assert await store.claim(limits, NOW) is None
    held, free = threading.Event(), threading.Event()

    def hold(_connection: Connection, _recorder: Recorder) -> None:
        held.set()
        free.wait(20)

    holding = spawn(other.write(hold), name="somebody's turn")
    await asyncio.to_thread(held.wait, 20)
    looked = [await store.claim(limits, NOW) for _ in range(5)]
    assert not holding.done()
    free.set()
    await holding
    assert looked == [None] * 5
    task = await stored_task(store)
    claimed = await store.claim(limits, NOW)
    assert claimed is not None
    assert claimed.task_id == task.task_id
    for one in (database, other):
        await one.close()


# --- many writers ---------------------------------------------------------------------------------------------------


async def test_several_writers_give_events_one_order_and_never_claim_a_task_twice(postgres_url: SecretStr) -> None:
    databases = [await opened(postgres_url) for _ in range(4)]
    stores = [SqlTaskStore(one, machine_id=f"machine-{number}") for number, one in enumerate(databases)]
    tasks = {(await stored_task(stores[0])).task_id for _ in range(20)}
    limits = ClaimLimits(slots={Lane.WORK: 100, Lane.CHAT: 1}, per_agent={"planning": 12})
    claimed = await asyncio.gather(*(stores[number % 4].claim(limits, NOW) for number in range(40)))
    ids = [task.task_id for task in claimed if task is not None]
    assert len(ids) == len(set(ids)) == 12, "the limit of the agent holds for all machines together"
    assert set(ids) <= tasks
    await asyncio.gather(
        *(stores[number % 4].publish(AuthStatus(data=AuthStatusData(state="ready"))) for number in range(80))
    )
    feed = [event.feed_seq for event in await stores[0].feed(after=0)]
    assert feed == list(range(1, 20 + 12 + 80 + 1))
    for one in databases:
        await one.close()


async def test_a_writer_that_stops_in_the_middle_is_thrown_out_and_the_others_go_on(
    postgres: PostgresServer, postgres_url: SecretStr
) -> None:
    paused, other = await opened(postgres_url), await opened(postgres_url)
    store = SqlTaskStore(other, machine_id="machine-001")

    def stands_still(connection: Connection, _recorder: object) -> None:
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '300ms'")
        time.sleep(1.5)
        connection.exec_driver_sql("DELETE FROM tasks")

    asked = spawn(paused.write(stands_still), name="stands still")
    await asyncio.sleep(0.1)
    task = await stored_task(store)
    with pytest.raises(StoreError):
        await asked
    assert (await store.get(task.task_id)).last_seq == 1
    for one in (paused, other):
        await one.close()


# --- forms ----------------------------------------------------------------------------------------------------------


def test_the_migrations_make_exactly_the_tables_and_all_texts_sort_by_code_point(
    postgres: PostgresServer, postgres_url: SecretStr
) -> None:
    assert past.past_costs in metadata.tables.values()
    engine = backend_of(postgres_url).reading_engine(connections=1)
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
        assert [(what, table.name) for what, table in found] == [("remove_table", "batches")]
        sorted_by = "SELECT DISTINCT collation_name FROM information_schema.columns WHERE table_schema = 'public'"
        texts_only = " AND data_type = 'text'"
        assert connection.exec_driver_sql(sorted_by + texts_only).scalars().all() == ["C"]
        growing = "column_name = 'feed_seq' OR column_default LIKE 'nextval(%%'"
        numbers = f"SELECT data_type FROM information_schema.columns WHERE {growing}"  # noqa: S608 - ours
        assert set(connection.exec_driver_sql(numbers).scalars()) == {"bigint"}
        drawn = connection.exec_driver_sql("SELECT DISTINCT data_type::text FROM pg_sequences").scalars()
        assert set(drawn) == {"bigint"}
    engine.dispose()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE tasks SET status = 'completed'",
        "UPDATE tasks SET status = 'paused'",
        "UPDATE audit SET action = 'x'",
        "DELETE FROM audit",
        "TRUNCATE audit CASCADE",
    ],
)
async def test_the_database_itself_refuses_what_must_not_be(
    postgres: PostgresServer, postgres_url: SecretStr, sql: str
) -> None:
    database = await opened(postgres_url)
    await stored_task(SqlTaskStore(database, machine_id="machine-001"))
    await database.close()
    with psycopg.connect(postgres_url.get_secret_value(), autocommit=True) as connection:
        connection.execute("INSERT INTO audit VALUES ('audit_1', 'x', 'u', 'u', 'token', 'c', 'a', 'x', 'o', '{}')")
        with pytest.raises(psycopg.errors.IntegrityError):
            connection.execute(sql.encode())


async def test_programs_that_open_a_new_database_at_once_make_it_once(postgres: PostgresServer) -> None:
    name = postgres.new_database()
    databases = await asyncio.gather(*(opened(SecretStr(postgres.url(name))) for _ in range(3)))
    for one in databases:
        await one.close()
    assert postgres.execute("SELECT version_num FROM alembic_version", name) == [(opening.REVISIONS[-1],)]
    postgres.drop(name)


def test_a_database_of_another_or_of_a_newer_program_is_refused(postgres: PostgresServer) -> None:
    name = postgres.new_database()
    backend = backend_of(SecretStr(postgres.url(name)))
    postgres.execute("CREATE TABLE bookmarks (url text)", name)
    with pytest.raises(StoreError, match="some other program") as refused:
        prepare(backend, "0.1.0")
    assert "DATABASE_URL" in refused.value.hint
    postgres.execute("DROP TABLE bookmarks", name)
    prepare(backend, "0.1.0")
    postgres.execute("UPDATE machine_meta SET value = '9.0.0'", name)
    with pytest.raises(TooNew, match=r"needs version 9\.0\.0"):
        prepare(backend, "0.1.0")
    postgres.drop(name)


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import command

    name = postgres.new_database()
    real = command.upgrade

    def fails(config: Any, revision: str) -> None:
        real(config, revision)
        raise StoreError("in the middle of it")

    monkeypatch.setattr(command, "upgrade", fails)
    with pytest.raises(StoreError, match="in the middle"):
        prepare(backend_of(SecretStr(postgres.url(name))), "0.1.0")
    assert postgres.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", name) == [(0,)]
    postgres.drop(name)


# --- faults, in words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "words", "hint"),
    [
        ((f":{IN_URL}@", ":false-password@"), "does not accept the password of 'machine'", "DATABASE_URL"),
        (("machine:", "nobody:"), "does not accept the password of 'nobody'", "DATABASE_URL"),
        (("127.0.0.1", "no-such-host.invalid"), "is not known here", "host in DATABASE_URL"),
        (("/postgres", "/missing"), "has no such database", "CREATE DATABASE missing OWNER machine"),
        ((":{port}/", ":1/"), "does not answer", "Start its server"),
        ((":{port}/", ":false-password/"), "cannot be understood", "%XX"),
    ],
)
async def test_a_database_that_cannot_be_had_is_told_with_what_to_do_and_without_the_password(
    postgres: PostgresServer, wrong: tuple[str, str], words: str, hint: str, tmp_path: Path
) -> None:
    part, instead = (one.replace("{port}", str(postgres.port)) for one in wrong)
    url = postgres.url("postgres").replace(part, instead)
    assert url != postgres.url("postgres")
    with pytest.raises(MachineError) as refused:
        await opened(SecretStr(url))
    assert words in refused.value.message
    assert hint in refused.value.hint
    doctor = await asyncio.to_thread(DaemonProcess(tmp_path / "data").command, "doctor", env={"DATABASE_URL": url})
    assert words in doctor.stdout
    said = doctor.stdout + doctor.stderr + str(refused.value)
    if words not in ("is not known here", "does not answer"):  # for those a daemon waits: test_database_comes.py
        serve = await asyncio.to_thread(DaemonProcess(tmp_path / "data").command, "serve", env={"DATABASE_URL": url, "PORT": "0"})  # fmt: skip # noqa: E501
        assert words in serve.stderr
        assert (doctor.returncode, serve.returncode) == (1, 1)
        said += serve.stdout + serve.stderr
    assert not any(secret in said for secret in (PASSWORD, IN_URL, "false-password"))


async def test_text_that_it_cannot_hold_is_a_bad_request_and_words_are_stored_without_it(
    postgres_url: SecretStr,
) -> None:
    database = await opened(postgres_url)
    store = SqlTaskStore(database, machine_id="machine-001")
    task = await stored_task(store)
    with pytest.raises(BadRequest):
        await store.get("task_\0")
    await store.append(task.task_id, [piece("a\0b")])
    assert await texts(store, task) == ["a\0b"], "events are JSON, which has its own way of writing it"
    await database.close()


# --- a daemon -------------------------------------------------------------------------------------------------------


def until(daemon: DaemonProcess, task_id: str, *wanted: str, seconds: float = 90) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        task: dict[str, Any] = daemon.get(f"/api/tasks/{task_id}")
        if task["status"] in wanted:
            return task
        time.sleep(0.2)
    raise AssertionError(f"{task_id} did not become {wanted}: {task}\n{daemon.log_text()[-3000:]}")


def checked_events(daemon: DaemonProcess, task_id: str) -> list[str]:
    """The types of a task's events, which are numbered without a gap."""
    events = daemon.get(f"/api/tasks/{task_id}/events?limit=5000")["events"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    return [event["type"] for event in events]


@pytest.mark.timeout(300)
def test_a_daemon_works_on_it_is_killed_and_goes_on_and_outlives_a_killed_server(
    postgres: PostgresServer, postgres_url: SecretStr, tmp_path: Path
) -> None:
    url = postgres_url.get_secret_value()
    with demo_daemon_on(tmp_path / "data", extra_env={"DATABASE_URL": url}) as daemon:
        killed = daemon.post("/api/tasks", {"message": "demo:slow"})["task_id"]
        until(daemon, killed, "running")
        daemon.kill9()
        daemon.launch()
        task = until(daemon, killed, "completed")
        assert task["attempt"] == 2
        assert checked_events(daemon, killed).count("task.started") == 2

        cut_off = daemon.post("/api/tasks", {"message": "demo:slow"})["task_id"]
        until(daemon, cut_off, "running")
        time.sleep(1)
        postgres.stop(signal.SIGQUIT)
        time.sleep(2)
        postgres.start()
        task = until(daemon, cut_off, "completed")
        assert task["attempt"] == 1, "its CLI went on meanwhile"
        types = checked_events(daemon, cut_off)
        assert (types.count("task.started"), types.count("task.completed")) == (1, 1)

        report = json.loads(daemon.command("doctor", "--json").stdout)
        [said] = [one for one in report["checks"] if one["check"] == "database"]
        assert said["level"] == "ok"
        assert said["text"].startswith("PostgreSQL ")
        assert f"at postgresql://127.0.0.1:{postgres.port}/" in said["text"]
        assert not (tmp_path / "data" / "db" / "machine.db").exists()
        made = daemon.command("backup")
        assert "The database is NOT in it" in made.stdout
        assert "pg_dump" in made.stdout
        checked = daemon.command("restore", "--check", made.stdout.splitlines()[0])
        assert "bring it back with pg_restore" in checked.stdout
        assert not any(secret in daemon.log_text() + made.stdout for secret in (PASSWORD, IN_URL))


def test_settings_that_name_another_kind_of_database_are_refused_without_repeating_them(tmp_path: Path) -> None:
    done = DaemonProcess(tmp_path / "data").command("serve", env={"DATABASE_URL": "mysql://machine:hidden@host/db"})
    assert done.returncode == 2
    assert "DATABASE_URL is set, but it has to begin with postgresql://" in done.stderr
    assert "hidden" not in done.stderr
