"""What is particular about SQLite: engines, pragmas, and what its errors mean. Nothing else in the store knows it."""

import sqlite3
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool, StaticPool

from machine.domain.errors import StoreError

OLDEST_SQLITE: Final = (3, 35, 0)
"""The first version that knows RETURNING."""

_COMMON: Final = ("busy_timeout=5000", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-16384")

# FULL: what was acknowledged survives a power cut. A checkpoint every 2,000 pages keeps the log at about 8 MB.
_WRITING: Final = ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=2000", "journal_size_limit=67108864")
_READING: Final = ("query_only=ON",)


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


def transaction_is_open(connection: Connection) -> bool:
    """Whether the database has our transaction still: some errors, a full disk among them, end it by themselves."""
    raw: Any = connection.connection.dbapi_connection
    return raw is not None and bool(raw.in_transaction)


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
