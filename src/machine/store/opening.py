"""Opening the database: look at what is there, bring it to this program's form, never overwrite what is not ours."""

import asyncio
import fcntl
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy.exc import DBAPIError

from machine.domain.errors import StoreError, TooNew
from machine.store.database import Database
from machine.store.sqlite import OLDEST_SQLITE, explain
from machine.store.writer import OnCommitted

REVISIONS: Final = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
)
"""All revisions that this program knows, oldest first: what `migrations/versions` holds, without importing Alembic."""

LOCK_SECONDS: Final = 60


class _Found(NamedTuple):
    revision: str | None
    oldest_program: str | None
    tables: int


async def open_database(path: Path, program_version: str, *, on_committed: OnCommitted) -> Database:
    """Open the database at `path`, made or migrated first where needed, with a backup before it is migrated.

    `on_committed` gets each commit's events, in the event loop. Raises TooNew when a newer program wrote it, StoreError
    when it is damaged, not ours, or cannot be written; then the file is as it was.
    """
    loop = asyncio.get_running_loop()

    def prepare_and_open() -> Database:
        try:
            prepare(path, program_version)
            return Database(path, loop, on_committed)
        except (DBAPIError, sqlite3.Error) as error:
            raise explain(error, path) from error
        except OSError as error:
            message = f"The database {path} cannot be opened: {error.strerror or error}."
            raise StoreError(message, hint="Make its folder writable for the user that runs the machine.") from error

    return await asyncio.to_thread(prepare_and_open)


def prepare(path: Path, program_version: str) -> None:
    """Bring the file at `path` to the newest form. One program at a time; most often there is nothing to do."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old.", hint=f"Use a Python with SQLite {needed} or newer."
        )
    _make_private(path)
    if _is_ready(path, program_version):
        return
    with _locked(path.with_name("opening.lock")):
        if not _is_ready(path, program_version):
            # Alembic takes as long to import as all the rest takes to start.
            from machine.store.migrating import migrate

            migrate(path, _look(path).revision, newest=REVISIONS[-1])


def examine(path: Path, program_version: str) -> str:
    """The revision of the database file `path`, which stays as it is. Blocking.

    Raises TooNew when this program could not open it, StoreError when it is damaged or none of ours.
    """
    try:
        _is_ready(path, program_version)
        revision = _look(path).revision
        with closing(sqlite3.connect(path, timeout=5)) as connection:
            [said, *_] = connection.execute("PRAGMA integrity_check(1)").fetchone()
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        raise explain(error, path) from error
    if revision is None or said != "ok" or broken is not None:
        raise StoreError(f"The database {path} is damaged: {said}.", hint="Use another one.")
    return revision


def _make_private(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.parent.stat().st_mode & 0o077:
        path.parent.chmod(0o700)
    path.touch(mode=0o600)
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _is_ready(path: Path, program_version: str) -> bool:
    """Whether the database can be used as it is; False when it wants migrating. Raises TooNew, StoreError."""
    found = _look(path)
    if found.revision is None:
        if found.tables:
            raise StoreError(
                f"{path} is a database of some other program.",
                hint="Point MACHINE_DATA_DIR at another folder, or move that file away.",
            )
        return False
    if found.oldest_program is not None and _release(program_version) < _release(found.oldest_program):
        raise _too_new(path, f"needs version {found.oldest_program} or newer; this is {program_version}")
    if found.revision not in REVISIONS and found.oldest_program is None:
        raise _too_new(path, f"has the form {found.revision}, which version {program_version} does not know")
    return found.revision not in REVISIONS[:-1]


def _look(path: Path) -> _Found:
    with closing(sqlite3.connect(path, timeout=5)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "alembic_version" not in names:
            return _Found(None, None, len(names))
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        if row is None or "machine_meta" not in names:
            return _Found(None if row is None else row[0], None, len(names))
        stated = "SELECT value FROM machine_meta WHERE key = ?"
        oldest = connection.execute(stated, (f"oldest_program {row[0]}",)).fetchone()
        return _Found(row[0], oldest and oldest[0], len(names))


def _too_new(path: Path, why: str) -> TooNew:
    hint = "Update this program, or restore a backup from before the update: copies are in db/backups/."
    return TooNew(f"The database {path} {why}.", hint=hint)


def _release(version: str) -> tuple[int, ...]:
    """The numbers of a version: (1, 2, 0) of `1.2.0rc1+local`."""
    match = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(part) for part in match[0].split(".")) if match else ()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`; it lies beside the database, for the lock of a dead program is gone with it."""
    with path.open("w") as file:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    message = f"Another program has been opening {path.parent} for {LOCK_SECONDS} s."
                    raise StoreError(message, hint="End it, then start again.") from None
                time.sleep(0.05)
        yield
