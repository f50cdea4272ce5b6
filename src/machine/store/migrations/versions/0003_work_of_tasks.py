"""Tasks name their code, the key that keeps them apart, and whether their agent is still to be found."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import state_oldest_program

revision = "0003"
down_revision = "0002"

_QUEUE = (
    *("status", "lane", "front", "priority", "task_id", "user_id", "assigned_agent", "conversation_id"),
    *("parked_until", "concurrency_key", "awaits_routing"),
)


def upgrade() -> None:
    op.add_column("tasks", sa.Column("concurrency_key", sa.Text()))
    op.add_column("tasks", sa.Column("awaits_routing", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("tasks", sa.Column("code", sa.Text()))
    op.drop_index("tasks_queue", "tasks")
    queued = sa.text("status = 'queued'")
    op.create_index("tasks_queue", "tasks", list(_QUEUE), sqlite_where=queued, postgresql_where=queued)
    keyed = sa.text("concurrency_key IS NOT NULL")
    op.create_index(
        "tasks_by_concurrency_key",
        "tasks",
        ["concurrency_key", "status"],
        sqlite_where=keyed,
        postgresql_where=keyed,
    )
    # No program was released before it.
    state_oldest_program(op.get_bind(), revision, "0.1.0")
