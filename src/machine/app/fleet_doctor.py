"""`machine doctor --fleet`: asks the database of all machines. Nothing is made or changed there."""

import asyncio

from machine.app import checks
from machine.app.fleet_checks import fleet
from machine.app.redis_check import redis
from machine.domain.errors import MachineError
from machine.domain.finding import Finding
from machine.domain.version import VERSION
from machine.engine.machines import REMEMBERED
from machine.settings import Settings
from machine.store.clock import database_now
from machine.store.database import Database
from machine.store.health import report, revision_of
from machine.store.machines import SqlMachineStore
from machine.store.opening import REVISIONS, open_database


async def examine(settings: Settings) -> list[Finding]:
    """The database, Redis as it is reached from here, and what the machines have said of themselves."""
    if not settings.in_fleet:
        hint = "Several share the work when all have the same DATABASE_URL, of a PostgreSQL: docs/operating.md."
        return [Finding("fleet", "warning", "this machine works alone: its data is in SQLite", hint)]
    try:
        found = await _examine_database(settings)
    except MachineError as error:
        found = [Finding("database", "problem", error.message, error.hint)]
    return [*found, *await asyncio.to_thread(checks.guarded, redis, settings)]


async def _examine_database(settings: Settings) -> list[Finding]:
    """Raises MachineError."""
    revision = await asyncio.to_thread(revision_of, settings.database)
    if revision is None:
        return [Finding("database", "warning", "there is none yet", "`machine serve` makes it.")]
    if revision in REVISIONS[:-1]:  # opening it would migrate it
        hint = "Ask the program that the machines run, or upgrade them: the first one that starts migrates it."
        return [Finding("database", "problem", f"has the form {revision}, this program wants {REVISIONS[-1]}", hint)]
    database = await open_database(settings.database, VERSION, on_committed=lambda _events: None)
    try:
        return await _ask(database, settings)
    finally:
        await database.close()


async def _ask(database: Database, settings: Settings) -> list[Finding]:
    store = SqlMachineStore(database, lease_seconds=settings.lease_seconds)
    now, tasks = await database.read(database_now), await store.tasks_there()
    machines = await store.list(seen_since=now - REMEMBERED, also=tasks)
    return [checks.database(await report(database)), *fleet(machines, tasks, now)]
