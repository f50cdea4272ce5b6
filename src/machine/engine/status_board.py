"""Tells everybody who listens how much the machine does, when that changes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from machine.domain.errors import MachineError
from machine.domain.events import MachineStatus
from machine.domain.machine_status import MachineStatusData
from machine.engine.background_manager import BackgroundTaskManager
from machine.ports import TaskStore

SHORTEST_SECONDS: Final = 1.0
"""Between two reports: a hundred tasks that start at once are one piece of news."""

_log = logging.getLogger(__name__)


class StatusBoard:
    """Publishes `machine.status`. Costs nothing while nothing happens."""

    def __init__(
        self, *, manager: BackgroundTaskManager, store: TaskStore, happened: Callable[[], Awaitable[None]]
    ) -> None:
        """`happened` waits until a task may have changed its status."""
        self._manager = manager
        self._store = store
        self._happened = happened
        self._told: MachineStatusData | None = None

    async def watch(self) -> None:
        """Report for as long as the machine runs."""
        while True:
            await self._happened()
            try:
                await self.report()
            except MachineError as error:
                _log.warning("could not report the machine's status: %s", error.message)
            await asyncio.sleep(SHORTEST_SECONDS)

    async def report(self) -> None:
        """Publish the status if it is another one than last time."""
        now = await self._manager.status()
        if now != self._told:
            await self._store.publish(MachineStatus(data=now))
            self._told = now
