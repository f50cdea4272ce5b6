"""Tasks say how much they may do: their profile, and the rights with which the wish came."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import state_oldest_program

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("tasks", sa.Column("profile", sa.Text(), nullable=False, server_default=sa.text("'standard'")))
    op.execute("UPDATE tasks SET profile = 'untrusted' WHERE json_extract(source_metadata, '$.profile') = 'untrusted'")
    least = sa.text("""'{"role": "member", "scope": "tasks"}'""")
    op.add_column("tasks", sa.Column("rights", sa.Text(), nullable=False, server_default=least))
    # No program was released before it.
    state_oldest_program(op.get_bind(), revision, "0.1.0")
