"""Channels in which people are told what becomes of tasks, and what is to be told there."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import state_oldest_program

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "channels",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("occasions", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
    )
    op.create_table(
        "notices",
        sa.Column("notice_id", sa.Text(), primary_key=True),
        sa.Column("channel", sa.Text(), sa.ForeignKey("channels.name"), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.Text(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('due', 'sending', 'sent', 'given_up')", name="notices_state"),
    )
    unfinished = sa.text("state IN ('due', 'sending')")
    op.create_index(
        "notices_open",
        "notices",
        ["channel", "next_at", "notice_id"],
        sqlite_where=unfinished,
        postgresql_where=unfinished,
    )
    op.create_index("notices_by_channel", "notices", ["channel", "changed_at"])
    # No program was released before it.
    state_oldest_program(op.get_bind(), revision, "0.1.0")
