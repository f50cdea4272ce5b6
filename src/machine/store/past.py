"""What has ended: found when it rests, and deleted; what it cost stays, by quarters of an hour.

All time zones are whole quarters of an hour away from each other, so days can be added up for any of them.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import Column, Float, Integer, PrimaryKeyConstraint, Table, Text, delete, select, text
from sqlalchemy.engine import Connection

from machine.domain.task import NEXT, Task
from machine.ports import RestingPage
from machine.store.database import Database
from machine.store.reply_table import replies as replies  # belongs to tasks
from machine.store.rest import drop_rest
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
_NEXT: Final = "SELECT task_id, created_at FROM tasks WHERE task_id > :after ORDER BY task_id LIMIT :limit"
# Leaps from task to task: of those without events, which are most, none is looked at.
_NEXT_WITH_EVENTS: Final = """
    WITH RECURSIVE leap (task_id) AS (
      SELECT min(task_id) FROM events WHERE task_id > :after
      UNION ALL
      SELECT (SELECT min(task_id) FROM events WHERE events.task_id > leap.task_id) FROM leap
      WHERE leap.task_id IS NOT NULL
    )
    SELECT task_id, (SELECT created_at FROM tasks WHERE tasks.task_id = leap.task_id) AS created_at
    FROM leap WHERE task_id IS NOT NULL LIMIT :limit"""
_OLDEST: Final = "FROM events WHERE task_id = :task_id ORDER BY seq LIMIT :most"
_DROP_FEED: Final = f"DELETE FROM feed WHERE feed_seq IN (SELECT feed_seq {_OLDEST})"  # noqa: S608 - all of it is ours
_DROP_EVENTS: Final = f"DELETE FROM events WHERE task_id = :task_id AND seq IN (SELECT seq {_OLDEST})"  # noqa: S608 - the same
_QUARTER: Final = 900


class Past:
    """The port `PastStore`, which says what each method promises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def resting(self, before: datetime, *, after: str, limit: int, with_events: bool) -> RestingPage:
        old, following = moment_text(before), text(_NEXT_WITH_EVENTS if with_events else _NEXT)

        def read(connection: Connection) -> RestingPage:
            looked_at = connection.execute(following, {"after": after, "limit": limit}).all()
            found = [task_id for task_id, created_at in looked_at if created_at < old]
            query = tasks.select().where(tasks.c.task_id.in_(found), text(_RESTS)).order_by(tasks.c.task_id)
            rows = connection.execute(query, {"before": old}).mappings().all()
            # Ids sort by age: behind so many that are too young there are only younger ones.
            is_end = len(looked_at) < limit or not found
            return RestingPage(tasks=tuple(map(task_of, rows)), after="" if is_end else looked_at[-1].task_id)

        return await self._database.read(read)

    async def conversation_of(self, workspace: str, before: datetime) -> Task | None:
        in_it = "conversation_id = (SELECT conversation_id FROM tasks WHERE task_id = :workspace)"
        query = tasks.select().where(text(f"{in_it} AND {_RESTS}")).order_by(tasks.c.task_id.desc()).limit(1)
        values = {"before": moment_text(before), "workspace": workspace}
        row = await self._database.read(lambda connection: connection.execute(query, values).mappings().first())
        return None if row is None else task_of(row)

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

    async def drop_rest(self, before: datetime, *, most: int) -> bool:
        return await drop_rest(self._database, before, most=most)


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
