"""What the database says of its own health."""

from typing import Any

from sqlalchemy import Connection

from machine.store.database import Database


async def report(database: Database) -> dict[str, Any]:
    """`{"file", "bytes", "check", "revision"}`; `check` is "ok" or SQLite's own words. Raises StoreError."""
    found = await database.read(_report)
    return {"file": str(database.path), **found}


def _report(connection: Connection) -> dict[str, Any]:
    def one(sql: str) -> Any:
        return connection.exec_driver_sql(sql).scalar_one()

    return {
        "bytes": one("PRAGMA page_count") * one("PRAGMA page_size"),
        "check": one("PRAGMA quick_check(1)"),
        "revision": one("SELECT version_num FROM alembic_version"),
    }
