"""Connections of dashboards and clients, with what their tasks cost."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.engine import Connection

from machine.domain.errors import NotFound
from machine.domain.session import Session
from machine.domain.task import NEXT
from machine.store.database import Database
from machine.store.small_tables import add_for_user, set_moment_once
from machine.store.tables import sessions, tasks

MOST_LISTED: Final = 1_000
"""Sessions in one answer: the newest of them."""

_OPEN: Final = tuple(status.value for status, after in NEXT.items() if after)
_COST: Final = (
    select(func.coalesce(func.sum(tasks.c.cost_usd), 0.0))
    .where(tasks.c.session_id == sessions.c.session_id)
    .scalar_subquery()
)
_QUERY: Final = select(sessions, _COST.label("total_cost_usd"))


class Sessions:
    """Each connection's tasks are those that carry its `session_id`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, session: Session) -> None:
        """Raises NotFound for an unknown user, Conflict for an id that is taken."""
        values = session.model_dump(exclude={"total_cost_usd", "active_tasks"})
        await add_for_user(self._database, sessions, values)

    async def get(self, session_id: str) -> Session:
        query = _QUERY.where(sessions.c.session_id == session_id)
        found = await self._database.read(lambda connection: _read(connection, query))
        if not found:
            raise NotFound(f"There is no session {session_id}.", hint="Make a new one: POST /api/sessions.")
        return found[0]

    async def list(self, user_id: str | None = None) -> tuple[Session, ...]:
        """Oldest first, the newest 1,000 of them, those that ended too."""
        query = _QUERY.order_by(sessions.c.session_id.desc()).limit(MOST_LISTED)
        if user_id is not None:
            query = query.where(sessions.c.user_id == user_id)
        return tuple(reversed(await self._database.read(lambda connection: _read(connection, query))))

    async def end(self, session_id: str, at: datetime) -> None:
        """Raises NotFound. Ended once, it stays so."""
        await set_moment_once(self._database, sessions.c.session_id, session_id, sessions.c.disconnected_at, at)


def _read(connection: Connection, query: Select[Any]) -> list[Session]:
    rows = connection.execute(query).mappings().all()
    active: dict[str, list[str]] = {row["session_id"]: [] for row in rows}
    mine = select(tasks.c.session_id, tasks.c.task_id).where(
        tasks.c.session_id.in_(list(active)), tasks.c.status.in_(_OPEN)
    )
    for session_id, task_id in connection.execute(mine.order_by(tasks.c.task_id)):
        active[session_id].append(task_id)
    return [Session.model_validate({**row, "active_tasks": active[row["session_id"]]}) for row in rows]
