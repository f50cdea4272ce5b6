"""The tables, but for those of replies, notifications, chats, people and the audit log.

`migrations/` makes them; a test compares the two.
"""

from enum import StrEnum
from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    false,
    text,
)

from machine.domain.approval import ApprovalStatus
from machine.domain.task import TaskStatus
from machine.store.budget_tables import budget_passes as budget_passes
from machine.store.budget_tables import day_budgets as day_budgets
from machine.store.budget_tables import day_costs as day_costs
from machine.store.command_tables import commands as commands
from machine.store.command_tables import duties as duties
from machine.store.definition_table import definition_versions as definition_versions
from machine.store.machine_table import machines as machines
from machine.store.snapshot_table import snapshots as snapshots
from machine.store.types import BIG, Json, Moment, Words
from machine.store.webhook_tables import deliveries as deliveries
from machine.store.webhook_tables import metadata as metadata
from machine.store.webhook_tables import triggers as triggers


def one_of(column: str, values: type[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(value.value) for value in values)})"


_GROUP: Final = ("lane", "front", "priority", "user_id", "assigned_agent", "machine_id")
_WAITS: Final = "status = 'queued' AND NOT awaits_routing AND parked_until"


def _partial(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


tasks: Final = Table(
    "tasks",
    metadata,
    Column("task_id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("status_at", Moment, nullable=False),
    Column("last_seq", Integer, nullable=False, server_default=text("0")),
    Column("user_id", Text, nullable=False),
    Column("machine_id", Text, nullable=False),
    Column("session_id", Text),
    Column("source", Text, nullable=False),
    Column("assigned_agent", Text, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("claude_session_id", Text, nullable=False),
    Column("parent_task_id", Text),
    Column("workspace", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("front", Boolean, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("losses", Integer, nullable=False),
    Column("is_interactive", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("completed_at", Moment),
    Column("duration_seconds", Float, nullable=False),
    Column("input_tokens", BIG, nullable=False),
    Column("output_tokens", BIG, nullable=False),
    Column("cache_read_tokens", BIG, nullable=False),
    Column("cache_creation_tokens", BIG, nullable=False),
    Column("cost_usd", Float, nullable=False),
    Column("estimated", Boolean, nullable=False),
    Column("cost_kind", Text, nullable=False),
    Column("waiting_reason", Text),
    Column("queue_reason", Text),
    Column("parked_until", Moment),
    Column("concurrency_key", Text),
    Column("definitions_version", BIG),
    Column("awaits_routing", Boolean, nullable=False, server_default=false()),
    Column("profile", Text, nullable=False, server_default=text("'standard'")),
    Column("rights", Json, nullable=False, server_default=text("""'{"role": "member", "scope": "tasks"}'""")),
    Column("limits", Json, nullable=False),
    Column("code", Json),
    Column("changes", Json),
    Column("routing", Json),
    Column("failure", Json),
    # Long texts stand last: what comes before them is read without them.
    Column("title", Words, nullable=False),
    Column("source_metadata", Json, nullable=False),
    Column("result", Words),
    Column("input_message", Words, nullable=False),
    CheckConstraint(one_of("status", TaskStatus), name="tasks_status"),
    Index("tasks_by_status", "status", "task_id"),
    Index("tasks_by_user", "user_id", "task_id"),
    Index("tasks_by_user_status", "user_id", "status", "task_id"),
    Index("tasks_by_agent", "assigned_agent", "task_id"),
    Index("tasks_by_agent_status", "assigned_agent", "status", "task_id"),
    Index("tasks_by_source", "source", "task_id"),
    Index("tasks_by_conversation", "conversation_id", "task_id"),
    Index("tasks_by_parent", "parent_task_id", "task_id"),
    Index("tasks_by_session", "session_id", "task_id"),
    Index("tasks_by_machine", "machine_id", "task_id"),
    _partial("tasks_by_concurrency_key", "concurrency_key", "status", where="concurrency_key IS NOT NULL"),
    _partial("tasks_by_key_and_age", "concurrency_key", "task_id", where="concurrency_key IS NOT NULL"),
    _partial("tasks_awaiting_routing", "status", "awaits_routing", "task_id", where="awaits_routing"),
    _partial("tasks_chats", "conversation_id", "task_id", "user_id", where="lane = 'chat'"),
    # The whole of a cost report: its sums never touch a task's row.
    Index(
        "tasks_costs",
        *("created_at", "cost_kind", "user_id", "assigned_agent", "source"),
        *("cost_usd", "input_tokens", "output_tokens"),
    ),
    # All that a claim looks at: see `next_task`. It leaps through the first two, from group to group.
    _partial("tasks_queue", *_GROUP, "task_id", "conversation_id", "concurrency_key", where=f"{_WAITS} IS NULL"),
    _partial("tasks_parked", *_GROUP, "parked_until", "task_id", where=f"{_WAITS} IS NOT NULL"),
    _partial("tasks_running", "machine_id", "lane", "assigned_agent", "user_id", where="status = 'running'"),
    _partial(
        "tasks_held_back",
        "queue_reason",
        where="status = 'queued' AND queue_reason IN ('not_logged_in', 'quota', 'budget')",
    ),
    _partial("tasks_busy", "conversation_id", where="status IN ('running', 'waiting_input')"),
    _partial(
        "tasks_parked_for_budget",
        *("user_id", "assigned_agent", "parked_until", "task_id"),
        where="status = 'queued' AND queue_reason = 'budget' AND parked_until IS NOT NULL",
    ),
)

events: Final = Table(
    "events",
    metadata,
    Column("task_id", Text, ForeignKey("tasks.task_id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("feed_seq", BIG),
    Column("type", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("task_id", "seq"),
)

feed: Final = Table(
    "feed",
    metadata,
    Column("feed_seq", BIG, primary_key=True, autoincrement=True),
    Column("task_id", Text),
    Column("seq", Integer),
    Column("user_id", Text),
    Column("type", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_autoincrement=True,  # a number that was pruned is never given again
)

inputs: Final = Table(
    "inputs",
    metadata,
    Column("position", BIG, primary_key=True, autoincrement=True),
    Column("input_id", Text, nullable=False, unique=True),
    Column("task_id", Text, ForeignKey("tasks.task_id"), nullable=False),
    Column("verbatim", Boolean, nullable=False),
    Column("sent", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("message", Words, nullable=False),
    Index("inputs_by_task", "task_id", "position"),
)

approvals: Final = Table(
    "approvals",
    metadata,
    Column("approval_id", Text, primary_key=True),
    Column("task_id", Text, ForeignKey("tasks.task_id"), nullable=False),
    Column("user_id", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("applied", Boolean, nullable=False),
    Column("requested_at", Moment, nullable=False),
    Column("answered_at", Moment),
    Column("answered_by", Text),
    Column("tool_name", Words, nullable=False),
    Column("tool_use_id", Words),
    Column("fingerprint", Text, nullable=False),
    Column("title", Words, nullable=False),
    Column("input", Json, nullable=False),
    Column("suggestions", Json, nullable=False),
    Column("answer", Json),
    CheckConstraint(one_of("status", ApprovalStatus), name="approvals_status"),
    Index("approvals_by_status", "status", "approval_id"),
    Index("approvals_by_task", "task_id", "approval_id"),
    Index("approvals_by_user", "user_id", "status", "approval_id"),
)

permission_rules: Final = Table(
    "permission_rules",
    metadata,
    Column("agent", Text, nullable=False),
    Column("rule", Words, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("added_at", Moment, nullable=False),
    PrimaryKeyConstraint("agent", "rule"),
)

sessions: Final = Table(
    "sessions",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.user_id"), nullable=False),
    Column("machine_id", Text, nullable=False),
    Column("connected_at", Moment, nullable=False),
    Column("disconnected_at", Moment),
    Index("sessions_by_user", "user_id", "session_id"),
)

schedule_states: Final = Table(
    "schedule_states",
    metadata,
    Column("name", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("since", Moment, nullable=False),
)

schedule_runs: Final = Table(
    "schedule_runs",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("schedule", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("why", Words, nullable=False),
    Column("task_id", Text),
    Column("by", Text),
    Index("schedule_runs_by_schedule", "schedule", "run_id"),
)

machine_meta: Final = Table(
    "machine_meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
