"""Versions of what conversations take along to other machines."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import state_oldest_program

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "snapshots",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("machine_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "version"),
    )
    # A program that does not know the table moves nothing, and goes on with the copies it has.
    state_oldest_program(op.get_bind(), revision, "0.1.0")
