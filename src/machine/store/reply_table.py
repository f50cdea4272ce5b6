"""The table of replies to webhooks' events."""

from typing import Final

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from machine.domain.reply import ReplyState
from machine.store.tables import metadata, one_of
from machine.store.types import Moment, Words

replies: Final = Table(
    "replies",
    metadata,
    Column("task_id", Text, ForeignKey("tasks.task_id"), primary_key=True),
    Column("webhook", Text, nullable=False),
    Column("delivery_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("unsure", Boolean, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("last_error", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    CheckConstraint(one_of("state", ReplyState), name="replies_state"),
    Index(
        "replies_open",
        *("webhook", "next_at", "task_id"),
        sqlite_where=text("state IN ('due', 'sending')"),
        postgresql_where=text("state IN ('due', 'sending')"),
    ),
    Index("replies_by_webhook", "webhook", "changed_at"),
)
