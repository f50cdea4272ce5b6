"""The store on real files: groups of writes, crashes, full disks, migrations, files that are not ours."""

import asyncio
import contextlib
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from tests.support.tasks import stored_task

import machine
from machine.domain.aio import spawn
from machine.domain.errors import BadRequest, NotFound, StoreError, TooNew
from machine.domain.events import AuthStatus, AuthStatusData, Output, OutputKind, StoredEvent, TaskOutput
from machine.domain.task import NEXT, Lane, Task, TaskStatus
from machine.ports import TaskFilter
from machine.store import event_log, opening, past, writer
from machine.store.database import Database
from machine.store.opening import open_database, prepare
from machine.store.people import SqlPeopleStore
from machine.store.sqlite import Sqlite, reading_engine
from machine.store.tables import metadata
from machine.store.task_store import SqlTaskStore
from machine.store.transitions import transition_trigger
from machine.store.writer import Recorder

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "db" / "machine.db"


@pytest.fixture
def told() -> list[StoredEvent]:
    return []


@pytest.fixture
async def database(path: Path, told: list[StoredEvent]) -> AsyncIterator[Database]:
    opened = await open_database(path, "0.1.0", on_committed=told.extend)
    yield opened
    await opened.close()


@pytest.fixture
def store(database: Database) -> SqlTaskStore:
    return SqlTaskStore(database, machine_id="machine-001")


def piece(text: str) -> TaskOutput:
    return TaskOutput(data=Output(kind=OutputKind.TEXT, text=text))


def holding(seconds: float) -> writer.WriteOperation[None]:
    """Keeps the writer busy, so that what is asked for meanwhile goes into one batch."""
    return lambda _connection, _recorder: time.sleep(seconds)


def closed(path: Path, *sql: str) -> None:
    """Open a database, made if there is none, and close it; then run `sql` on it."""

    async def open_and_close() -> None:
        await (await open_database(path, "0.1.0", on_committed=lambda _events: None)).close()

    asyncio.run(open_and_close())
    with contextlib.closing(sqlite3.connect(path)) as raw:
        for statement in sql:
            raw.execute(statement)
        raw.commit()


# --- groups of writes -----------------------------------------------------------------------------------------------


async def test_what_is_urgent_is_stored_before_all_that_waits(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "MAX_BATCH", 5)
    monkeypatch.setattr(writer, "MAX_WAITING", 20)
    done: list[str] = []

    def noting(word: str) -> writer.WriteOperation[None]:
        return lambda _connection, _recorder: done.append(word)

    async with asyncio.TaskGroup() as group:
        group.create_task(database.write(holding(0.2)))
        await asyncio.sleep(0.05)
        for _ in range(20):
            group.create_task(database.write(noting("waits")))
        await asyncio.sleep(0)
        with pytest.raises(StoreError, match="20 writes already wait"):
            await database.write(noting("is refused"))
        group.create_task(database.write(noting("beats"), urgent=True))
    assert len(done) == 21
    assert done.index("beats") == 0


async def test_parallel_appends_to_many_tasks_leave_no_gap_and_are_told_in_their_order(
    store: SqlTaskStore, told: list[StoredEvent]
) -> None:
    tasks = [await stored_task(store) for _ in range(20)]
    await asyncio.gather(*(store.append(tasks[number % 20].task_id, [piece(str(number))]) for number in range(200)))
    for task in tasks:
        events = await store.events(task.task_id)
        assert [event.seq for event in events] == list(range(1, 12))
        assert tuple(event for event in told if event.task_id == task.task_id) == events
    feed = [event.feed_seq for event in told if event.feed_seq]
    assert feed == list(range(1, 21))


async def test_events_are_handed_on_before_the_one_who_stored_them_is_answered(path: Path) -> None:
    order: list[str] = []
    database = await open_database(path, "0.1.0", on_committed=lambda _events: order.append("told"))
    await SqlTaskStore(database, machine_id="machine-001").publish(AuthStatus(data=AuthStatusData(state="ready")))
    order.append("answered")
    await database.close()
    assert order == ["told", "answered"]


