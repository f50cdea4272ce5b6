"""How far schedules have come, and what became of their last times."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import state_oldest_program

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "schedule_states",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
    )
    op.create_table(
        "schedule_runs",
        sa.Column("run_id", sa.Text(), primary_key=True),
        sa.Column("schedule", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text()),
        sa.Column("by", sa.Text()),
    )
    op.create_index("schedule_runs_by_schedule", "schedule_runs", ["schedule", "run_id"])
    # No program was released before it.
    state_oldest_program(op.get_bind(), revision, "0.1.0")
