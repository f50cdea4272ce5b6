"""A machine that is drained lets go of its conversations: what waits for a person gives up its process, and what is
queued goes on elsewhere, once all that was said and made is stored for other machines. The rest stays, and waits."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from machine.domain.errors import MachineError
from machine.domain.task import Task, TaskStatus, WaitingReason
from machine.engine.live_task import RunEnd
from machine.engine.live_tasks import LiveTasks
from machine.engine.moving import Moving
from machine.ports import SnapshotStore, TaskStore

LOOK_SECONDS: Final = 2.0

_log = logging.getLogger(__name__)


class Clearing:
    """Of one machine of a fleet."""

    def __init__(
        self,
        *,
        drained: Callable[[], bool],
        live: LiveTasks,
        moving: Moving,
        store: TaskStore,
        snapshots: SnapshotStore,
        machine_id: str,
    ) -> None:
        self._drained = drained
        self._live = live
        self._moving = moving
        self._store = store
        self._snapshots = snapshots
        self._machine_id = machine_id

    async def watch(self) -> None:
        """Look again and again, for as long as the machine runs."""
        while True:
            try:
                if self._drained() and self._moving.moves:
                    await self.look()
            except MachineError as error:
                _log.warning("conversations of this drained machine stay for now: %s", error.message)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Raises StoreError."""
        for live in self._live:
            waiting = live.task
            if await self._may_rest(waiting) and live.task is waiting:
                live.end(RunEnd.PARK)  # it waits on, without a process
        for task in await self._store.in_status(TaskStatus.QUEUED):
            if task.machine_id != self._machine_id or self._live.get(task.task_id) is not None:
                continue
            newest = await self._moving.stored(task)
            if newest is not None and await self._snapshots.let_go(newest, self._machine_id):
                _log.info("the conversation %s may go on elsewhere: this machine is drained", task.conversation_id)

    async def _may_rest(self, task: Task) -> bool:
        """After a turn, only when what came of it is stored: the end of a run that somebody waits for is a short one.
        In the middle of one, it is stored with that end."""
        if task.status is not TaskStatus.WAITING_INPUT:
            return False
        return task.waiting_reason is WaitingReason.APPROVAL or await self._moving.stored(task) is not None