async def test_an_operation_that_fails_takes_back_only_itself(
    database: Database, store: SqlTaskStore, told: list[StoredEvent]
) -> None:
    task = await stored_task(store)
    told.clear()

    def fails(connection: Connection, recorder: Recorder) -> None:
        event_log.append_events(connection, recorder, task.task_id, [event_log.Encoded("task.output", "{}")], NOW)
        raise BadRequest("half done")

    busy = spawn(database.write(holding(0.2)), name="asked meanwhile")
    await asyncio.sleep(0.05)
    results = await asyncio.gather(
        store.append(task.task_id, [piece("a")]),
        database.write(fails),
        store.append("task_x", [piece("b")]),
        database.write(lambda connection, _recorder: connection.exec_driver_sql("no such SQL")),
        store.append(task.task_id, [piece("c")]),
        return_exceptions=True,
    )
    await busy
    assert [result if isinstance(result, int) else type(result) for result in results] == [
        2,
        BadRequest,
        NotFound,
        StoreError,
        3,
    ]
    assert [event.body for event in told] == [event.body for event in (await store.events(task.task_id))[1:]]
    assert [event.seq for event in told] == [2, 3]


async def test_what_is_asked_for_during_a_commit_shares_the_next_one(
    database: Database, store: SqlTaskStore, path: Path
) -> None:
    task = await stored_task(store)
    calls: list[int] = []
    database._writer._on_committed = lambda events: calls.append(len(events))
    busy = spawn(database.write(holding(0.2)), name="asked meanwhile")
    await asyncio.sleep(0.05)
    await asyncio.gather(*(store.append(task.task_id, [piece("x")]) for _ in range(50)), busy)
    assert calls == [50]


async def test_a_write_whose_caller_gave_up_is_stored_all_the_same(
    database: Database, store: SqlTaskStore, told: list[StoredEvent]
) -> None:
    task = await stored_task(store)
    busy = spawn(database.write(holding(0.2)), name="asked meanwhile")
    given_up = spawn(store.append(task.task_id, [piece("kept")]), name="asked meanwhile")
    await asyncio.sleep(0.05)
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    await busy
    assert await store.append(task.task_id, [piece("next")]) == 3
    assert [event.seq for event in told] == [1, 2, 3]


async def test_more_writes_than_may_wait_are_refused_and_the_rest_is_stored(
    database: Database, store: SqlTaskStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "MAX_WAITING", 10)
    task = await stored_task(store)
    busy = spawn(database.write(holding(0.3)), name="asked meanwhile")
    await asyncio.sleep(0.1)
    appends = (store.append(task.task_id, [piece("x")]) for _ in range(30))
    results = await asyncio.gather(*appends, return_exceptions=True)
    await busy
    refused = [result for result in results if isinstance(result, StoreError)]
    assert len(refused) == 20
    assert (await store.get(task.task_id)).last_seq == 1 + 10


async def test_a_listener_that_fails_does_not_fail_the_write(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_events: object) -> None:
        raise ValueError("no")

    database = await open_database(path, "0.1.0", on_committed=broken)
    task = await stored_task(SqlTaskStore(database, machine_id="machine-001"))
    await database.close()
    assert task.last_seq == 1
    assert "could not be handed on" in caplog.text


async def test_closing_stores_what_is_queued_and_refuses_the_rest(path: Path) -> None:
    database = await open_database(path, "0.1.0", on_committed=lambda _events: None)
    store = SqlTaskStore(database, machine_id="machine-001")
    task = await stored_task(store)
    appends = [spawn(store.append(task.task_id, [piece("x")]), name="queued") for _ in range(100)]
    await asyncio.sleep(0)
    await database.close()
    await database.close()
    assert sorted(await asyncio.gather(*appends)) == list(range(2, 102))
    for refused in (store.append(task.task_id, [piece("x")]), store.get(task.task_id)):
        with pytest.raises(StoreError, match="closed"):
            await refused
    assert not path.with_name("machine.db-wal").exists(), "the last one to leave folds the log into the file"


async def test_closing_waits_only_so_long(path: Path) -> None:
    database = await open_database(path, "0.1.0", on_committed=lambda _events: None)
    busy = spawn(database.write(holding(0.6)), name="asked meanwhile")
    await asyncio.sleep(0.05)
    begun = time.monotonic()
    with pytest.raises(StoreError, match="could not be closed"):
        await database.close(patience_seconds=0.1)
    assert time.monotonic() - begun < 0.5
    await busy
    await database.close()


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        await database.read(lambda connection: connection.exec_driver_sql("DELETE FROM tasks"))


