"""Versions of what conversations take along: which is the newest, and who made it."""

from typing import Final

from sqlalchemy import RowMapping, Select, delete, exists, insert, select, update
from sqlalchemy.engine import Connection

from machine.domain.errors import Conflict
from machine.domain.events import StartedData
from machine.domain.machine import NOWHERE
from machine.domain.snapshot import Snapshot, Turn
from machine.domain.task import Task, TaskStatus
from machine.store.database import Database
from machine.store.next_task import is_stored
from machine.store.small_tables import all_rows
from machine.store.snapshot_table import snapshots
from machine.store.tables import events, tasks
from machine.store.writer import Recorder

KEPT: Final = 2
_STARTED: Final = "task.started"
_CONTINUED: Final = "task.continued"
_BUSY: Final = (TaskStatus.RUNNING.value, TaskStatus.WAITING_INPUT.value)


class SqlSnapshotStore:
    """The port `SnapshotStore`, which says what each method promises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self, conversation_id: str) -> tuple[Snapshot, ...]:
        return tuple(_snapshot_of(row) for row in await all_rows(self._database, _newest(conversation_id)))

    async def add(self, snapshot: Snapshot) -> tuple[Snapshot, ...]:
        of = snapshots.c.conversation_id == snapshot.conversation_id

        def write(connection: Connection, _recorder: Recorder) -> tuple[Snapshot, ...]:
            there = connection.execute(_newest(snapshot.conversation_id)).mappings().first()
            if there is not None and there["version"] >= snapshot.version:
                raise Conflict(
                    f"The conversation {snapshot.conversation_id} has gone on, on {there['machine_id']}: what "
                    f"{snapshot.machine_id} has of it is older.",
                    hint="Nothing needs to be done: the newest version is fetched when the conversation goes on here.",
                )
            connection.execute(insert(snapshots).values(dict(snapshot)))
            kept = [_snapshot_of(row) for row in connection.execute(_newest(snapshot.conversation_id)).mappings()]
            connection.execute(delete(snapshots).where(of, snapshots.c.version < kept[-1].version))
            return tuple(kept)

        return await self._database.write(write)

    async def last_turn(self, task: Task) -> Turn | None:
        """A run that goes on after a wait begins a turn of its own in it."""
        others = select(tasks).where(tasks.c.conversation_id == task.conversation_id, tasks.c.task_id != task.task_id)
        others = others.where(tasks.c.started_at.is_not(None)).order_by(tasks.c.started_at.desc()).limit(1)

        def read(connection: Connection) -> Turn | None:
            if (turn := _turn_of(connection, task.task_id, before=task.last_seq)) is not None:
                return turn
            former = connection.execute(others).mappings().one_or_none()
            if former is None:
                return None
            return _turn_of(connection, former["task_id"], before=former["last_seq"] + 1)

        return await self._database.read(read)

    async def is_stored(self, task: Task) -> bool:
        return await self._database.read(lambda connection: is_stored(connection, task.task_id))

    async def let_go(self, snapshot: Snapshot, machine_id: str) -> int:
        of_it = tasks.c.conversation_id == snapshot.conversation_id
        queued = (of_it, tasks.c.status == TaskStatus.QUEUED.value, tasks.c.machine_id == machine_id)
        busy = select(tasks.c.task_id).where(of_it, tasks.c.status.in_(_BUSY)).limit(1)

        def write(connection: Connection, _recorder: Recorder) -> int:
            newest = connection.execute(_newest(snapshot.conversation_id)).mappings().first()
            if newest is None or _snapshot_of(newest) != snapshot or connection.execute(busy).first() is not None:
                return 0
            return connection.execute(update(tasks).where(*queued).values(machine_id=NOWHERE)).rowcount

        return await self._database.write(write)

    async def gone(self, *, limit: int) -> tuple[str, ...]:
        has_tasks = exists().where(tasks.c.conversation_id == snapshots.c.conversation_id)
        query = select(snapshots.c.conversation_id).where(~has_tasks).distinct().limit(limit)
        return tuple(str(row["conversation_id"]) for row in await all_rows(self._database, query))

    async def forget(self, conversation_id: str) -> None:
        def write(connection: Connection, _recorder: Recorder) -> None:
            connection.execute(delete(snapshots).where(snapshots.c.conversation_id == conversation_id))

        await self._database.write(write)


def _turn_of(connection: Connection, task_id: str, *, before: int) -> Turn | None:
    """The newest one that began before the event with that `seq`."""
    newest = select(events.c.type, events.c.at, events.c.body).where(events.c.task_id == task_id, events.c.seq < before)
    newest = newest.order_by(events.c.seq.desc()).limit(1)
    started = connection.execute(newest.where(events.c.type == _STARTED)).one_or_none()
    machine_id = None if started is None else StartedData.model_validate_json(started.body).machine_id
    if started is None or machine_id is None:
        return None
    began = connection.execute(newest.where(events.c.type.in_((_STARTED, _CONTINUED)))).one()
    return Turn(machine_id=machine_id, began_at=began.at)


def _newest(conversation_id: str) -> Select[tuple[object, ...]]:
    query = select(snapshots).where(snapshots.c.conversation_id == conversation_id)
    return query.order_by(snapshots.c.version.desc()).limit(KEPT)


def _snapshot_of(row: RowMapping) -> Snapshot:
    return Snapshot.model_validate(dict(row))
