"""What versions of the database have in common."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text
from sqlalchemy.engine import Connection

BIG = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
"""Whole numbers that may pass two thousand million: SQLite knows no other ones."""


def is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def state_oldest_program(connection: Connection, revision: str, version: str) -> None:
    """State that programs from `version` on can work on what `revision` leaves behind.

    Programs that do not know `revision` go by it; a version that forgets to say it is refused by all of them.
    """
    connection.execute(text("DELETE FROM machine_meta WHERE key LIKE 'oldest_program %'"))
    values = {"key": f"oldest_program {revision}", "value": version}
    connection.execute(text("INSERT INTO machine_meta (key, value) VALUES (:key, :value)"), values)
