"""Deliveries of webhooks."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import state_oldest_program

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", sa.Text(), primary_key=True),
        sa.Column("webhook", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("provider_delivery_id", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("task_ids", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("happening", sa.Text()),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("webhook", "provider_delivery_id", name="deliveries_once"),
    )
    op.create_index("deliveries_by_webhook", "deliveries", ["webhook", "delivery_id"])
    op.create_index("deliveries_by_age", "deliveries", ["received_at"])
    # Programs of the first form never look at this table, and lose nothing by it.
    state_oldest_program(op.get_bind(), revision, "0.1.0")
