"""Ends conversations that nobody continues."""

import asyncio
import logging
from datetime import timedelta
from typing import Final

from machine.domain.clock import Clock
from machine.domain.errors import MachineError, StaleTask
from machine.domain.task import Task, WaitingReason
from machine.engine.conclusion import Conclusion
from machine.engine.live_task import RunEnd
from machine.engine.live_tasks import LiveTasks
from machine.engine.outcome import Cancelled, Completed
from machine.ports import TaskStore

LOOK_SECONDS: Final = 15.0
END_SECONDS: Final = 60.0
PAGE: Final = 100

_log = logging.getLogger(__name__)


class Idleness:
    """A task that rested for `idle` is completed with its last result; one that was interrupted is cancelled."""

    def __init__(
        self, *, store: TaskStore, live: LiveTasks, conclusion: Conclusion, clock: Clock, idle: timedelta
    ) -> None:
        self._store = store
        self._live = live
        self._conclusion = conclusion
        self._now = clock
        self._idle = idle

    async def watch(self) -> None:
        """Look now and then, for as long as the machine runs."""
        while True:
            try:
                await self.look()
            except MachineError as error:
                _log.warning("could not end idle tasks: %s", error.message)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """End what has been idle for too long. What waits for an approval waits for ever."""
        since, after = self._now() - self._idle, ""
        while page := await self._store.idle(since, after=after, limit=PAGE):
            after = page[-1].task_id
            for task in page:
                try:
                    async with asyncio.timeout(END_SECONDS):
                        await self._end(task)
                except (TimeoutError, StaleTask):
                    _log.warning("idle task %s was not ended, looking again", task.task_id)

    async def _end(self, task: Task) -> None:
        live = self._live.get(task.task_id)
        if live is not None:
            live.end(RunEnd.LINGER)
            await live.done.wait()
        current = await self._store.get(task.task_id)
        if current.status_at != task.status_at:
            return
        if task.waiting_reason is WaitingReason.INTERRUPTED:
            await self._conclusion.write(current, Cancelled(reason="interrupted and left idle"))
        else:
            await self._conclusion.write(current, Completed(result=task.result))
