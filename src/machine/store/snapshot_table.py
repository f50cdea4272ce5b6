"""The table of what conversations take along to other machines."""

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, Table, Text

from machine.store.types import Moment
from machine.store.webhook_tables import metadata

snapshots: Final = Table(
    "snapshots",
    metadata,
    Column("conversation_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("machine_id", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    PrimaryKeyConstraint("conversation_id", "version"),
)
