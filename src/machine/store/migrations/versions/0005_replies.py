"""Replies to where the events of webhooks came from."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import state_oldest_program

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "replies",
        sa.Column("task_id", sa.Text(), sa.ForeignKey("tasks.task_id"), primary_key=True),
        sa.Column("webhook", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("next_at", sa.Text(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('due', 'sending', 'sent', 'given_up', 'not_wanted')", name="replies_state"),
    )
    unfinished = sa.text("state IN ('due', 'sending')")
    op.create_index(
        "replies_open",
        "replies",
        ["webhook", "next_at", "task_id"],
        sqlite_where=unfinished,
        postgresql_where=unfinished,
    )
    op.create_index("replies_by_webhook", "replies", ["webhook", "changed_at"])
    # Programs of the first form never look at this table, and ask for no replies.
    state_oldest_program(op.get_bind(), revision, "0.1.0")
