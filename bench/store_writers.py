"""Writers side by side on one PostgreSQL: `python bench/store_writers.py postgresql://…` (an empty database).

Each process has a store of its own, as each machine of a fleet has; `1, 4, 10` of them append, then claim.
"""

import asyncio
import json
import multiprocessing
import os
import sys
import time
from datetime import UTC, datetime

from pydantic import SecretStr
from sqlalchemy import Connection

from bench.store_commits import LIMITS, PIECE, add_tasks
from machine.store.batches import Recorder
from machine.store.opening import open_database
from machine.store.task_store import SqlTaskStore

PROCESSES = (1, 4, 10)
SECONDS = 5.0
AT_ONCE = 20
QUEUED = 4_000


async def _work(url: str, what: str, number: int, begin_at: float) -> tuple[int, list[float]]:
    """How many were done in the time, and how many milliseconds each took."""
    database = await open_database(SecretStr(url), "0.1.0", on_committed=lambda _events: None)
    store = SqlTaskStore(database, machine_id=f"machine-{number:03}")
    tasks = await add_tasks(store, 20) if what == "appends" else []
    await asyncio.sleep(max(0.0, begin_at - time.time()))
    deadline, took = time.monotonic() + SECONDS, list[float]()

    async def caller(first: int) -> None:
        while time.monotonic() < deadline:
            begun = time.perf_counter()
            if what == "appends":
                await store.append(tasks[first % 20].task_id, [PIECE])
            elif await store.claim(LIMITS, datetime.now(UTC)) is None:
                return
            took.append((time.perf_counter() - begun) * 1000)

    # A machine has many outputs to store, and one loop that claims.
    await asyncio.gather(*(caller(first) for first in range(AT_ONCE if what == "appends" else 1)))
    await database.close()
    return len(took), took


def _process(url: str, what: str, number: int, begin_at: float, found: "multiprocessing.Queue[list[float]]") -> None:
    found.put(asyncio.run(_work(url, what, number, begin_at))[1])


async def _queue(url: str) -> None:
    database = await open_database(SecretStr(url), "0.1.0", on_committed=lambda _events: None)
    store = SqlTaskStore(database, machine_id="machine-001")

    def empty(connection: Connection, _: Recorder) -> None:
        for table in ("events", "feed", "inputs", "tasks"):
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - ours

    await database.write(empty)
    await add_tasks(store, QUEUED)
    await database.close()


def measure(url: str, what: str, count: int) -> dict[str, float]:
    """Of `count` processes together, a second; the milliseconds of one."""
    asyncio.run(_queue(url))
    found: multiprocessing.Queue[list[float]] = multiprocessing.Queue()
    begin_at = time.time() + 3 + count / 2
    processes = [
        multiprocessing.Process(target=_process, args=(url, what, number, begin_at, found)) for number in range(count)
    ]
    for process in processes:
        process.start()
    took = sorted(value for _ in processes for value in found.get())
    for process in processes:
        process.join()
    return {
        "a second": round(len(took) / SECONDS),
        "p50 ms": round(took[len(took) // 2], 1),
        "p99 ms": round(took[int(len(took) * 0.99)], 1),
    }


if __name__ == "__main__":
    print(f"load before: {os.getloadavg()[0]:.1f}")
    for work in ("appends", "claims"):
        for processes in PROCESSES:
            print(work, processes, json.dumps(measure(sys.argv[1], work, processes)), flush=True)
