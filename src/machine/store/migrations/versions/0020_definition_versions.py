"""Versions of definitions, and with which of them a task has begun."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import BIG, state_oldest_program

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "definition_versions",
        sa.Column("version", BIG, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("machine_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sqlite_autoincrement=True,
    )
    op.create_index("definition_versions_by_name", "definition_versions", ["kind", "name", "version"])
    op.add_column("tasks", sa.Column("definitions_version", BIG))
    # A program that does not know them goes by its own files, and begins its tasks without a version.
    state_oldest_program(op.get_bind(), revision, "0.1.0")
