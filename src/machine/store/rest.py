"""What is left in small tables when its time is over: rows that nothing goes by any more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, ColumnElement, and_, delete, exists, false, or_, select
from sqlalchemy.engine import Connection

from machine.domain.day_budget import day_of
from machine.domain.machine import MachineState
from machine.domain.task import NEXT
from machine.store.budget_tables import day_costs
from machine.store.chat_tables import conversations
from machine.store.database import Database
from machine.store.definition_table import definition_versions
from machine.store.machine_table import machines
from machine.store.people_tables import invitations, logins, tokens
from machine.store.tables import machine_meta, sessions, tasks
from machine.store.writer import Recorder

_OPEN: Final = tasks.c.status.in_([status.value for status, after in NEXT.items() if after])
_ABSENT: Final = machines.c.state.in_([MachineState.LOST.value, MachineState.GONE.value])


class _Kind(NamedTuple):
    """Rows of one table, by a column of its key."""

    key: Column[Any]
    is_over: ColumnElement[bool]


async def drop_rest(database: Database, before: datetime, *, most: int) -> bool:
    """See `PastStore.drop_rest`."""
    kinds = _kinds(before)

    def read(connection: Connection) -> list[Sequence[Any]]:
        looks = (select(key).where(is_over).distinct().order_by(key).limit(most) for key, is_over in kinds)
        return [connection.execute(look).scalars().all() for look in looks]

    # Looked for before, and not in the transaction: who writes holds up all others.
    found = await database.read(read)

    def write(connection: Connection, _recorder: Recorder) -> None:
        for kind, values in zip(kinds, found, strict=True):
            if values:
                _drop(connection, kind, values)

    if any(found):
        await database.write(write)
    return all(len(values) < most for values in found)


def _drop(connection: Connection, kind: _Kind, values: Sequence[Any]) -> None:
    gone = delete(kind.key.table).where(kind.key.in_(values), kind.is_over).returning(kind.key)
    dropped = connection.execute(gone).scalars().all()
    if kind.key is machines.c.machine_id:
        for machine_id in dropped:
            own = machine_meta.c.key.startswith(f"note of {machine_id}: ", autoescape=True)
            words = machine_meta.c.key.endswith(f" of {machine_id}", autoescape=True)
            about = and_(machine_meta.c.key.startswith("note "), words)
            connection.execute(delete(machine_meta).where(or_(own, about)))


def _kinds(before: datetime) -> list[_Kind]:
    def passed(*moments: Column[datetime]) -> ColumnElement[bool]:
        return or_(*(moment < before for moment in moments))

    of_session = exists().where(tasks.c.session_id == sessions.c.session_id)
    of_conversation = exists().where(tasks.c.conversation_id == conversations.c.conversation_id)
    return [
        _Kind(sessions.c.session_id, and_(passed(sessions.c.connected_at), ~of_session)),
        _Kind(logins.c.login_id, passed(logins.c.ended_at, logins.c.expires_at)),
        _Kind(tokens.c.token_id, passed(tokens.c.revoked_at, tokens.c.expires_at)),
        _Kind(
            invitations.c.invitation_id,
            passed(invitations.c.used_at, invitations.c.revoked_at, invitations.c.expires_at),
        ),
        _Kind(conversations.c.conversation_id, ~of_conversation),
        _Kind(day_costs.c.day, day_costs.c.day < day_of(before)),
        _Kind(machines.c.machine_id, and_(_ABSENT, passed(machines.c.seen_at), _has_nothing())),
        _Kind(definition_versions.c.version, _is_of_a_deleted_definition(before)),
    ]


def _has_nothing() -> ColumnElement[bool]:
    """Who was drained is still drained when it comes back, so its row stays."""
    # Concatenated, so that the database goes by the status, and not through all that ever ran there.
    has_tasks = exists().where(_OPEN, tasks.c.machine_id.concat("") == machines.c.machine_id)
    return and_(machines.c.left_drained == false(), ~has_tasks)


def _is_of_a_deleted_definition(before: datetime) -> ColumnElement[bool]:
    """All but the version that says so, which who was away for long must learn, and what open tasks go by."""
    end, later = definition_versions.alias("end_version"), definition_versions.alias("later_version")
    superseded = exists().where(later.c.kind == end.c.kind, later.c.name == end.c.name, later.c.version > end.c.version)
    pinned = exists().where(_OPEN, tasks.c.definitions_version < end.c.version)
    of_it = (end.c.kind == definition_versions.c.kind, end.c.name == definition_versions.c.name)
    over = (end.c.version > definition_versions.c.version, end.c.content_hash == "", end.c.created_at < before)
    return exists().where(*of_it, *over, ~superseded, ~pinned)
