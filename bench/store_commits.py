"""What the store does in a second: `python bench/store_commits.py [folder]`. The folder's disk decides."""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from machine.domain.events import Output, OutputKind, TaskOutput
from machine.domain.ids import new_id
from machine.domain.task import Lane, Task, TaskStatus
from machine.ports import ClaimLimits, PendingInput, TaskFilter
from machine.store.database import Database
from machine.store.opening import open_database
from machine.store.task_store import SqlTaskStore

PIECE = TaskOutput(data=Output(kind=OutputKind.TEXT, text="some words of an answer " * 4, item="msg_1"))
LIMITS = ClaimLimits(slots={Lane.WORK: 1_000_000, Lane.CHAT: 1}, per_agent={"executor": 1_000_000})


def make_task(number: int, status: TaskStatus = TaskStatus.QUEUED) -> Task:
    task_id, now = new_id("task"), datetime.now(UTC)
    return Task(
        task_id=task_id,
        title=f"Task {number}",
        input_message="Do something useful. " * 20,
        status=status,
        user_id=f"user_{number % 7}",
        machine_id="machine-001",
        assigned_agent=("planning", "executor", "consultant")[number % 3],
        conversation_id=task_id,
        claude_session_id=task_id,
        workspace=task_id,
        created_at=now,
        status_at=now,
    )


def first_input(task: Task) -> PendingInput:
    return PendingInput(
        input_id=new_id("input"), task_id=task.task_id, message="Do it.", verbatim=False, created_at=task.created_at
    )


async def add_tasks(store: SqlTaskStore, count: int, status: TaskStatus = TaskStatus.QUEUED) -> list[Task]:
    made: list[Task] = []
    for start in range(0, count, 500):
        batch = [make_task(number, status) for number in range(start, min(start + 500, count))]
        made += await asyncio.gather(*(store.create(task, first_input(task)) for task in batch))
    return made


async def per_second(count: int, at_once: int, work: Callable[[int], Awaitable[object]]) -> int:
    """How many calls of `work` a second `at_once` callers make, each waiting for its own."""

    async def caller(first: int) -> None:
        for number in range(first, count, at_once):
            await work(number)

    begun = time.perf_counter()
    await asyncio.gather(*(caller(first) for first in range(at_once)))
    return round(count / (time.perf_counter() - begun))


async def milliseconds(times: int, work: Callable[[], Awaitable[object]]) -> dict[str, float]:
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        await work()
        took.append((time.perf_counter() - begun) * 1000)
    took.sort()
    return {"p50": round(took[times // 2], 2), "worst": round(took[-1], 2)}


async def appends(store: SqlTaskStore) -> dict[str, int]:
    tasks = await add_tasks(store, 100)
    found = {}
    for at_once, count in ((1, 500), (20, 8_000), (100, 20_000)):
        found[f"{at_once} at once"] = await per_second(
            count, at_once, lambda number: store.append(tasks[number % 100].task_id, [PIECE])
        )
    return found


async def claims(store: SqlTaskStore) -> dict[str, dict[str, float]]:
    found = {}
    await asyncio.gather(*(store.claim(LIMITS, datetime.now(UTC)) for _ in range(100)))
    for queued in (1_000, 10_000):
        counts = await store.counts()
        await add_tasks(store, queued - counts[TaskStatus.QUEUED])
        found[f"{queued} queued"] = await milliseconds(50, lambda: store.claim(LIMITS, datetime.now(UTC)))
    return found


async def pages(store: SqlTaskStore) -> dict[str, dict[str, float]]:
    await add_tasks(store, 90_000, TaskStatus.COMPLETED)
    filters = {
        "all": TaskFilter(),
        "completed": TaskFilter(status=(TaskStatus.COMPLETED,)),
        "failed (none)": TaskFilter(status=(TaskStatus.FAILED,)),
        "open": TaskFilter(status=(TaskStatus.QUEUED, TaskStatus.RUNNING, TaskStatus.WAITING_INPUT)),
        "of a user": TaskFilter(user_id="user_3"),
        "running of an agent": TaskFilter(agent="executor", status=(TaskStatus.RUNNING,)),
        "of a user and an agent": TaskFilter(user_id="user_3", agent="executor"),
    }

    return {name: await milliseconds(20, partial(store.list, which, limit=50)) for name, which in filters.items()}


async def main(folder: Path) -> None:
    database: Database = await open_database(folder / "db" / "machine.db", "0.1.0", on_committed=lambda _events: None)
    store = SqlTaskStore(database, machine_id="machine-001")
    begun = time.perf_counter()
    report = {"appends a second": await appends(store), "claim, ms": await claims(store)}
    report["page of 50 among 100,000, ms"] = await pages(store)
    print(json.dumps(report, indent=2), f"\n{time.perf_counter() - begun:.0f} s in all")
    await database.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as temporary:
        asyncio.run(main(Path(temporary)))
