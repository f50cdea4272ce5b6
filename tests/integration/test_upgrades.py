"""Upgrades: from every form that the database ever had to the newest, with everything in it, and back from a backup."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from machine.store import opening
from machine.store.migrating import migrate
from machine.store.opening import examine, prepare
from machine.store.sqlite import Sqlite

AT = "2026-11-03T09:00:00.000000Z"


def fill(path: Path) -> None:
    """A user with a task, its events and an answered approval, as the first version wrote them."""
    given = {"status": "completed", "lane": "work", "source": "api", "cost_kind": "billed", "kind": "permission"}
    with closing(sqlite3.connect(path)) as connection, connection:
        for table, ids in (
            ("users", {"user_id": "user_1", "role": "administrator"}),
            ("tasks", {"task_id": "task_1", "user_id": "user_1", "last_seq": 2}),
            ("events", {"task_id": "task_1", "seq": 1}),
            ("events", {"task_id": "task_1", "seq": 2}),
            ("inputs", {"input_id": "input_1", "task_id": "task_1"}),
            ("approvals", {"approval_id": "approval_1", "task_id": "task_1", "status": "answered"}),
        ):
            columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
            row = {
                name: ids.get(name, given.get(name, _some(name, kind)))
                for _, name, kind, not_null, default, _ in columns
                if name in ids or (not_null and default is None and name != "position")
            }
            marks = ", ".join("?" for _ in row)
            sql = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"  # noqa: S608 - ours
            connection.execute(sql, list(row.values()))


def _some(name: str, kind: str) -> object:
    if name.endswith("_at") or name == "at":
        return AT
    if kind.upper().startswith(("INT", "FLOAT", "BOOL")):
        return 0
    return "{}" if name in ("body", "limits", "input", "suggestions", "source_metadata") else f"some {name}"


def rows(path: Path) -> dict[str, int]:
    tables = ("users", "tasks", "events", "inputs", "approvals")
    with closing(sqlite3.connect(path)) as connection:
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}  # noqa: S608 - ours


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "db" / "machine.db"
    file.parent.mkdir(mode=0o700)
    file.touch(mode=0o600)
    return file


@pytest.mark.parametrize("revision", opening.REVISIONS[:-1])
def test_every_older_form_becomes_the_newest_with_all_that_is_in_it_and_a_backup_of_before(
    path: Path, revision: str
) -> None:
    migrate(Sqlite(path), None, newest="0001")
    fill(path)
    before = rows(path)
    if revision != "0001":
        migrate(Sqlite(path), "0001", newest=revision)
    prepare(Sqlite(path), "0.1.0")
    assert examine(path, "0.1.0") == opening.REVISIONS[-1]  # whole, foreign keys as well
    assert rows(path) == before
    [backup] = (path.parent / "backups").glob(f"machine-{revision}-*.db")
    assert examine(backup, "0.1.0") == revision
    assert rows(backup) == before


def test_going_back_is_restoring_the_copy_from_before_the_upgrade(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate(Sqlite(path), None, newest="0001")
    fill(path)
    prepare(Sqlite(path), "0.1.0")
    [backup] = (path.parent / "backups").glob("*.db")
    path.unlink()
    backup.rename(path)
    monkeypatch.setattr(opening, "REVISIONS", ("0001",))
    prepare(Sqlite(path), "0.1.0")
    assert examine(path, "0.1.0") == "0001"
    assert rows(path)["tasks"] == 1