async def test_a_reader_keeps_one_view_while_others_write(database: Database, store: SqlTaskStore) -> None:
    task = await stored_task(store)
    query = "SELECT last_seq FROM tasks"
    loop = asyncio.get_running_loop()

    def reads_twice(connection: Connection) -> tuple[object, object]:
        before = connection.exec_driver_sql(query).scalar()
        asyncio.run_coroutine_threadsafe(store.append(task.task_id, [piece("x")]), loop).result(5)
        return before, connection.exec_driver_sql(query).scalar()

    assert await database.read(reads_twice) == (1, 1)
    assert (await store.get(task.task_id)).last_seq == 2


async def test_the_feed_is_pruned_and_never_gives_a_number_again(
    database: Database, store: SqlTaskStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "FEED_KEPT", 10)
    monkeypatch.setattr(event_log, "_PRUNE_EVERY", 5)
    event = AuthStatus(data=AuthStatusData(state="ready"))
    for number in range(1, 24):
        assert (await store.publish(event)).feed_seq == number
    assert await store.feed_range() == (11, 23)
    await database.write(lambda connection, _recorder: connection.exec_driver_sql("DELETE FROM feed"))
    assert (await store.publish(event)).feed_seq == 24


# --- what the database itself refuses ------------------------------------------------------------------------------


@pytest.mark.parametrize("old", list(TaskStatus))
def test_the_database_refuses_every_transition_outside_the_table(path: Path, old: TaskStatus) -> None:
    closed(path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as raw:
        _raw_task(raw, old)
        for new in TaskStatus:
            raw.execute("SAVEPOINT try")
            if new in NEXT[old] or new is old:
                raw.execute("UPDATE tasks SET status = ?", (new.value,))
            else:
                with pytest.raises(sqlite3.IntegrityError, match="illegal transition"):
                    raw.execute("UPDATE tasks SET status = ?", (new.value,))
            raw.execute("ROLLBACK TO try")
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute("UPDATE tasks SET status = 'paused'")


def _raw_task(raw: sqlite3.Connection, status: TaskStatus) -> None:
    columns = [row[1:4] for row in raw.execute("PRAGMA table_info(tasks)")]
    needed = {name: "x" if kind == "TEXT" else 0 for name, kind, not_null in columns if not_null}
    values = {**needed, "task_id": "task_1", "status": status.value}
    marks = ", ".join("?" for _ in values)
    raw.execute(f"INSERT INTO tasks ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))  # noqa: S608 - names from the table itself


# --- disks that are full, files that cannot be written --------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    argv = [str(mount), "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if mount is None or os.geteuid() != 0 or subprocess.run(argv, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs the rights to do so")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def append_until_refused(store: SqlTaskStore, task: Task, acknowledged: list[int]) -> None:
    """Leaves the last acknowledged number in `acknowledged`."""
    for _ in range(500):
        acknowledged[0] = await store.append(task.task_id, [piece("x" * 60_000)])


async def test_on_a_full_disk_writes_fail_clearly_what_was_stored_stays_and_writing_goes_on_later(
    small_disk: Path,
) -> None:
    told: list[StoredEvent] = []
    database = await open_database(small_disk / "db" / "machine.db", "0.1.0", on_committed=told.extend)
    store = SqlTaskStore(database, machine_id="machine-001")
    task = await stored_task(store)
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 1_500_000)
    acknowledged = [1]
    with pytest.raises(StoreError, match="is full") as refused:
        await append_until_refused(store, task, acknowledged)
    assert "Free some space" in refused.value.hint
    (stored,) = acknowledged
    assert [event.seq for event in await store.events(task.task_id)] == list(range(1, stored + 1))
    ballast.unlink()
    assert await store.append(task.task_id, [piece("again")]) == stored + 1
    assert [event.seq for event in told] == list(range(1, stored + 2))
    await database.close()


async def test_a_database_at_its_largest_size_refuses_all_of_the_batch_or_only_what_does_not_fit(
    database: Database, store: SqlTaskStore, told: list[StoredEvent]
) -> None:
    task = await stored_task(store)

    def limit(connection: Connection, _recorder: Recorder) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 30}")

    await database.write(limit)
    appends = (store.append(task.task_id, [piece("x" * 30_000)]) for _ in range(20))
    results = await asyncio.gather(*appends, return_exceptions=True)
    errors = [result for result in results if not isinstance(result, int)]
    assert errors
    assert all(isinstance(error, StoreError) and "is full" in str(error) for error in errors)
    acknowledged = [result for result in results if isinstance(result, int)]
    await database.write(lambda connection, _recorder: connection.exec_driver_sql("PRAGMA max_page_count=1000000"))
    await store.append(task.task_id, [piece("again")])
    events = await store.events(task.task_id)
    assert [event.seq for event in events] == list(range(1, 1 + len(acknowledged) + 1 + 1))
    assert tuple(told) == events


