"""`SqlNotes`: the port `Notes`, in the table in which the machine keeps what it knows of itself."""

from collections.abc import Mapping, Sequence

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from machine.store.database import Database
from machine.store.small_tables import all_rows, first_row
from machine.store.tables import machine_meta
from machine.store.writer import Recorder

_PREFIX = "note "
"""The table holds other things, too, which are nobody's to write over."""


class SqlNotes:
    """`machine.ports.Notes` says what each method promises."""

    def __init__(self, database: Database, *, of: str | None = None) -> None:
        """`of`: the machine whose notes they are, where several share the database."""
        self._database = database
        self._prefix = _PREFIX if of is None else f"{_PREFIX}of {of}: "

    async def get(self, name: str) -> str | None:
        row = await first_row(
            self._database, select(machine_meta.c.value).where(machine_meta.c.key == self._prefix + name)
        )
        return None if row is None else str(row["value"])

    async def several(self, names: Sequence[str]) -> Mapping[str, str]:
        keys = {self._prefix + name: name for name in names}
        if not keys:
            return {}
        query = select(machine_meta.c.key, machine_meta.c.value).where(machine_meta.c.key.in_(keys))
        return {keys[row["key"]]: str(row["value"]) for row in await all_rows(self._database, query)}

    async def put(self, name: str, text: str) -> None:
        known = update(machine_meta).where(machine_meta.c.key == self._prefix + name).values(value=text)
        new = insert(machine_meta).values(key=self._prefix + name, value=text)

        def write(connection: Connection, _recorder: Recorder) -> None:
            if connection.execute(known).rowcount == 0:
                connection.execute(new)

        await self._database.write(write)

    async def replace(self, name: str, old: str | None, new: str) -> bool:
        at = machine_meta.c.key == self._prefix + name

        def write(connection: Connection, _recorder: Recorder) -> bool:
            if connection.execute(select(machine_meta.c.value).where(at)).scalar_one_or_none() != old:
                return False
            if old is None:
                connection.execute(insert(machine_meta).values(key=self._prefix + name, value=new))
            else:
                connection.execute(update(machine_meta).where(at).values(value=new))
            return True

        return await self._database.write(write)

    async def settle(self, name: str, text: str) -> str:
        key = self._prefix + name

        def write(connection: Connection, _recorder: Recorder) -> str:
            found = connection.execute(
                select(machine_meta.c.value).where(machine_meta.c.key == key)
            ).scalar_one_or_none()
            if found is None:
                connection.execute(insert(machine_meta).values(key=key, value=text))
            return text if found is None else str(found)

        return await self._database.write(write)
