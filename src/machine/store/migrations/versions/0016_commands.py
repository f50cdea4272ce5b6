"""Commands for tasks that are at work in other processes, and duties that one process has at a time."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import state_oldest_program

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "commands",
        sa.Column("command_id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("machine_id", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("caller", sa.Text()),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.Text()),
        sa.Column("answered_at", sa.Text()),
        sa.Column("answer", sa.Text()),
        sa.Column("problem", sa.Text()),
        sqlite_autoincrement=True,
    )
    unanswered = sa.text("answered_at IS NULL")
    op.create_index(
        "commands_open",
        "commands",
        ["machine_id", "command_id"],
        sqlite_where=unanswered,
        postgresql_where=unanswered,
    )
    op.create_index("commands_by_age", "commands", ["asked_at"])
    op.create_table(
        "duties",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
    )
    # A program that does not know the tables works alone, and one machine has no use for them.
    state_oldest_program(op.get_bind(), revision, "0.1.0")
