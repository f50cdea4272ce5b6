"""The machines of a fleet, with their leases; the queue knows where each task was."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import state_oldest_program

revision = "0015"
down_revision = "0014"

_QUEUE = (
    *("status", "lane", "front", "priority", "task_id", "user_id", "assigned_agent", "conversation_id"),
    *("parked_until", "concurrency_key", "awaits_routing", "machine_id"),
)


def upgrade() -> None:
    op.create_table(
        "machines",
        sa.Column("machine_id", sa.Text(), primary_key=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.Text(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("load", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('ready', 'draining', 'lost', 'gone')", name="machines_state"),
    )
    queued = sa.text("status = 'queued'")
    op.drop_index("tasks_queue", table_name="tasks")
    op.create_index("tasks_queue", "tasks", [*_QUEUE], sqlite_where=queued, postgresql_where=queued)
    # A program that does not know the table claims without looking at it: as one machine does.
    state_oldest_program(op.get_bind(), revision, "0.1.0")
