"""Tasks say what they have made of their code."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import state_oldest_program

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("tasks", sa.Column("changes", sa.Text()))
    # No program was released before it.
    state_oldest_program(op.get_bind(), revision, "0.1.0")
