"""Versions of definitions: added one after the other, read by those who materialise them, kept within bounds."""

from typing import Any, Final

from sqlalchemy import RowMapping, Select, and_, delete, func, insert, select, update
from sqlalchemy.engine import Connection

from machine.domain.definition_version import SEALED, DefinitionVersion, NewVersion, SharedKind
from machine.domain.errors import Conflict
from machine.domain.task import NEXT
from machine.store.clock import NowOf, database_now
from machine.store.database import Database
from machine.store.definition_table import definition_versions
from machine.store.small_tables import all_rows, first_row
from machine.store.tables import tasks
from machine.store.writer import Recorder

KEPT: Final = 50
KEPT_BYTES: Final = 64 * 1024 * 1024
"""Of the versions of one definition, the newest of which always stays."""

_KNOWN: Final = definition_versions.c
_HEAD: Final = [column for column in _KNOWN if column is not _KNOWN.content]
_OPEN: Final = tuple(status.value for status, after in NEXT.items() if after)


class SqlDefinitionStore:
    """The port `DefinitionStore`, which says what each method promises."""

    def __init__(self, database: Database, *, now: NowOf = database_now) -> None:
        self._database = database
        self._now = now

    async def found(self, by: NewVersion) -> bool:
        def write(connection: Connection, _recorder: Recorder) -> bool:
            if connection.execute(select(_KNOWN.version).limit(1)).first() is not None:
                return False
            self._insert(connection, by)
            return True

        return await self._database.write(write)

    async def newest(self) -> int:
        row = await first_row(self._database, select(func.max(_KNOWN.version).label("newest")))
        return 0 if row is None else int(row["newest"] or 0)

    async def changed(self, after: int) -> tuple[DefinitionVersion, ...]:
        return await self._heads(_newest_of_each(_KNOWN.version > after))

    async def as_of(self, version: int) -> tuple[DefinitionVersion, ...]:
        return await self._heads(_newest_of_each(_KNOWN.version <= version))

    async def content(self, version: int) -> bytes | None:
        row = await first_row(self._database, select(_KNOWN.content).where(_KNOWN.version == version))
        return None if row is None or row["content"] is None else bytes(row["content"])

    async def last_two(self, kind: SharedKind, name: str) -> tuple[DefinitionVersion, ...]:
        query = select(*_HEAD).where(_of(kind, name)).order_by(_KNOWN.version.desc())
        newest = await self._heads(query.limit(1))
        if not newest:
            return ()
        there = query.where(_KNOWN.version < newest[0].version, _KNOWN.content_hash != "")
        return (*newest, *await self._heads(there.limit(1)))

    async def add(self, new: NewVersion, *, after: int | None) -> int:
        def write(connection: Connection, _recorder: Recorder) -> int:
            here = select(func.max(_KNOWN.version)).where(_of(new.kind, new.name))
            newest = connection.execute(here).scalar_one() or 0
            if after is not None and newest > after:
                raise Conflict(
                    f"The {new.kind} {new.name} was changed in this moment, through another machine.",
                    hint="Look at it as it is now, and do it again if it is still wanted.",
                )
            version = self._insert(connection, new)
            _prune(connection, new)
            return version

        return await self._database.write(write)

    async def pin(self, task_id: str, version: int) -> None:
        of_it = and_(tasks.c.task_id == task_id, tasks.c.definitions_version.is_(None))

        def write(connection: Connection, _recorder: Recorder) -> None:
            connection.execute(update(tasks).where(of_it).values(definitions_version=version))

        await self._database.write(write)

    def _insert(self, connection: Connection, new: NewVersion) -> int:
        values = {**dict(new), "kind": new.kind.value, "created_at": self._now(connection)}
        statement = insert(definition_versions).values(**values).returning(_KNOWN.version)
        return int(connection.execute(statement).scalar_one())

    async def _heads(self, query: Select[Any]) -> tuple[DefinitionVersion, ...]:
        return tuple(_version_of(row) for row in await all_rows(self._database, query))


def _of(kind: SharedKind, name: str) -> Any:
    return and_(_KNOWN.kind == kind.value, _KNOWN.name == name)


def _newest_of_each(condition: Any) -> Select[Any]:
    """Oldest first. What only newer programs know is theirs."""
    known = _KNOWN.kind.in_([kind.value for kind in SharedKind])
    newest = select(func.max(_KNOWN.version)).where(condition, known).group_by(_KNOWN.kind, _KNOWN.name)
    return select(*_HEAD).where(_KNOWN.version.in_(newest)).order_by(_KNOWN.version)


def _prune(connection: Connection, new: NewVersion) -> None:
    """Forget old versions, but those by which a task that has not ended goes. Secrets have no old versions."""
    size = func.length(_KNOWN.content).label("size")
    query = select(_KNOWN.version, size).where(_of(new.kind, new.name)).order_by(_KNOWN.version.desc())
    versions = connection.execute(query).mappings().all()
    most, total = (1 if new.kind in SEALED else KEPT), 0
    old = []
    for place, row in enumerate(versions):
        total += row["size"] or 0
        if place and (place >= most or total > KEPT_BYTES):
            old.append(place)
    if not old:
        return
    pinned = select(tasks.c.definitions_version).where(tasks.c.status.in_(_OPEN)).distinct()
    pins = [pin for pin in connection.execute(pinned).scalars() if pin is not None]
    gone = [
        versions[place]["version"]
        for place in old
        if new.kind in SEALED
        or not any(versions[place]["version"] <= pin < versions[place - 1]["version"] for pin in pins)
    ]
    connection.execute(delete(definition_versions).where(_KNOWN.version.in_(gone)))


def _version_of(row: RowMapping) -> DefinitionVersion:
    return DefinitionVersion.model_validate(dict(row))
