"""What is held back is counted from an index of its own, and numbers of commands have 64 bits."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import is_postgresql, state_oldest_program

revision = "0023"
down_revision = "0021"

_HELD_BACK = "status = 'queued' AND queue_reason IN ('not_logged_in', 'quota', 'budget')"


def upgrade() -> None:
    where = sa.text(_HELD_BACK)
    op.create_index("tasks_held_back", "tasks", ["queue_reason"], sqlite_where=where, postgresql_where=where)
    if is_postgresql():
        op.execute("ALTER TABLE commands ALTER COLUMN command_id TYPE bigint")
        op.execute("ALTER SEQUENCE commands_command_id_seq AS bigint")
    # A program that does not know the index counts as it did, and takes longer.
    state_oldest_program(op.get_bind(), revision, "0.1.0")
