"""A program that writes into a store until it is killed: `python -m tests.support.store_writer FILE`.

It prints `task_id seq` for each append as soon as that was acknowledged.
"""

import asyncio
import sys
from pathlib import Path

from tests.support.tasks import stored_task

from machine.domain.events import Output, OutputKind, TaskOutput
from machine.store.opening import open_database
from machine.store.task_store import SqlTaskStore


async def main(path: Path) -> None:
    database = await open_database(path, "0.1.0", on_committed=lambda _events: None)
    store = SqlTaskStore(database, machine_id="machine-001")
    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(append_for_ever(store))


async def append_for_ever(store: SqlTaskStore) -> None:
    task_id = (await stored_task(store)).task_id
    number = 1
    while True:
        number += 1
        text = f"{number} " + "x" * (number % 50) * 100
        seq = await store.append(task_id, [TaskOutput(data=Output(kind=OutputKind.TEXT, text=text))])
        print(task_id, seq, flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
