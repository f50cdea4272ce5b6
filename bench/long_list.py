"""100,000 past tasks: the first page of the list."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlalchemy.engine import Connection

from bench.support.daemon import daemon, with_program
from bench.support.figures import Figure, Samples
from bench.support.programs import Program
from bench.support.tasks import past_task
from machine.domain.ids import new_id
from machine.domain.task import Task
from machine.domain.version import VERSION
from machine.store.opening import open_database
from machine.store.rows import task_values
from machine.store.tables import tasks
from machine.store.writer import Recorder

TASKS = 100_000
BATCH = 5_000


def run(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Beside the bare query, and the smallest request of the same server."""
    runs = 30 if quick else 200
    asyncio.run(fill(folder / "data" / "db" / "machine.db"))
    with daemon(folder, **with_program(Program(folder).path)) as machine:
        nothing = _milliseconds(runs, lambda: machine.request("GET", "/healthz"))
        first = _milliseconds(runs, lambda: machine.request("GET", "/api/tasks"))
        filtered = _milliseconds(runs, lambda: machine.request("GET", "/api/tasks?status=completed&agent=planning"))
    with closing(sqlite3.connect(folder / "data" / "db" / "machine.db")) as database:
        query = "SELECT * FROM tasks ORDER BY task_id DESC LIMIT 51"
        bare = _milliseconds(runs, lambda: database.execute(query).fetchall())
    name = f"GET /api/tasks, first page of {TASKS:,}"
    yield Figure(name, "ms", first, bare, "the bare query", aim=20, remark=f"GET /healthz: {nothing.median:.1f} ms")
    yield Figure("the same, by status and agent", "ms", filtered, bare, "the bare query", aim=20)


async def fill(path: Path) -> None:
    """`TASKS` completed ones like real ones in a new database at `path`, through the store's own writer."""
    path.parent.mkdir(parents=True, mode=0o700)
    database = await open_database(path, VERSION, on_committed=lambda _events: None)
    values = {**task_values(_task()), "last_seq": 0}
    for _ in range(TASKS // BATCH):
        ids = [new_id("task") for _ in range(BATCH)]
        rows = [{**values, "task_id": one, "conversation_id": one, "workspace": one} for one in ids]
        await database.write(partial(_insert, rows))
    await database.close()


def _insert(rows: list[dict[str, Any]], connection: Connection, _recorder: Recorder) -> None:
    connection.execute(insert(tasks), rows)


def _task() -> Task:
    return past_task(
        title="Fix the login page",
        input_message="The login page shows an empty box. Find out why and fix it. " * 10,
        result="It was a missing label, which is there now. " * 10,
    )


def _milliseconds(times: int, work: Callable[[], object]) -> Samples:
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        took.append((time.perf_counter() - begun) * 1000)
    return Samples.of(took)
