"""The tables of conversations: what people called them, and the files that they attached."""

from typing import Final

from sqlalchemy import Column, Index, Integer, Table, Text

from machine.store.tables import metadata
from machine.store.types import Moment, Words

conversations: Final = Table(
    "conversations",
    metadata,
    Column("conversation_id", Text, primary_key=True),
    # What no person has said: the beginning of its first message.
    Column("title", Words),
    Column("deleted_at", Moment),
)

attachments: Final = Table(
    "attachments",
    metadata,
    Column("attachment_id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    # Unset until a message came with it.
    Column("conversation_id", Text),
    Column("name", Words, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("attachments_by_conversation", "conversation_id", "attachment_id"),
    Index("attachments_by_user", "user_id", "conversation_id", "attachment_id"),
)