async def test_while_another_program_holds_the_database_writes_fail_clearly_and_then_go_on(
    database: Database, store: SqlTaskStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = await stored_task(store)
    await database.write(lambda connection, _recorder: connection.exec_driver_sql("PRAGMA busy_timeout=100"))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="Another program holds"):
            await store.append(task.task_id, [piece("x")])
        other.execute("ROLLBACK")
    assert await store.append(task.task_id, [piece("x")]) == 2


# --- crashes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after_lines", [1, 50, 400])
def test_everything_acknowledged_survives_a_kill_and_numbers_have_no_gap(path: Path, after_lines: int) -> None:
    argv = [sys.executable, "-m", "tests.support.store_writer", str(path)]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        lines = [program.stdout.readline() for _ in range(after_lines)]
        program.send_signal(signal.SIGKILL)
        lines += program.stdout.readlines()
    assert program.returncode == -signal.SIGKILL
    acknowledged = [line.split() for line in lines if line.endswith("\n")]
    assert len(acknowledged) >= after_lines
    asyncio.run(check_stored(path, {task_id: int(seq) for task_id, seq in acknowledged}))


async def check_stored(path: Path, newest: dict[str, int]) -> None:
    """Everything up to the `newest` acknowledged number of each task is there, numbered without a gap."""
    database = await open_database(path, "0.1.0", on_committed=lambda _events: None)
    store = SqlTaskStore(database, machine_id="machine-001")
    for task_id, seq in newest.items():
        events = await store.events(task_id, limit=1_000_000)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert len(events) >= seq
        assert (await store.get(task_id)).last_seq == len(events)
    await database.close()


# --- opening and migrating ------------------------------------------------------------------------------------------


def test_a_new_database_is_private_and_in_the_newest_form(path: Path) -> None:
    closed(path)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.with_name("backups").exists(), "there was nothing to back up"
    with contextlib.closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [(opening.REVISIONS[-1],)]
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_folders_and_files_that_others_could_read_are_closed_to_them(path: Path) -> None:
    closed(path)
    path.parent.chmod(0o755)
    path.chmod(0o644)
    closed(path)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_migrations_make_exactly_the_tables_and_the_program_knows_their_revisions(path: Path) -> None:
    prepare(Sqlite(path), "0.1.0")
    engine = reading_engine(path, connections=1)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert past.past_costs in metadata.tables.values()
        assert compare_metadata(context, metadata) == []
        found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers: dict[str, str] = {row.name: row.sql for row in found}
        refusing = {f"{table}_refuses_{what}" for table in ("audit", "audit_outcomes") for what in ("update", "delete")}
        assert refusing < set(triggers)
        assert [sql for name, sql in triggers.items() if name not in refusing] == [transition_trigger()]
        queue = "SELECT sql FROM sqlite_master WHERE name = 'tasks_queue'"
        where = "WHERE status = 'queued' AND NOT awaits_routing AND parked_until IS NULL"
        assert connection.exec_driver_sql(queue).scalar_one().endswith(where)
        feed = "SELECT sql FROM sqlite_master WHERE name = 'feed'"
        assert "AUTOINCREMENT" in connection.exec_driver_sql(feed).scalar_one()
        stated = connection.exec_driver_sql("SELECT key FROM machine_meta").scalars().all()
        assert stated == [f"oldest_program {opening.REVISIONS[-1]}"]
    engine.dispose()
    config = Config()
    config.set_main_option("script_location", "machine.store:migrations")
    scripts = ScriptDirectory.from_config(config)
    assert tuple(script.revision for script in reversed(list(scripts.walk_revisions()))) == opening.REVISIONS


