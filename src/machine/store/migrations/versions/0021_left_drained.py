"""Whether a machine was drained when it was last there."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import state_oldest_program

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("machines", sa.Column("left_drained", sa.Boolean(), nullable=False, server_default=sa.false()))
    # A program that does not know the column lets a drained machine come back ready.
    state_oldest_program(op.get_bind(), revision, "0.1.0")
