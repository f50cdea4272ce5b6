"""The tables by which the processes of a fleet share work: commands, and duties that one has at a time."""

from typing import Final

from sqlalchemy import Column, Index, Table, Text, text

from machine.store.types import BIG, Json, Moment
from machine.store.webhook_tables import metadata

commands: Final = Table(
    "commands",
    metadata,
    Column("command_id", BIG, primary_key=True, autoincrement=True),
    Column("machine_id", Text, nullable=False),
    Column("task_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Json, nullable=False),
    Column("caller", Json),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("taken_at", Moment),
    Column("answered_at", Moment),
    Column("answer", Text),
    Column("problem", Json),
    Index(
        "commands_open",
        "machine_id",
        "command_id",
        sqlite_where=text("answered_at IS NULL"),
        postgresql_where=text("answered_at IS NULL"),
    ),
    Index("commands_by_age", "asked_at"),
    sqlite_autoincrement=True,  # a number that was pruned is never given again
)

duties: Final = Table(
    "duties",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", Moment, nullable=False),
)
