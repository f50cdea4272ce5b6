"""What the database says of its own health."""

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from machine.store.database import Database
from machine.store.opening import Place, backend_of


async def report(database: Database) -> dict[str, Any]:
    """`{"engine", "bytes", "check"?, "revision"}`; see `Backend.report`. Raises StoreError."""

    def read(connection: Connection) -> dict[str, Any]:
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
        size = database.backend.size_bytes(connection)
        return {**database.backend.report(connection), "bytes": size, "revision": revision}

    return await database.read(read)


async def size_of(database: Database) -> int:
    """In bytes. Raises StoreError."""
    return await database.read(database.backend.size_bytes)


def is_made(place: Place) -> bool:
    """Whether there is a database of this program at `place`, which stays as it is. Blocking. Raises StoreError."""
    return revision_of(place) is not None


def revision_of(place: Place) -> str | None:
    """The form of the database at `place`, which stays as it is; None: there is none. Blocking. Raises StoreError."""
    backend = backend_of(place)
    try:
        return backend.look().revision
    except DBAPIError as error:
        raise backend.explain(error) from error
