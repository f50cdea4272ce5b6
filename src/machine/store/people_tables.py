"""The tables of people, what they prove themselves with, and what they did."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, text

from machine.store.tables import metadata
from machine.store.types import Json, Moment, Words

users: Final = Table(
    "users",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("name", Words, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    # The name as it is compared: two that look alike to a person are one.
    Column("name_key", Text, nullable=False, server_default=text("''")),
    Column("password", Text),
    Column("disabled_at", Moment),
    # Rows stay: tasks, costs and the audit log name their users.
    Column("deleted_at", Moment),
    Index(
        "users_by_name",
        "name_key",
        unique=True,
        sqlite_where=text("deleted_at IS NULL"),
        postgresql_where=text("deleted_at IS NULL"),
    ),
)

links: Final = Table(
    "links",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

invitations: Final = Table(
    "invitations",
    metadata,
    Column("invitation_id", Text, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("name", Words),
    Column("role", Text, nullable=False),
    Column("created_by", Text, ForeignKey("users.user_id"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("user_id", Text, ForeignKey("users.user_id")),
    Column("revoked_at", Moment),
)

logins: Final = Table(
    "logins",
    metadata,
    Column("login_id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.user_id"), nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("user_agent", Words, nullable=False),
    Index("logins_by_user", "user_id", "login_id"),
)

tokens: Final = Table(
    "tokens",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.user_id"), nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
    Column("scopes", Json, nullable=False, server_default=text("""'["admin"]'""")),
    Index("tokens_by_user", "user_id", "token_id"),
)

audit: Final = Table(
    "audit",
    metadata,
    Column("audit_id", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("user_name", Words, nullable=False),
    Column("via", Text, nullable=False),
    Column("credential_id", Text, nullable=False),
    Column("address", Words, nullable=False),
    Column("action", Text, nullable=False),
    Column("object_id", Words, nullable=False),
    Column("summary", Json, nullable=False),
    Index("audit_by_user", "user_id", "audit_id"),
    Index("audit_by_action", "action", "audit_id"),
)

audit_outcomes: Final = Table(
    "audit_outcomes",
    metadata,
    Column("audit_id", Text, ForeignKey("audit.audit_id"), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("status", Integer, nullable=False),
    Column("made_id", Words, nullable=False),
)
