"""Indexes through which a claim leaps from group to group, whatever the length of the queue."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import state_oldest_program

revision = "0019"
down_revision = "0018"

_GROUP = ("lane", "front", "priority", "user_id", "assigned_agent", "machine_id")
_WAITS = "status = 'queued' AND NOT awaits_routing AND parked_until"


def upgrade() -> None:
    op.drop_index("tasks_queue", table_name="tasks")
    op.drop_index("tasks_parked_for_budget", table_name="tasks")
    _index("tasks_queue", *_GROUP, "task_id", "conversation_id", "concurrency_key", where=f"{_WAITS} IS NULL")
    _index("tasks_parked", *_GROUP, "parked_until", "task_id", where=f"{_WAITS} IS NOT NULL")
    budget = "status = 'queued' AND queue_reason = 'budget' AND parked_until IS NOT NULL"
    _index("tasks_parked_for_budget", "user_id", "assigned_agent", "parked_until", "task_id", where=budget)
    _index("tasks_running", "machine_id", "lane", "assigned_agent", "user_id", where="status = 'running'")
    _index("tasks_busy", "conversation_id", where="status IN ('running', 'waiting_input')")
    # A program that does not know the indexes works as it did, and a claim of it takes longer.
    state_oldest_program(op.get_bind(), revision, "0.1.0")


def _index(name: str, *columns: str, where: str) -> None:
    op.create_index(name, "tasks", [*columns], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