def test_a_database_in_the_newest_form_opens_without_alembic(path: Path) -> None:
    closed(path)
    code = (
        "import sys; from pathlib import Path; from machine.store.opening import prepare; "
        "from machine.store.sqlite import Sqlite; "
        "prepare(Sqlite(Path(sys.argv[1])), '0.1.0'); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"


def test_a_migration_backs_up_first_and_keeps_five_copies(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed(
        path,
        "INSERT INTO users (user_id, name, role, created_at) "
        "VALUES ('user_1', 'a', 'member', '2026-11-03T09:00:00.000000Z')",
    )
    # The newest form, called by an older name: the copies are what matters here, not the step.
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0000'")
        raw.commit()
    monkeypatch.setattr(opening, "REVISIONS", ("0000", "0001"))
    seen: list[int] = []

    def upgrade(_config: Config, _revision: str) -> None:
        seen.append(len(list(path.with_name("backups").glob("*.db"))))

    monkeypatch.setattr(command, "upgrade", upgrade)
    for _ in range(7):
        prepare(Sqlite(path), "0.1.0")
    assert seen == [1, 2, 3, 4, 5, 5, 5]
    copies = sorted(path.with_name("backups").iterdir())
    assert all(copy.name.startswith("machine-0000-") for copy in copies)
    assert {stat.S_IMODE(copy.stat().st_mode) for copy in copies} == {0o600}
    with contextlib.closing(sqlite3.connect(copies[-1])) as raw:
        assert raw.execute("SELECT user_id FROM users").fetchall() == [("user_1",)]
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_migration_that_fails_leaves_the_database_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed(path, "UPDATE alembic_version SET version_num = '0000'")
    monkeypatch.setattr(opening, "REVISIONS", ("0000", "0001"))

    def upgrade(config: Config, _revision: str) -> None:
        connection: Connection = config.attributes["connection"]
        connection.exec_driver_sql("DROP TABLE machine_meta")
        connection.exec_driver_sql("INSERT INTO events VALUES ('task_x', 1, NULL, 'task.output', 'x', '{}')")

    monkeypatch.setattr(command, "upgrade", upgrade)
    with pytest.raises(StoreError, match="1 rows of events without what they refer to"):
        prepare(Sqlite(path), "0.1.0")
    with contextlib.closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT count(*) FROM machine_meta").fetchone() == (1,)
        assert raw.execute("SELECT count(*) FROM events").fetchone() == (0,)


async def test_two_programs_that_open_a_new_database_at_once_make_it_once(path: Path) -> None:
    opened = await asyncio.gather(*(open_database(path, "0.1.0", on_committed=lambda _events: None) for _ in range(4)))
    administrators = {(await SqlPeopleStore(one).local_administrator()).user_id for one in opened}
    for one in opened:
        await one.close()
    assert len(administrators) == 1


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("UPDATE machine_meta SET value = '9.0.0'", "needs version 9.0.0 or newer; this is 0.1.0"),
        ("UPDATE alembic_version SET version_num = '9999'", "has the form 9999, which version 0.1.0 does not know"),
    ],
)
def test_a_database_of_a_newer_program_is_refused_and_left_as_it_is(path: Path, sql: str, why: str) -> None:
    closed(path, sql)
    before = path.read_bytes()
    with pytest.raises(TooNew, match=why) as refused:
        closed(path)
    assert "Update this program" in refused.value.hint
    assert path.read_bytes() == before


def test_a_newer_form_that_says_it_suits_this_program_is_used(path: Path) -> None:
    newer = "UPDATE machine_meta SET key = 'oldest_program 9999', value = '0.1.0'"
    closed(path, newer, "UPDATE alembic_version SET version_num = '9999'")
    closed(path)


