"""What is remembered of webhooks' triggers, and the way to the newest task of a key."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import state_oldest_program

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "triggers",
        sa.Column("webhook", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("room", sa.Float()),
        sa.Column("room_at", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("paused_at", sa.Text()),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("webhook", "trigger"),
    )
    keyed = sa.text("concurrency_key IS NOT NULL")
    op.create_index(
        "tasks_by_key_and_age", "tasks", ["concurrency_key", "task_id"], sqlite_where=keyed, postgresql_where=keyed
    )
    # Programs of former forms never look at either, and lose nothing by it.
    state_oldest_program(op.get_bind(), revision, "0.1.0")
