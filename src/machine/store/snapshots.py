"""Versions of what conversations take along: which is the newest, and who made it."""

from typing import Final

from sqlalchemy import RowMapping, Select, delete, exists, insert, select
from sqlalchemy.engine import Connection

from machine.domain.errors import Conflict
from machine.domain.snapshot import Snapshot
from machine.store.database import Database
from machine.store.small_tables import all_rows
from machine.store.snapshot_table import snapshots
from machine.store.tables import tasks
from machine.store.writer import Recorder

KEPT: Final = 2


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

    async def gone(self, *, limit: int) -> tuple[str, ...]:
        has_tasks = exists().where(tasks.c.conversation_id == snapshots.c.conversation_id)
        query = select(snapshots.c.conversation_id).where(~has_tasks).distinct().limit(limit)
        return tuple(str(row["conversation_id"]) for row in await all_rows(self._database, query))

    async def forget(self, conversation_id: str) -> None:
        def write(connection: Connection, _recorder: Recorder) -> None:
            connection.execute(delete(snapshots).where(snapshots.c.conversation_id == conversation_id))

        await self._database.write(write)


def _newest(conversation_id: str) -> Select[tuple[object, ...]]:
    query = select(snapshots).where(snapshots.c.conversation_id == conversation_id)
    return query.order_by(snapshots.c.version.desc()).limit(KEPT)


def _snapshot_of(row: RowMapping) -> Snapshot:
    return Snapshot.model_validate(dict(row))
