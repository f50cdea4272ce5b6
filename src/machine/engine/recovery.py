"""What to do at start with tasks whose process is gone."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Final

from machine.domain.clock import Clock
from machine.domain.costs import of_another_model
from machine.domain.losing import brought_back
from machine.domain.task import NEXT, Task, TaskStatus
from machine.engine.catching_up import CatchingUp
from machine.engine.conclusion import Conclusion
from machine.engine.outcome import Cancelled, Failed
from machine.engine.waiting import Waiting
from machine.ports import Claude, TaskStore

PAGE: Final = 200
_UNFINISHED: Final = tuple(status for status, after in NEXT.items() if after)

_log = logging.getLogger(__name__)


class Recovery:
    """Runs once, before anything is dispatched."""

    def __init__(
        self,
        *,
        store: TaskStore,
        claude: Claude,
        catching_up: CatchingUp,
        conclusion: Conclusion,
        clock: Clock,
        demo: bool,
    ) -> None:
        self._store = store
        self._catching_up = catching_up
        self._waiting = Waiting(store=store, clock=clock)
        self._demo = demo
        self._claude = claude
        self._conclusion = conclusion
        self._now = clock

    async def recover(self) -> int:
        """Sweep what a dead daemon left running, then bring every task of its back. Returns how many there were."""
        swept = await self._claude.sweep()
        if swept:
            _log.warning("ended %d processes that a former daemon had left", swept)
        await self._cancel_those_of_another_model()
        lost = await self._each(TaskStatus.RUNNING, self._bring_back)
        await self._each(TaskStatus.WAITING_INPUT, self._look_at_waiting)
        return lost

    async def _cancel_those_of_another_model(self) -> None:
        """What was begun with the demo model must not go on, and cost money, with the real one; nor the reverse."""
        async for task in self._pages(*_UNFINISHED, demo=not self._demo):
            await self._conclusion.write(task, Cancelled(reason=of_another_model(task.cost_kind, demo=self._demo)))

    async def _bring_back(self, task: Task) -> None:
        await self._catching_up.of(task)
        task = await self._store.get(task.task_id)
        until = await self._last_sign(task)  # the daemon died at an unknown moment
        new, told = brought_back(task, self._now(), ran_until=until, message="The machine was restarted.")
        if new.failure is not None:
            await self._conclusion.write(task, Failed(failure=new.failure))
        else:
            await self._store.move(task, new, [told])

    async def _look_at_waiting(self, task: Task) -> None:
        await self._catching_up.of(task)
        await self._waiting.look_at(await self._store.get(task.task_id))

    async def _each(self, status: TaskStatus, bring_back: Callable[[Task], Awaitable[None]]) -> int:
        """Each by itself: what is wrong with one task must not keep the machine from opening. How many there were."""
        count = 0
        async for task in self._pages(status):
            count += 1
            try:
                await bring_back(task)
            except Exception:
                _log.exception("task %s could not be brought back", task.task_id)
        return count

    async def _pages(self, *status: TaskStatus, demo: bool | None = None) -> AsyncIterator[Task]:
        """Oldest first, however many there are."""
        after = ""
        while page := await self._store.in_status(*status, demo=demo, after=after, limit=PAGE):
            after = page[-1].task_id
            for task in page:
                yield task

    async def _last_sign(self, task: Task) -> datetime:
        newest = await self._store.events(task.task_id, after=max(0, task.last_seq - 1), limit=1)
        return newest[-1].at if newest else task.status_at
