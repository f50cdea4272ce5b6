"""What is particular about PostgreSQL: connections, the order of writers, and what its errors mean.

Imported only where DATABASE_URL is set: the driver costs time and memory.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import uuid4

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Engine, create_engine, event, make_url, text
from sqlalchemy.dialects.postgresql.base import PGTypeCompiler
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from machine.domain.errors import MachineError, StoreError
from machine.store.backend import Found
from machine.store.postgres_faults import explain, is_away, may_come

OLDEST_SERVER: Final = 13
LOCK_SECONDS: Final = 60
WRITERS_LOCK: Final = 6_221_130_001
"""The advisory lock of every writing transaction, in the whole fleet."""
_OPENING_LOCK: Final = 6_221_130_002
_FORGET_AFTER: Final = "1 day"

# What hangs is ended by the server, so that nobody waits for a machine that is paused or gone.
# Compiling a statement takes seconds, and pays for reports that read millions of rows.
_WORKING: Final = {
    "jit": "off",
    "lock_timeout": "10s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "5s",
}
_MIGRATING: Final = {**_WORKING, "lock_timeout": "60s", "statement_timeout": "0"}
_LINE: Final = {
    "application_name": "claude-code-agent",
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}


class _ByCodePoint(PGTypeCompiler):
    """In the tables it makes, texts sort as SQLite sorts them, whatever the language of the database is."""

    def visit_TEXT(self, type_: Any, **options: Any) -> str:  # noqa: N802 - the library's name
        return f'{super().visit_TEXT(type_, **options)} COLLATE "C"'


class Postgres:
    """The port `Backend` for the database at `url`, which says what each method promises."""

    if_foreign = "Point DATABASE_URL at a database of its own for the machine."
    if_newer = "Update this program, or restore the dump that you made with pg_dump before the update."

    def __init__(self, url: str) -> None:
        self._url = _url_of(url)
        self.name = _shown(self._url)
        self._writer_id = uuid4().hex

    def prepare(self) -> None:
        engine = self._engine(_WORKING, poolclass=NullPool)
        with engine.connect() as connection:
            version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
            encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if version < OLDEST_SERVER * 10_000:
            hint = f"Use PostgreSQL {OLDEST_SERVER} or newer."
            raise StoreError(f"{self.name} is PostgreSQL {version // 10_000}, which is too old.", hint=hint)
        if encoding != "UTF8":
            hint = "Make one for the machine: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0."
            raise StoreError(f"The database {self.name} keeps its texts as {encoding}, not as UTF-8.", hint=hint)

    def look(self) -> Found:
        with self._engine(_WORKING, poolclass=NullPool).connect() as connection:
            return _look(connection)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """By an advisory lock of a connection of its own: that of a dead program is gone with it."""
        with self._engine(_WORKING, poolclass=NullPool).connect() as connection:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            deadline = time.monotonic() + LOCK_SECONDS
            while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _OPENING_LOCK}):
                if time.monotonic() > deadline:
                    message = f"Another program has been opening {self.name} for {LOCK_SECONDS} s."
                    raise StoreError(message, hint="End it, then start again.")
                time.sleep(0.05)
            yield

    def migrating_engine(self) -> Engine:
        engine = self._one_writer(_MIGRATING)
        engine.dialect.type_compiler_instance = _ByCodePoint(engine.dialect)
        return engine

    def before_migration(self, revision: str) -> None:
        """Dumps are for those who look after the server: `docs/operating.md` says so."""

    def after_migration(self, connection: Connection) -> None:
        """Foreign keys were on all the time."""

    def writing_engine(self) -> Engine:
        return self._one_writer(_WORKING)

    def reading_engine(self, *, connections: int) -> Engine:
        engine = self._engine(_WORKING, poolclass=QueuePool, pool_size=connections, max_overflow=0)

        @event.listens_for(engine, "connect")
        def _connected(connection: "psycopg.Connection[Any]", _record: object) -> None:
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

        return engine

    def transaction_is_open(self, connection: Connection) -> bool:
        if connection.invalidated:
            return False
        raw: Any = connection.connection.dbapi_connection
        return raw is not None and raw.info.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR)

    def sign(self, connection: Connection, batch: int) -> None:
        connection.exec_driver_sql(_SIGN, (self._writer_id, batch))
        if batch == 1:
            connection.exec_driver_sql(_FORGET)

    def was_stored(self, connection: Connection, batch: int) -> bool:
        newest = connection.exec_driver_sql(_NEWEST, (self._writer_id,)).scalar_one_or_none()
        return newest is not None and int(newest) >= batch

    def is_away(self, error: Exception) -> bool:
        return is_away(error)

    def may_come(self, error: DBAPIError) -> bool:
        return may_come(error)

    def explain(self, error: DBAPIError) -> MachineError:
        return explain(error, self.name, str(self._url.username or ""), str(self._url.database or ""))

    def report(self, connection: Connection) -> dict[str, Any]:
        version = connection.exec_driver_sql("SHOW server_version").scalar_one()
        return {"engine": f"PostgreSQL {str(version).split()[0]} at {self.name}"}

    def size_bytes(self, connection: Connection) -> int:
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())

    def _one_writer(self, limits: dict[str, str]) -> Engine:
        engine = self._engine(limits, poolclass=QueuePool, pool_size=1, max_overflow=0)

        @event.listens_for(engine, "begin")
        def _began(connection: Connection) -> None:
            connection.exec_driver_sql(_LOCK)

        return engine

    def _engine(self, limits: dict[str, str], **options: Any) -> Engine:
        line = {name: value for name, value in _LINE.items() if name not in self._url.query}
        engine = create_engine(self._url, connect_args=line, paramstyle="format", **options)
        settings = "; ".join(f"SET {name} = '{value}'" for name, value in limits.items())

        @event.listens_for(engine, "connect")
        def _connected(connection: "psycopg.Connection[Any]", _record: object) -> None:
            connection.autocommit = True
            connection.execute(f"{settings}; {_DURABLE}")
            connection.autocommit = False

        return engine


# Some run their servers without waiting for the disk; what this machine acknowledges is stored.
_DURABLE: Final = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)
_LOCK: Final = f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})"
_SIGN: Final = (
    "INSERT INTO batches (writer, number, at) VALUES (%s, %s, now()) "
    "ON CONFLICT (writer) DO UPDATE SET number = excluded.number, at = excluded.at"
)
_FORGET: Final = f"DELETE FROM batches WHERE at < now() - interval '{_FORGET_AFTER}'"  # noqa: S608 - all of it is ours
_NEWEST: Final = "SELECT number FROM batches WHERE writer = %s"


def _look(connection: Connection) -> Found:
    count = connection.exec_driver_sql("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()")
    tables = int(count.scalar_one())
    if connection.exec_driver_sql("SELECT to_regclass('alembic_version')").scalar_one() is None:
        return Found(None, None, tables)
    revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one_or_none()
    if revision is None or connection.exec_driver_sql("SELECT to_regclass('machine_meta')").scalar_one() is None:
        return Found(revision, None, tables)
    stated = text("SELECT value FROM machine_meta WHERE key = :key")
    return Found(revision, connection.scalar(stated, {"key": f"oldest_program {revision}"}), tables)


def _url_of(given: str) -> URL:
    """Raises StoreError, which does not repeat what was given: a password may be anywhere in it."""
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        hint = "Write postgresql://USER:PASSWORD@HOST:5432/DATABASE; special characters of a password as %XX."
        raise StoreError("DATABASE_URL cannot be understood.", hint=hint) from None
    return url.set(drivername="postgresql+psycopg")


def _shown(url: URL) -> str:
    """`postgresql://host:port/database`: no user, no password, none of the options."""
    host = url.host or str(url.query.get("host", ""))
    port = f":{url.port}" if url.port else ""
    return f"postgresql://{host}{port}/{url.database or ''}"
