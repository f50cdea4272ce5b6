"""Budgets of a day: how they stand, who is held back, and what administrators make of them."""

from collections.abc import Awaitable, Callable

from machine.domain.clock import Clock
from machine.domain.day_budget import (
    BudgetNotice,
    BudgetScope,
    DayBudget,
    Standing,
    next_day,
    notice_of,
    standings,
    why_closed,
)
from machine.domain.errors import Conflict
from machine.domain.task import QueueReason, Task, TaskStatus
from machine.engine.outcome import Parked
from machine.engine.slots import Slots
from machine.ports import BudgetStore

HeldBack = Callable[[Task], Awaitable[Parked | None]]
"""Why a task may not go on today; None: it may."""


class DayBudgets:
    """Nothing is remembered here: the database knows what was spent, the agents' files and the database what may be."""

    def __init__(self, *, store: BudgetStore, slots: Slots, clock: Clock) -> None:
        self._store = store
        self._slots = slots
        self._now = clock

    async def standings(self) -> tuple[Standing, ...]:
        """Every budget, and all that was spent today."""
        rules = self._slots.day_rules()
        budgets = (*await self._store.budgets(), *rules.of_agents)
        return standings(budgets, await self._store.spendings(self._now()), rules.kinds)

    async def notices(self, user_id: str | None = None) -> tuple[BudgetNotice, ...]:
        """What is worth saying of budgets now; with `user_id`, of those that bound that person's work."""
        at = self._now()
        near = [one for one in await self.standings() if one.state != "free"]
        if user_id is not None:
            near = [one for one in near if one.scope is not BudgetScope.USER or one.name == user_id]
        return tuple(notice_of(one, at) for one in near)

    async def held_back(self, task: Task) -> Parked | None:
        """Whether a task that works has to stop for today."""
        found = [one for one in await self.standings() if one.state == "used_up"]
        closed = [one for one in found if one.bounds(task.user_id, task.assigned_agent)]
        if not closed or await self._store.is_let_through(task.task_id, self._now()):
            return None
        at = self._now()
        return Parked(reason=QueueReason.BUDGET, message=why_closed(closed[0], at), until=next_day(at))

    async def set(self, scope: BudgetScope, name: str, daily_usd: float | None, *, by: str) -> None:
        """Set, or with None remove, the budget of the machine or of a person. In force at once."""
        budget = DayBudget(scope=scope, name=name, daily_usd=daily_usd or 0.0)
        if daily_usd is None:
            await self._store.remove(budget)
        else:
            await self._store.put(budget, by=by)
        self._slots.freed()

    async def let_through(self, task: Task, *, by: str) -> None:
        """Let a task go on today whatever the budgets say. Raises Conflict for one that no budget holds back."""
        if task.status is not TaskStatus.QUEUED or task.queue_reason is not QueueReason.BUDGET:
            raise Conflict(
                f"Task {task.task_id} is {task.status}; no budget of the day holds it back.", hint="Reload the task."
            )
        await self._store.let_through(task.task_id, by=by)
        self._slots.freed()
