"""The tables of webhooks; `tables` holds all others, and hands these on."""

from typing import Final

from sqlalchemy import (
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from machine.store.types import Json, Moment, Words

metadata: Final = MetaData()

deliveries: Final = Table(
    "deliveries",
    metadata,
    Column("delivery_id", Text, primary_key=True),
    Column("webhook", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("provider_delivery_id", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("why", Words, nullable=False),
    Column("task_ids", Json, nullable=False),
    Column("headers", Json, nullable=False),
    Column("happening", Json),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("webhook", "provider_delivery_id", name="deliveries_once"),
    Index("deliveries_by_webhook", "webhook", "delivery_id"),
    Index("deliveries_by_age", "received_at"),
)

triggers: Final = Table(
    "triggers",
    metadata,
    Column("webhook", Text, nullable=False),
    Column("trigger", Words, nullable=False),
    Column("room", Float),
    Column("room_at", Moment, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("paused_at", Moment),
    Column("why", Words, nullable=False),
    PrimaryKeyConstraint("webhook", "trigger"),
)
