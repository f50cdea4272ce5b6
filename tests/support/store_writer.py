"""A program that writes into a store until it is killed: `python -m tests.support.store_writer FILE`.

It prints `task_id seq` for each append as soon as that was acknowledged.
"""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from machine.domain.events import Output, OutputKind, TaskOutput
from machine.domain.ids import new_id
from machine.domain.task import Task
from machine.ports import PendingInput
from machine.store.opening import open_database
from machine.store.task_store import SqlTaskStore


async def main(path: Path) -> None:
    database = await open_database(path, "0.1.0", on_committed=lambda _events: None)
    store = SqlTaskStore(database, machine_id="machine-001")
    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(append_for_ever(store))


async def append_for_ever(store: SqlTaskStore) -> None:
    task_id, now = new_id("task"), datetime.now(UTC)
    task = Task(
        task_id=task_id,
        title="x",
        input_message="x",
        user_id="user_1",
        machine_id="machine-001",
        assigned_agent="planning",
        conversation_id=task_id,
        claude_session_id=task_id,
        workspace=task_id,
        created_at=now,
        status_at=now,
    )
    first = PendingInput(input_id=new_id("input"), task_id=task_id, message="x", verbatim=False, created_at=now)
    await store.create(task, first)
    number = 1
    while True:
        number += 1
        text = f"{number} " + "x" * (number % 50) * 100
        seq = await store.append(task_id, [TaskOutput(data=Output(kind=OutputKind.TEXT, text=text))])
        print(task_id, seq, flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
