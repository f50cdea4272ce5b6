"""Tasks that newer ones take the place of: what runs of them is stopped, now or after the next start."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from machine.domain.errors import MachineError
from machine.ports import TaskStore

LOOK_SECONDS: Final = 15.0
"""Between two looks for what a process was to stop that is gone."""

_log = logging.getLogger(__name__)


class Replacing:
    """Which tasks are replaced is stored with their successors, so that a crash between storing and stopping loses
    nothing. `stop` ends a task and all its processes."""

    def __init__(self, *, store: TaskStore, stop: Callable[[str], Awaitable[object]]) -> None:
        self._store = store
        self._stop = stop
        self._asked: asyncio.Queue[str] = asyncio.Queue()
        self._under_way: set[str] = set()

    def ask(self, task_ids: Sequence[str]) -> None:
        """Have these tasks stopped. Each is asked for once, so there are never more than run or wait."""
        for task_id in set(task_ids) - self._under_way:
            self._under_way.add(task_id)
            self._asked.put_nowait(task_id)

    async def sweep(self) -> None:
        """Stop what a former daemon was to stop. Before anything is dispatched: it would start once more."""
        for task_id in await self._store.replaced():
            await self._end(task_id)

    async def look_after_others(self) -> None:
        """Have stopped, again and again, what another process of the fleet was to stop and did not."""
        while True:
            try:
                self.ask(await self._store.replaced())
            except MachineError as error:
                _log.warning("what is replaced cannot be told: %s", error.message)
            await asyncio.sleep(LOOK_SECONDS)

    async def watch(self) -> None:
        """Stop what is asked for, for as long as the machine runs; a slow one holds up no other."""
        async with asyncio.TaskGroup() as group:
            while True:
                task_id = await self._asked.get()
                group.create_task(self._end(task_id), name=f"stop of {task_id}")

    async def _end(self, task_id: str) -> None:
        try:
            await self._stop(task_id)
        except MachineError as error:  # it is stopped as soon as it can be; its successor waits for it
            _log.warning("task %s, which is replaced, was not stopped: %s", task_id, error.message)
        finally:
            self._under_way.discard(task_id)
