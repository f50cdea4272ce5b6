"""The table of machines."""

from typing import Final

from sqlalchemy import Boolean, CheckConstraint, Column, Float, Integer, Table, Text, false, text

from machine.store.types import Json, Moment
from machine.store.webhook_tables import metadata

machines: Final = Table(
    "machines",
    metadata,
    Column("machine_id", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("lease_until", Moment, nullable=False),
    Column("labels", Json, nullable=False),
    Column("slots", Integer, nullable=False),
    Column("version", Text, nullable=False),
    Column("load", Json, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("facts", Json, nullable=False, server_default=text("'{}'")),
    Column("clock_offset_seconds", Float),
    Column("left_drained", Boolean, nullable=False, server_default=false()),
    CheckConstraint("state IN ('ready', 'draining', 'lost', 'gone')", name="machines_state"),
)
