"""Approvals, and the rules that "allow always" made."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from machine.domain.approval import Approval, ApprovalStatus
from machine.domain.clock import Clock
from machine.domain.errors import Conflict, NotFound
from machine.domain.events import ApprovalAnswered, TaskEvent
from machine.store.database import Database
from machine.store.event_log import append_events, encoded
from machine.store.rows import approval_of, approval_values
from machine.store.tables import approvals, permission_rules
from machine.store.writer import Recorder

MOST_LISTED: Final = 1_000
"""Approvals in one answer: the newest of them."""


def put_approvals(connection: Connection, new: Iterable[Approval]) -> None:
    """Insert approvals, or replace those that are there."""
    for approval in new:
        values = approval_values(approval)
        found = connection.execute(
            update(approvals).where(approvals.c.approval_id == approval.approval_id).values(values)
        )
        if found.rowcount == 0:
            connection.execute(insert(approvals).values(values))


def cancel_pending(connection: Connection, task_id: str, at: datetime) -> list[ApprovalAnswered]:
    """Cancel what still waits for an answer to an ended task; returns the events that tell it."""
    pending = select(approvals).where(
        approvals.c.task_id == task_id, approvals.c.status == ApprovalStatus.PENDING.value
    )
    told = []
    for row in connection.execute(pending.order_by(approvals.c.approval_id)).mappings().all():
        change = {"status": ApprovalStatus.CANCELLED, "answered_at": at}
        cancelled = approval_of(row).model_copy(update=change)
        put_approvals(connection, [cancelled])
        told.append(ApprovalAnswered(data=cancelled))
    return told


def check_pending(connection: Connection, approval_id: str) -> None:
    """Raises NotFound, and Conflict for one that is not pending any more."""
    stored = _get(connection, approval_id)
    if stored.status is not ApprovalStatus.PENDING:
        raise _changed(stored, ApprovalStatus.PENDING)


class Approvals:
    """What waits, or waited, for a person's answer."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, approval_id: str) -> Approval:
        return await self._database.read(lambda connection: _get(connection, approval_id))

    async def list(
        self, *, status: ApprovalStatus | None = None, task_id: str | None = None, user_id: str | None = None
    ) -> tuple[Approval, ...]:
        """Oldest first, the newest 1,000 of them."""
        wanted = {"status": status, "task_id": task_id, "user_id": user_id}
        where = [approvals.c[name] == value for name, value in wanted.items() if value is not None]
        query = select(approvals).where(*where).order_by(approvals.c.approval_id.desc()).limit(MOST_LISTED)
        rows = await self._database.read(lambda connection: connection.execute(query).mappings().all())
        return tuple(approval_of(row) for row in reversed(rows))

    async def save(self, old: Approval, new: Approval, events: Sequence[TaskEvent]) -> Approval:
        told = [encoded(event) for event in events]
        at = self._clock()
        statement = (
            update(approvals)
            .where(approvals.c.approval_id == old.approval_id, approvals.c.status == old.status.value)
            .values(approval_values(new))
        )

        def write(connection: Connection, recorder: Recorder) -> Approval:
            if connection.execute(statement).rowcount == 0:
                raise _changed(_get(connection, old.approval_id), old.status)
            append_events(connection, recorder, old.task_id, told, at)
            return _get(connection, old.approval_id)

        return await self._database.write(write)

    async def rules(self, agent: str) -> tuple[str, ...]:
        """In the order in which they were made."""
        query = select(permission_rules.c.rule).where(permission_rules.c.agent == agent)
        query = query.order_by(permission_rules.c.added_at, permission_rules.c.rule)
        return tuple(await self._database.read(lambda connection: connection.execute(query).scalars().all()))

    async def add_rules(self, agent: str, rules: Sequence[str], by: str, at: datetime) -> None:
        """Rules that are there already stay as they are."""
        of_agent = permission_rules.c.agent == agent

        def write(connection: Connection, _recorder: Recorder) -> None:
            known = set(connection.execute(select(permission_rules.c.rule).where(of_agent)).scalars())
            for rule in dict.fromkeys(rules):
                if rule not in known:
                    new = {"agent": agent, "rule": rule, "added_by": by, "added_at": at}
                    connection.execute(insert(permission_rules).values(new))

        await self._database.write(write)


def _get(connection: Connection, approval_id: str) -> Approval:
    row = connection.execute(select(approvals).where(approvals.c.approval_id == approval_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no approval {approval_id}.", hint="List the approvals to see which there are.")
    return approval_of(row)


def _changed(stored: Approval, expected: ApprovalStatus) -> Conflict:
    return Conflict(
        f"Approval {stored.approval_id} is {stored.status}, no longer {expected}.",
        hint="Reload it and look again; somebody else may have answered it.",
    )