@pytest.mark.parametrize("content", [b"no database" * 1000, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_file_is_reported_and_not_overwritten(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreError, match="is damaged") as refused:
        closed(path)
    assert "restore a backup" in refused.value.hint
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_not_touched(path: Path) -> None:
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE bookmarks (url TEXT)")
        raw.commit()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="some other program"):
        closed(path)
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be opened") as refused:
        closed(tmp_path / "file" / "db" / "machine.db")
    assert "writable" in refused.value.hint


def test_migrations_run_from_a_package_and_to_a_folder_with_odd_names(tmp_path: Path) -> None:
    folder = tmp_path / "odd: 100% (it's a ü)"
    shutil.copytree(Path(machine.__file__).parent, folder / "machine", ignore=shutil.ignore_patterns("__pycache__"))
    code = (
        "import sys; from pathlib import Path; import machine; from machine.store.opening import prepare; "
        "from machine.store.sqlite import Sqlite; "
        "assert '100%' in machine.__file__; prepare(Sqlite(Path(sys.argv[1])), '0.1.0')"
    )
    path = folder / "db?x=1#y" / "machine.db"
    # Not by PYTHONPATH: it could not carry the colon.
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); " + code
    argv = [sys.executable, "-W", "error", "-I", "-c", code, str(path)]
    done = subprocess.run(argv, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with contextlib.closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT count(*) FROM tasks").fetchone() == (0,)


async def test_a_machine_with_a_new_name_adopts_the_open_tasks(database: Database, store: SqlTaskStore) -> None:
    await stored_task(store)
    ended = await stored_task(store)
    await store.move(ended, ended.moved_to(TaskStatus.CANCELLED, NOW), [])
    renamed = SqlTaskStore(database, machine_id="machine-002")
    assert await renamed.in_status(TaskStatus.QUEUED) == ()
    assert await renamed.adopt() == 1
    assert len(await renamed.in_status(TaskStatus.QUEUED)) == 1
    assert (await renamed.get(ended.task_id)).machine_id == "machine-001"


async def test_what_has_not_ended_is_found_by_its_status_however_much_ever_ran_here(
    store: SqlTaskStore, path: Path
) -> None:
    with asked() as queries:
        await store.in_status(TaskStatus.WAITING_INPUT)
        await store.in_status(TaskStatus.QUEUED, TaskStatus.RUNNING, demo=True, after="task_", limit=10)
        await store.idle(NOW, after="", limit=10)
        await store.parked()
    ways = ["tasks USING INDEX tasks_by_status (status=?"] * 3 + ["tasks USING INDEX tasks_held_back (queue_reason=?"]
    for plan, way in zip(plans(path, queries, 4), ways, strict=True):
        assert way in plan


async def test_work_is_listed_without_chats_from_its_newest_on_however_much_ever_ran_here(
    store: SqlTaskStore, path: Path
) -> None:
    """No page sorts all there is, and none looks at more than it takes to be full."""
    with asked() as queries:
        await store.list(TaskFilter(lane=Lane.WORK), limit=100)
        await store.list(TaskFilter(lane=Lane.WORK, user_id="user_1"), limit=100)
        await store.list(TaskFilter(lane=Lane.WORK, status=(TaskStatus.COMPLETED,)), limit=100)
    ways = ("sqlite_autoindex_tasks_1", "tasks_by_user (user_id=?)", "tasks_by_status (status=?)")
    for plan, way in zip(plans(path, queries, 3), ways, strict=True):
        assert f"tasks USING INDEX {way}" in plan
        assert plan.count("TEMP B-TREE") == (1 if "status" in way else 0)


@contextlib.contextmanager
def asked() -> Iterator[list[tuple[str, tuple[object, ...]]]]:
    """What was asked of tasks, with the values."""
    seen: list[tuple[str, tuple[object, ...]]] = []

    def note(_c: object, _cursor: object, sql: str, values: tuple[object, ...], _x: object, _many: bool) -> None:
        if "FROM tasks" in sql:
            seen.append((sql, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def plans(path: Path, queries: Sequence[tuple[str, tuple[object, ...]]], count: int) -> list[str]:
    """How SQLite answers each of so many queries."""
    assert len(queries) == count
    with contextlib.closing(sqlite3.connect(path)) as raw:
        steps = [raw.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall() for sql, values in queries]
    return ["\n".join(step[3] for step in each) for each in steps]
