"""The table of the versions of definitions."""

from typing import Final

from sqlalchemy import Column, Index, LargeBinary, Table, Text

from machine.store.types import BIG, Moment, Words
from machine.store.webhook_tables import metadata

definition_versions: Final = Table(
    "definition_versions",
    metadata,
    Column("version", BIG, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("name", Words, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("machine_id", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("content", LargeBinary),
    Index("definition_versions_by_name", "kind", "name", "version"),
    sqlite_autoincrement=True,  # a number that was pruned is never given again
)
