"""Conversations with the Brain: what people called them, and the files that they attached."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import state_oldest_program

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("conversation_id", sa.Text(), primary_key=True),
        sa.Column("title", sa.Text()),
        sa.Column("deleted_at", sa.Text()),
    )
    op.create_table(
        "attachments",
        sa.Column("attachment_id", sa.Text(), primary_key=True),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
    )
    op.create_index("attachments_by_conversation", "attachments", ["conversation_id", "attachment_id"])
    op.create_index("attachments_by_user", "attachments", ["user_id", "conversation_id", "attachment_id"])
    chats = sa.text("lane = 'chat'")
    op.create_index(
        "tasks_chats",
        "tasks",
        ["conversation_id", "task_id", "user_id"],
        sqlite_where=chats,
        postgresql_where=chats,
    )
    # Programs of the first form know nothing of either: their tasks are conversations all the same.
    state_oldest_program(op.get_bind(), revision, "0.1.0")
