"""Tasks that wait for their agent are found at once, and costs are added up from an index alone."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import state_oldest_program

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    awaiting = sa.text("awaits_routing")
    op.create_index(
        "tasks_awaiting_routing",
        "tasks",
        ["status", "awaits_routing", "task_id"],
        sqlite_where=awaiting,
        postgresql_where=awaiting,
    )
    op.create_index(
        "tasks_costs",
        "tasks",
        [
            *("created_at", "cost_kind", "user_id", "assigned_agent", "source"),
            *("cost_usd", "input_tokens", "output_tokens"),
        ],
    )
    # No program was released before it.
    state_oldest_program(op.get_bind(), revision, "0.1.0")
