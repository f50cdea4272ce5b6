"""What tasks have cost is kept when they are deleted."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import BIG, state_oldest_program

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    key = ("created_at", "cost_kind", "user_id", "assigned_agent", "source")
    op.create_table(
        "past_costs",
        *(sa.Column(name, sa.Text(), nullable=False) for name in key),
        sa.Column("tasks", sa.Integer(), nullable=False),
        sa.Column("cost_usd", sa.Float(), nullable=False),
        sa.Column("input_tokens", BIG, nullable=False),
        sa.Column("output_tokens", BIG, nullable=False),
        sa.PrimaryKeyConstraint(*key),
    )
    # A program that does not know the table reports the costs of tasks that are there, and deletes none.
    state_oldest_program(op.get_bind(), revision, "0.1.0")
