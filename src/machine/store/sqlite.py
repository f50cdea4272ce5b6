"""What is particular about SQLite: files, engines, pragmas, and what its errors mean."""

import fcntl
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool, StaticPool

from machine.domain.errors import StoreError
from machine.store.backend import Found
from machine.store.copying import back_up

OLDEST_SQLITE: Final = (3, 35, 0)
"""The first version that knows RETURNING."""
LOCK_SECONDS: Final = 60

_COMMON: Final = ("busy_timeout=5000", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-16384")

# FULL: what was acknowledged survives a power cut. A checkpoint every 2,000 pages keeps the log at about 8 MB.
_WRITING: Final = ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=2000", "journal_size_limit=67108864")
_READING: Final = ("query_only=ON",)


class Sqlite:
    """The port `Backend` for the file `path`, which says what each method promises."""

    if_foreign = "Point MACHINE_DATA_DIR at another folder, or move that file away."
    if_newer = "Update this program, or restore a backup from before the update: copies are in db/backups/."

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)

    def prepare(self) -> None:
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            needed = ".".join(map(str, OLDEST_SQLITE))
            hint = f"Use a Python with SQLite {needed} or newer."
            raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old.", hint=hint)
        _make_private(self.path)

    def look(self) -> Found:
        try:
            with closing(sqlite3.connect(self.path, timeout=5)) as connection:
                return _look(connection)
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    @contextmanager
    def alone(self) -> Iterator[None]:
        """By a lock file beside the database: the lock of a dead program is gone with it."""
        with self.path.with_name("opening.lock").open("w") as file:
            deadline = time.monotonic() + LOCK_SECONDS
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        message = f"Another program has been opening {self.path.parent} for {LOCK_SECONDS} s."
                        raise StoreError(message, hint="End it, then start again.") from None
                    time.sleep(0.05)
            yield

    def migrating_engine(self) -> Engine:
        """Foreign keys are off meanwhile: a table that is rebuilt would empty those that refer to it."""
        return writing_engine(self.path, foreign_keys=False)

    def before_migration(self, revision: str) -> None:
        try:
            back_up(self.path, self.path.parent / "backups", name=f"{self.path.stem}-{revision}")
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    def after_migration(self, connection: Connection) -> None:
        if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
            raise StoreError(
                f"Migrating {self.path} would leave {len(broken)} rows of {broken[0][0]} without what they refer to.",
                hint="Nothing was changed. Report this, with the version that you came from.",
            )

    def writing_engine(self) -> Engine:
        return writing_engine(self.path)

    def reading_engine(self, *, connections: int) -> Engine:
        return reading_engine(self.path, connections=connections)

    def transaction_is_open(self, connection: Connection) -> bool:
        raw: Any = connection.connection.dbapi_connection
        return raw is not None and bool(raw.in_transaction)

    def sign(self, connection: Connection, batch: int) -> None:
        """A commit in this process always has an answer."""

    def was_stored(self, connection: Connection, batch: int) -> bool:  # noqa: ARG002 - the port's
        return False

    def is_away(self, error: Exception) -> bool:  # noqa: ARG002 - the port's
        return False

    def may_come(self, error: DBAPIError) -> bool:  # noqa: ARG002 - the port's
        return False

    def explain(self, error: DBAPIError) -> StoreError:
        return explain(error, self.path)

    def report(self, connection: Connection) -> dict[str, Any]:
        check = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        return {"engine": f"SQLite {sqlite3.sqlite_version}", "check": check}

    def size_bytes(self, connection: Connection) -> int:  # noqa: ARG002 - the port's
        files = (self.path, self.path.with_name(f"{self.path.name}-wal"))
        return sum(file.stat().st_size for file in files if file.exists())


def writing_engine(path: Path, *, foreign_keys: bool = True) -> Engine:
    """An engine with one connection whose transactions begin IMMEDIATE: a read that turns into a write would fail."""
    pragmas = (*_COMMON, *_WRITING) if foreign_keys else (*_COMMON, *_WRITING, "foreign_keys=OFF")
    return _engine(path, pragmas, "BEGIN IMMEDIATE", poolclass=StaticPool)


def reading_engine(path: Path, *, connections: int) -> Engine:
    """An engine with up to `connections` connections that cannot write."""
    return _engine(path, (*_COMMON, *_READING), "BEGIN", poolclass=QueuePool, pool_size=connections, max_overflow=0)


def _engine(path: Path, pragmas: tuple[str, ...], begin: str, **options: Any) -> Engine:
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 5}, **options)

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver is not to begin transactions by its own rules
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _began(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def check_file(path: Path) -> None:
    """Raises StoreError when the database file `path` is damaged. Blocking; the file stays as it is."""
    try:
        with closing(sqlite3.connect(path, timeout=5)) as connection:
            [said, *_] = connection.execute("PRAGMA integrity_check(1)").fetchone()
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        raise explain(error, path) from error
    if said != "ok" or broken is not None:
        raise StoreError(f"The database {path} is damaged: {said}.", hint="Use another one.")


def _make_private(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.parent.stat().st_mode & 0o077:
        path.parent.chmod(0o700)
    path.touch(mode=0o600)
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _look(connection: sqlite3.Connection) -> Found:
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "alembic_version" not in names:
        return Found(None, None, len(names))
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None or "machine_meta" not in names:
        return Found(None if row is None else row[0], None, len(names))
    stated = "SELECT value FROM machine_meta WHERE key = ?"
    oldest = connection.execute(stated, (f"oldest_program {row[0]}",)).fetchone()
    return Found(row[0], oldest and oldest[0], len(names))


_CONSEQUENCES: Final = {
    sqlite3.SQLITE_FULL: ("The disk that holds {path} is full.", "Free some space there; nothing stored was lost."),
    sqlite3.SQLITE_READONLY: (
        "The database {path} cannot be written.",
        "Make the file and its folder writable for the user that runs the machine.",
    ),
    sqlite3.SQLITE_BUSY: (
        "Another program holds the database {path}.",
        "End the program that has it open (a backup, a database browser), then try again.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "The database {path} cannot be opened.",
        "Check that its folder exists and belongs to the user that runs the machine.",
    ),
    sqlite3.SQLITE_IOERR: ("The disk that holds {path} has a fault.", "Look at the system's log for disk errors."),
}
_DAMAGED: Final = (
    "The database {path} is damaged.",
    "Stop the machine, keep the file, and restore a backup: `machine restore`, or a copy from db/backups/.",
)


def explain(error: DBAPIError | sqlite3.Error, path: Path) -> StoreError:
    """What a database error means for a person, with what to do about it."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        message, hint = _DAMAGED
    else:
        fallback = ("The database {path} refused: " + str(cause).replace("{", "{{").replace("}", "}}"), "")
        message, hint = _CONSEQUENCES.get(code, fallback)
    return StoreError(message.format(path=path), hint=hint or "Look at the machine's log.")
