"""The database's own clock: what leases go by, since those of machines differ."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy.engine import Connection

NowOf = Callable[[Connection], datetime]

# The time of the statement, not of the transaction, which may have waited for its turn.
_NOW: Final[Mapping[str, str]] = {
    "sqlite": "SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'",
    "postgresql": """SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
}


def database_now(connection: Connection) -> datetime:
    """The time in UTC, by the clock of the database that `connection` goes to."""
    return datetime.fromisoformat(connection.exec_driver_sql(_NOW[connection.dialect.name]).scalar_one())
