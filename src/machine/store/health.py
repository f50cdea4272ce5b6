"""What the database says of its own health."""

from typing import Any

from sqlalchemy import Connection

from machine.store.database import Database


async def report(database: Database) -> dict[str, Any]:
    """`{"name", "engine", "bytes", "check", "revision"}`; `check` is "ok" or what is wrong. Raises StoreError."""

    def read(connection: Connection) -> dict[str, Any]:
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
        return {**database.backend.report(connection), "revision": revision}

    return {"name": database.backend.name, **await database.read(read)}
