"""What machines say of themselves, and how far their clocks are off; a fleet's tasks by machine."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import state_oldest_program

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("machines", sa.Column("facts", sa.Text(), nullable=False, server_default=sa.text("'{}'")))
    op.add_column("machines", sa.Column("clock_offset_seconds", sa.Float()))
    op.create_index("tasks_by_machine", "tasks", ["machine_id", "task_id"])
    # A program that does not know the columns says nothing of itself, and leaves what was said before.
    state_oldest_program(op.get_bind(), revision, "0.1.0")
