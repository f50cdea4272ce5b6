"""What has ended: found when it rests, and deleted; what it cost stays, by quarters of an hour.

All time zones are whole quarters of an hour away from each other, so days can be added up for any of them.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, Float, Integer, PrimaryKeyConstraint, Select, Table, Text, delete, select, text
from sqlalchemy.engine import Connection

from machine.domain.task import NEXT, Task
from machine.store.database import Database
from machine.store.reply_table import replies as replies  # belongs to tasks
from machine.store.rows import task_of
from machine.store.tables import metadata, tasks
from machine.store.types import BIG, Moment, moment_text
from machine.store.writer import Recorder

past_costs: Final = Table(
    "past_costs",
    metadata,
    Column("created_at", Moment, nullable=False),
    Column("cost_kind", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("assigned_agent", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("tasks", Integer, nullable=False),
    Column("cost_usd", Float, nullable=False),
    Column("input_tokens", BIG, nullable=False),
    Column("output_tokens", BIG, nullable=False),
    PrimaryKeyConstraint("created_at", "cost_kind", "user_id", "assigned_agent", "source"),
)

_ENDED: Final = ", ".join(repr(status.value) for status, after in NEXT.items() if not after)
_RESTS: Final = (
    f"status IN ({_ENDED}) AND completed_at < :before AND NOT EXISTS (SELECT 1 FROM tasks AS other "  # noqa: S608 - all of it is ours
    "WHERE other.conversation_id = tasks.conversation_id "
    "AND (other.completed_at IS NULL OR other.completed_at >= :before))"
)
_HAS_EVENTS: Final = "AND EXISTS (SELECT 1 FROM events WHERE events.task_id = tasks.task_id)"
_OLDEST: Final = "FROM events WHERE task_id = :task_id ORDER BY seq LIMIT :most"
_DROP_FEED: Final = f"DELETE FROM feed WHERE feed_seq IN (SELECT feed_seq {_OLDEST})"  # noqa: S608 - all of it is ours
_DROP_EVENTS: Final = f"DELETE FROM events WHERE task_id = :task_id AND seq IN (SELECT seq {_OLDEST})"  # noqa: S608 - the same
_QUARTER: Final = 900


class Past:
    """The port `PastStore`, which says what each method promises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def resting(self, before: datetime, *, after: str, limit: int, with_events: bool) -> tuple[Task, ...]:
        where = f"task_id > :after AND {_RESTS} {_HAS_EVENTS if with_events else ''}"
        query = tasks.select().where(text(where)).order_by(tasks.c.task_id).limit(limit)
        return await self._tasks(query, {"before": moment_text(before), "after": after})

    async def conversation_of(self, workspace: str, before: datetime) -> Task | None:
        in_it = "conversation_id = (SELECT conversation_id FROM tasks WHERE task_id = :workspace)"
        query = tasks.select().where(text(f"{in_it} AND {_RESTS}")).order_by(tasks.c.task_id.desc()).limit(1)
        found = await self._tasks(query, {"before": moment_text(before), "workspace": workspace})
        return found[0] if found else None

    async def drop_events(self, task_id: str, *, most: int) -> int:
        values = {"task_id": task_id, "most": most}

        def write(connection: Connection, _recorder: Recorder) -> int:
            connection.execute(text(_DROP_FEED), values)
            return connection.execute(text(_DROP_EVENTS), values).rowcount

        return await self._database.write(write)

    async def drop_task(self, task_id: str, before: datetime) -> bool:
        def write(connection: Connection, _recorder: Recorder) -> bool:
            return _drop(connection, task_id, moment_text(before))

        return await self._database.write(write)

    async def _tasks(self, query: Select[Any], values: dict[str, Any]) -> tuple[Task, ...]:
        rows = await self._database.read(lambda connection: connection.execute(query, values).mappings().all())
        return tuple(task_of(row) for row in rows)


def _drop(connection: Connection, task_id: str, before: str) -> bool:
    query = select(tasks.c.created_at).where(tasks.c.task_id == task_id, text(_RESTS))
    created = connection.execute(query, {"before": before}).scalar_one_or_none()
    if created is None:
        return False
    quarter = datetime.fromtimestamp(created.timestamp() // _QUARTER * _QUARTER, tz=created.tzinfo)
    connection.execute(text(_KEEP_COST), {"task_id": task_id, "quarter": moment_text(quarter)})
    for column in _references():
        connection.execute(delete(column.table).where(column == task_id))
    connection.execute(delete(tasks).where(tasks.c.task_id == task_id))
    return True


def _references() -> list[Column[str]]:
    """The columns of all tables whose rows belong to a task: those of tables that come later as well."""
    tables = metadata.tables.values()
    return [key.parent for table in tables for key in table.foreign_keys if key.target_fullname == "tasks.task_id"]


_KEEP_COST: Final = (
    "INSERT INTO past_costs (created_at, cost_kind, user_id, assigned_agent, source, tasks, cost_usd, input_tokens, "
    "output_tokens) SELECT :quarter, cost_kind, user_id, assigned_agent, source, 1, cost_usd, input_tokens, "
    "output_tokens FROM tasks WHERE task_id = :task_id "
    "ON CONFLICT (created_at, cost_kind, user_id, assigned_agent, source) DO UPDATE SET tasks = past_costs.tasks + 1, "
    "cost_usd = past_costs.cost_usd + excluded.cost_usd, "
    "input_tokens = past_costs.input_tokens + excluded.input_tokens, "
    "output_tokens = past_costs.output_tokens + excluded.output_tokens"
)
