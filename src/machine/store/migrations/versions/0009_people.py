"""People with names and passwords, invitations, scopes of tokens, and the audit log."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import is_postgresql, state_oldest_program

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    _users_and_tokens()
    _invitations()
    _audit()
    # Programs of the first form know one user and tokens without bounds: what they write stays valid.
    state_oldest_program(op.get_bind(), revision, "0.1.0")


def _users_and_tokens() -> None:
    op.add_column("users", sa.Column("name_key", sa.Text(), nullable=False, server_default=sa.text("''")))
    for name in ("password", "disabled_at", "deleted_at"):
        op.add_column("users", sa.Column(name, sa.Text()))
    op.execute("UPDATE users SET name_key = lower(name)")
    living = sa.text("deleted_at IS NULL")
    op.create_index("users_by_name", "users", ["name_key"], unique=True, sqlite_where=living, postgresql_where=living)
    everything = sa.text("""'["admin"]'""")
    op.add_column("tokens", sa.Column("scopes", sa.Text(), nullable=False, server_default=everything))


def _invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("invitation_id", sa.Text(), primary_key=True),
        sa.Column("digest", sa.Text(), nullable=False, unique=True),
        sa.Column("name", sa.Text()),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), sa.ForeignKey("users.user_id"), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("used_at", sa.Text()),
        sa.Column("user_id", sa.Text(), sa.ForeignKey("users.user_id")),
        sa.Column("revoked_at", sa.Text()),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("audit_id", sa.Text(), primary_key=True),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
    )
    op.create_index("audit_by_user", "audit", ["user_id", "audit_id"])
    op.create_index("audit_by_action", "audit", ["action", "audit_id"])
    op.create_table(
        "audit_outcomes",
        sa.Column("audit_id", sa.Text(), sa.ForeignKey("audit.audit_id"), primary_key=True),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("made_id", sa.Text(), nullable=False),
    )
    for table in ("audit", "audit_outcomes"):
        for change in ("UPDATE", "DELETE"):
            refuse = _REFUSE_ON_POSTGRESQL if is_postgresql() else _REFUSE
            op.execute(f"CREATE TRIGGER {table}_refuses_{change.lower()} BEFORE {change} ON {table} {refuse}")
        if is_postgresql():
            op.execute(f"CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table} {_REFUSE_ALL}")


_REFUSE = "BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"
_REFUSE_ALL = "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('the audit log is only added to')"
_REFUSE_ON_POSTGRESQL = _REFUSE_ALL.replace("STATEMENT", "ROW")
