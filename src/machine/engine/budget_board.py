"""Tells people when a budget of the day comes near its end, is used up, or has room again."""

import asyncio
import logging
from typing import Final

from machine.domain.clock import Clock
from machine.domain.day_budget import BudgetScope, BudgetState, Standing, notice_of
from machine.domain.errors import MachineError
from machine.domain.events import BudgetStatus
from machine.engine.day_budgets import DayBudgets
from machine.ports import TaskStore

LOOK_SECONDS: Final = 5.0
"""Between two looks: a few rows are read, and nothing else happens while nothing changes."""

_log = logging.getLogger(__name__)


class BudgetBoard:
    """Publishes `budget.status`, to the person whose budget it is, else to everybody. Nothing of it is stored: after
    a restart, what is near or used up is told once more."""

    def __init__(self, *, budgets: DayBudgets, store: TaskStore, clock: Clock) -> None:
        self._budgets = budgets
        self._store = store
        self._now = clock
        self._told: dict[tuple[BudgetScope, str], BudgetState] = {}

    async def watch(self) -> None:
        """Look for as long as the machine runs."""
        while True:
            try:
                await self.look()
            except MachineError as error:
                _log.warning("could not tell how the budgets stand: %s", error.message)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Publish what changed since the last look."""
        now = {(one.scope, one.name): one for one in await self._budgets.standings() if one.daily_usd is not None}
        for place, one in now.items():
            if one.state != self._told.get(place, "free"):
                await self._tell(one)
            self._told[place] = one.state
        for scope, name in self._told.keys() - now.keys():
            if self._told[scope, name] != "free":  # without a budget there is room
                await self._tell(Standing(scope=scope, name=name))
            del self._told[scope, name]

    async def _tell(self, standing: Standing) -> None:
        owner = standing.name if standing.scope is BudgetScope.USER else None
        await self._store.publish(BudgetStatus(data=notice_of(standing, self._now())), user_id=owner)
