"""What every small table needs: add, first, all, set, set once."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, RowMapping, Select, Table, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from machine.domain.errors import Conflict, NotFound, StoreError
from machine.store.database import Database
from machine.store.people_tables import users
from machine.store.writer import Recorder

_log = logging.getLogger(__name__)


async def add_for_user(database: Database, table: Table, values: Mapping[str, Any]) -> None:
    """Insert what belongs to a user. Raises NotFound for an unknown user, Conflict for what is taken."""

    def write(connection: Connection, _recorder: Recorder) -> None:
        user_id = values["user_id"]
        if connection.execute(select(users.c.user_id).where(users.c.user_id == user_id)).first() is None:
            raise NotFound(f"There is no user {user_id}.", hint="List the users to see which there are.")
        try:
            connection.execute(insert(table).values(values))
        except IntegrityError as error:
            raise Conflict(f"That is in {table.name} already.", hint="Make a new one.") from error

    await database.write(write)


async def first_row(database: Database, query: Select[Any]) -> RowMapping | None:
    return await database.read(lambda connection: connection.execute(query).mappings().first())


async def all_rows(database: Database, query: Select[Any]) -> Sequence[RowMapping]:
    return await database.read(lambda connection: connection.execute(query).mappings().all())


async def note_moment(database: Database, key: Column[str], of: str, moment: Column[datetime], at: datetime) -> None:
    """Set a moment of the row whose `key` is `of`, if there is one and the disk takes it: nothing depends on it."""

    def write(connection: Connection, _recorder: Recorder) -> None:
        connection.execute(update(key.table).where(key == of).values({moment: at}))

    try:
        await database.write(write)
    except StoreError as error:
        _log.warning("could not note when %s was last seen: %s", of, error.message)


async def set_moment_once(
    database: Database, key: Column[str], of: str, moment: Column[datetime], at: datetime
) -> None:
    """Set a moment that is not set yet; one that is stays. Raises NotFound when there is no such row."""

    def write(connection: Connection, _recorder: Recorder) -> None:
        if connection.execute(select(key).where(key == of)).first() is None:
            raise NotFound(f"There is no {of}.", hint="List them to see which there are.")
        connection.execute(update(key.table).where(key == of, moment.is_(None)).values({moment: at}))

    await database.write(write)
