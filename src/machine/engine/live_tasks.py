"""The tasks of this machine that have a run now."""

import asyncio
from collections.abc import Iterator

from machine.domain.aio import Pulse
from machine.engine.live_task import LiveTask


class LiveTasks:
    """By task_id. A task is here from the moment it is claimed until its outcome is stored."""

    def __init__(self) -> None:
        self._by_id: dict[str, LiveTask] = {}
        self._asked: dict[str, asyncio.Task[None]] = {}
        self._removed = Pulse()

    def get(self, task_id: str) -> LiveTask | None:
        return self._by_id.get(task_id)

    def add(self, live: LiveTask) -> None:
        self._by_id[live.task_id] = live

    def remove(self, live: LiveTask) -> None:
        """A later run of the same task stays."""
        if self._by_id.get(live.task_id) is live:
            del self._by_id[live.task_id]
        self._removed.beat()

    async def emptied(self) -> None:
        """Wait until there is none."""
        await self._removed.until(lambda: not self._by_id)

    @property
    def asked(self) -> dict[str, asyncio.Task[None]]:
        """By task_id: where the Brain is being asked which agent a queued task is for."""
        return self._asked

    def __iter__(self) -> Iterator[LiveTask]:
        return iter(list(self._by_id.values()))

    def __len__(self) -> int:
        return len(self._by_id)
