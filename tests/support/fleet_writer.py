"""A machine of a fleet that does nothing but write: `python -m tests.support.fleet_writer DATABASE_URL NAME`.

It registers, claims a task, and appends to it until it is refused; it prints what it has, then `refused` with why each
of its ways to write was.
"""

import asyncio
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from machine.domain.errors import MachineError
from machine.domain.events import Output, OutputKind, TaskOutput
from machine.domain.machine import MachineReport
from machine.domain.task import Lane, Task, TaskStatus
from machine.ports import ClaimLimits
from machine.store.machines import SqlMachineStore
from machine.store.opening import open_database
from machine.store.task_store import SqlTaskStore


async def main(url: str, name: str) -> None:
    database = await open_database(SecretStr(url), "0.1.0", on_committed=lambda _events: None)
    machines = SqlMachineStore(database, lease_seconds=1)
    await machines.register(name, MachineReport(slots=1, version="0.1.0"))
    store = SqlTaskStore(database, machine_id=name, in_fleet=True)
    limits = ClaimLimits(slots={Lane.WORK: 1}, per_agent={})
    task = await store.claim(limits, datetime.now(UTC))
    assert task is not None
    try:
        while True:
            print(await store.append(task.task_id, [said()]), flush=True)
            await asyncio.sleep(0.01)
    except MachineError:
        print("refused", *await asyncio.gather(*(code_of(each) for each in ways(store, task, limits))), flush=True)


def said() -> TaskOutput:
    return TaskOutput(data=Output(kind=OutputKind.TEXT, text="x"))


def ways(store: SqlTaskStore, task: Task, limits: ClaimLimits) -> list[Coroutine[Any, Any, object]]:
    now = datetime.now(UTC)
    ended = task.moved_to(TaskStatus.COMPLETED, now)
    return [store.append(task.task_id, [said()]), store.move(task, ended, []), store.claim(limits, now)]


async def code_of(writing: Coroutine[Any, Any, object]) -> str:
    try:
        await writing
    except MachineError as error:
        return error.code
    return "stored"


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
