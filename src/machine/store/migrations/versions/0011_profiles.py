"""Tasks say how much they may do: their profile, and the rights with which the wish came."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import is_postgresql, state_oldest_program

revision = "0011"
down_revision = "0010"

_PROFILE_ON_SQLITE = "json_extract(source_metadata, '$.profile')"


def upgrade() -> None:
    op.add_column("tasks", sa.Column("profile", sa.Text(), nullable=False, server_default=sa.text("'standard'")))
    by_json = "CAST(source_metadata AS json) ->> 'profile'" if is_postgresql() else _PROFILE_ON_SQLITE
    op.execute(f"UPDATE tasks SET profile = 'untrusted' WHERE {by_json} = 'untrusted'")  # noqa: S608 - all of it is ours
    least = sa.text("""'{"role": "member", "scope": "tasks"}'""")
    op.add_column("tasks", sa.Column("rights", sa.Text(), nullable=False, server_default=least))
    # No program was released before it.
    state_oldest_program(op.get_bind(), revision, "0.1.0")
