"""The tables of notifications."""

from typing import Final

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from machine.domain.notification import NoticeState
from machine.store.tables import metadata, one_of
from machine.store.types import Json, Moment, Words

channels: Final = Table(
    "channels",
    metadata,
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("host", Words, nullable=False),
    Column("occasions", Json, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Text, nullable=False),
)

notices: Final = Table(
    "notices",
    metadata,
    Column("notice_id", Text, primary_key=True),
    Column("channel", Text, ForeignKey("channels.name"), nullable=False),
    Column("task_id", Text, nullable=False),
    Column("occasion", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("last_error", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    CheckConstraint(one_of("state", NoticeState), name="notices_state"),
    Index(
        "notices_open",
        *("channel", "next_at", "notice_id"),
        sqlite_where=text("state IN ('due', 'sending')"),
        postgresql_where=text("state IN ('due', 'sending')"),
    ),
    Index("notices_by_channel", "channel", "changed_at"),
)
