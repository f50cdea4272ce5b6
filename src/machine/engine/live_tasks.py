"""The tasks of this machine that have a run now."""

from collections.abc import Iterator

from machine.engine.live_task import LiveTask


class LiveTasks:
    """By task_id. A task is here from the moment it is claimed until its outcome is stored."""

    def __init__(self) -> None:
        self._by_id: dict[str, LiveTask] = {}

    def get(self, task_id: str) -> LiveTask | None:
        return self._by_id.get(task_id)

    def add(self, live: LiveTask) -> None:
        self._by_id[live.task_id] = live

    def remove(self, live: LiveTask) -> None:
        self._by_id.pop(live.task_id, None)

    def __iter__(self) -> Iterator[LiveTask]:
        return iter(list(self._by_id.values()))

    def __len__(self) -> int:
        return len(self._by_id)
