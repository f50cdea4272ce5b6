"""The revision after the newest: it expands what there is, and takes nothing away."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import state_oldest_program
from machine.store.opening import REVISIONS

revision = "9001"
down_revision = next(known for known in reversed(REVISIONS) if known != revision)


def upgrade() -> None:
    op.add_column("tasks", sa.Column("mood", sa.Text(), nullable=False, server_default="calm"))
    op.create_table("moods", sa.Column("mood", sa.Text(), primary_key=True))
    state_oldest_program(op.get_bind(), revision, "0.1.0")
