"""The first form of the database."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import BIG, is_postgresql, state_oldest_program

revision = "0001"
down_revision = None


def upgrade() -> None:
    _tasks()
    _approvals()
    _people()
    _machine()
    if is_postgresql():
        _batches()
        op.execute(_REFUSE)
    op.execute(_TRANSITIONS_ON_POSTGRESQL if is_postgresql() else _TRANSITIONS)
    state_oldest_program(op.get_bind(), revision, "0.1.0")


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("task_id", sa.Text(), primary_key=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_at", sa.Text(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("machine_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text()),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("assigned_agent", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("claude_session_id", sa.Text(), nullable=False),
        sa.Column("parent_task_id", sa.Text()),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("front", sa.Boolean(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("losses", sa.Integer(), nullable=False),
        sa.Column("is_interactive", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text()),
        sa.Column("completed_at", sa.Text()),
        sa.Column("duration_seconds", sa.Float(), nullable=False),
        sa.Column("input_tokens", BIG, nullable=False),
        sa.Column("output_tokens", BIG, nullable=False),
        sa.Column("cache_read_tokens", BIG, nullable=False),
        sa.Column("cache_creation_tokens", BIG, nullable=False),
        sa.Column("cost_usd", sa.Float(), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("cost_kind", sa.Text(), nullable=False),
        sa.Column("waiting_reason", sa.Text()),
        sa.Column("queue_reason", sa.Text()),
        sa.Column("parked_until", sa.Text()),
        sa.Column("limits", sa.Text(), nullable=False),
        sa.Column("routing", sa.Text()),
        sa.Column("failure", sa.Text()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source_metadata", sa.Text(), nullable=False),
        sa.Column("result", sa.Text()),
        sa.Column("input_message", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'waiting_input', 'completed', 'failed', 'cancelled')", name="tasks_status"
        ),
    )
    op.create_index("tasks_by_agent", "tasks", ["assigned_agent", "task_id"])
    op.create_index("tasks_by_agent_status", "tasks", ["assigned_agent", "status", "task_id"])
    op.create_index("tasks_by_conversation", "tasks", ["conversation_id", "task_id"])
    op.create_index("tasks_by_parent", "tasks", ["parent_task_id", "task_id"])
    op.create_index("tasks_by_session", "tasks", ["session_id", "task_id"])
    op.create_index("tasks_by_source", "tasks", ["source", "task_id"])
    op.create_index("tasks_by_status", "tasks", ["status", "task_id"])
    op.create_index("tasks_by_user", "tasks", ["user_id", "task_id"])
    op.create_index("tasks_by_user_status", "tasks", ["user_id", "status", "task_id"])
    op.create_index(
        "tasks_queue",
        "tasks",
        [
            "status",
            "lane",
            "front",
            "priority",
            "task_id",
            "user_id",
            "assigned_agent",
            "conversation_id",
            "parked_until",
        ],
        sqlite_where=sa.text("status = 'queued'"),
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_table(
        "events",
        sa.Column("task_id", sa.Text(), sa.ForeignKey("tasks.task_id"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("feed_seq", BIG),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", "seq"),
    )
    op.create_table(
        "feed",
        sa.Column("feed_seq", BIG, primary_key=True, autoincrement=True),
        sa.Column("task_id", sa.Text()),
        sa.Column("seq", sa.Integer()),
        sa.Column("user_id", sa.Text()),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "inputs",
        sa.Column("position", BIG, primary_key=True, autoincrement=True),
        sa.Column("input_id", sa.Text(), nullable=False, unique=True),
        sa.Column("task_id", sa.Text(), sa.ForeignKey("tasks.task_id"), nullable=False),
        sa.Column("verbatim", sa.Boolean(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
    )
    op.create_index("inputs_by_task", "inputs", ["task_id", "position"])


def _approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("approval_id", sa.Text(), primary_key=True),
        sa.Column("task_id", sa.Text(), sa.ForeignKey("tasks.task_id"), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("applied", sa.Boolean(), nullable=False),
        sa.Column("requested_at", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.Text()),
        sa.Column("answered_by", sa.Text()),
        sa.Column("tool_name", sa.Text(), nullable=False),
        sa.Column("tool_use_id", sa.Text()),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("input", sa.Text(), nullable=False),
        sa.Column("suggestions", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.CheckConstraint("status IN ('pending', 'answered', 'superseded', 'cancelled')", name="approvals_status"),
    )
    op.create_index("approvals_by_status", "approvals", ["status", "approval_id"])
    op.create_index("approvals_by_task", "approvals", ["task_id", "approval_id"])
    op.create_index("approvals_by_user", "approvals", ["user_id", "status", "approval_id"])
    op.create_table(
        "permission_rules",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "rule"),
    )


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("user_id", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
    )
    op.create_table(
        "links",
        sa.Column("digest", sa.Text(), primary_key=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("used_at", sa.Text()),
    )
    op.create_table(
        "logins",
        sa.Column("login_id", sa.Text(), primary_key=True),
        sa.Column("user_id", sa.Text(), sa.ForeignKey("users.user_id"), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, unique=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("last_seen_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text()),
        sa.Column("user_agent", sa.Text(), nullable=False),
    )
    op.create_index("logins_by_user", "logins", ["user_id", "login_id"])
    op.create_table(
        "tokens",
        sa.Column("token_id", sa.Text(), primary_key=True),
        sa.Column("user_id", sa.Text(), sa.ForeignKey("users.user_id"), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, unique=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text()),
        sa.Column("last_used_at", sa.Text()),
        sa.Column("revoked_at", sa.Text()),
    )
    op.create_index("tokens_by_user", "tokens", ["user_id", "token_id"])
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.Text(), primary_key=True),
        sa.Column("user_id", sa.Text(), sa.ForeignKey("users.user_id"), nullable=False),
        sa.Column("machine_id", sa.Text(), nullable=False),
        sa.Column("connected_at", sa.Text(), nullable=False),
        sa.Column("disconnected_at", sa.Text()),
    )
    op.create_index("sessions_by_user", "sessions", ["user_id", "session_id"])


def _machine() -> None:
    op.create_table(
        "machine_meta",
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )


def _batches() -> None:
    """Which batch each writer stored last: a commit over a line that breaks has no answer, and is looked up here."""
    op.create_table(
        "batches",
        sa.Column("writer", sa.Text(), primary_key=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


# As `transitions.transition_trigger` had it when this version was written; versions never change afterwards.
_TRANSITIONS = """\
CREATE TRIGGER tasks_transition BEFORE UPDATE OF status ON tasks
WHEN NOT (NEW.status = OLD.status
  OR (OLD.status = 'queued' AND NEW.status IN ('cancelled', 'failed', 'running'))
  OR (OLD.status = 'running' AND NEW.status IN ('cancelled', 'completed', 'failed', 'queued', 'waiting_input'))
  OR (OLD.status = 'waiting_input' AND NEW.status IN ('cancelled', 'completed', 'failed', 'queued', 'running')))
BEGIN SELECT RAISE(ABORT, 'illegal transition of a task'); END"""
_REFUSE = """\
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation';
END $$"""
_TRANSITIONS_ON_POSTGRESQL = """\
CREATE TRIGGER tasks_transition BEFORE UPDATE OF status ON tasks
FOR EACH ROW WHEN (NOT (NEW.status = OLD.status
  OR (OLD.status = 'queued' AND NEW.status IN ('cancelled', 'failed', 'running'))
  OR (OLD.status = 'running' AND NEW.status IN ('cancelled', 'completed', 'failed', 'queued', 'waiting_input'))
  OR (OLD.status = 'waiting_input' AND NEW.status IN ('cancelled', 'completed', 'failed', 'queued', 'running'))))
EXECUTE FUNCTION refuse_change('illegal transition of a task')"""
