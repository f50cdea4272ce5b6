"""The audit log. Triggers in the database refuse to change or delete what was written."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, func, insert, select
from sqlalchemy.engine import Connection

from machine.domain.audit import AuditEntry
from machine.ports import AuditFilter, AuditPage
from machine.store.database import Database
from machine.store.listing import cursor_of, id_in
from machine.store.people_tables import audit, audit_outcomes
from machine.store.small_tables import all_rows
from machine.store.writer import Recorder

_CURSOR_KIND: Final = "audit"
_QUERY: Final = select(audit, audit_outcomes.c.status, audit_outcomes.c.made_id).outerjoin(audit_outcomes)


def _distinct() -> Select[tuple[str]]:
    """Each action once: one look into the index for each, however many entries there are of it."""
    found = select(func.min(audit.c.action).label("action")).cte("found", recursive=True)
    after = select(func.min(audit.c.action)).where(audit.c.action > found.c.action).scalar_subquery()
    found = found.union_all(select(after).where(found.c.action.is_not(None)))
    return select(found.c.action).where(found.c.action.is_not(None))


class SqlAuditStore:
    """The port `AuditStore`, which says what each method promises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, entry: AuditEntry) -> None:
        def write(connection: Connection, _recorder: Recorder) -> None:
            connection.execute(insert(audit).values(entry.model_dump(exclude={"status", "made_id"})))

        await self._database.write(write)

    async def ended(self, audit_id: str, *, at: datetime, status: int, made_id: str) -> None:
        values = {"audit_id": audit_id, "at": at, "status": status, "made_id": made_id}

        def write(connection: Connection, _recorder: Recorder) -> None:
            connection.execute(insert(audit_outcomes).values(values))

        await self._database.write(write)

    async def list(self, which: AuditFilter, *, limit: int, cursor: str | None = None) -> AuditPage:
        where: list[ColumnElement[bool]] = []
        if cursor is not None:
            where.append(audit.c.audit_id < id_in(cursor, _CURSOR_KIND))
        if which.user_id is not None:
            where.append(audit.c.user_id == which.user_id)
        if which.action is not None:
            where.append(audit.c.action == which.action)
        if which.since is not None:
            where.append(audit.c.at >= which.since)
        query = _QUERY.where(*where).order_by(audit.c.audit_id.desc()).limit(limit + 1)
        rows = await all_rows(self._database, query)
        items = tuple(AuditEntry.model_validate({**row, "made_id": row["made_id"] or ""}) for row in rows[:limit])
        return AuditPage(
            items=items, next_cursor=cursor_of(items[-1].audit_id, _CURSOR_KIND) if len(rows) > limit else None
        )

    async def actions(self) -> tuple[str, ...]:
        rows = await all_rows(self._database, _distinct())
        return tuple(row["action"] for row in rows)
