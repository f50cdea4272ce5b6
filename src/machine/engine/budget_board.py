"""Tells people when a budget of the day comes near its end, is used up, or has room again."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from pydantic import TypeAdapter, ValidationError

from machine.domain.clock import Clock
from machine.domain.day_budget import BudgetScope, BudgetState, Standing, notice_of
from machine.domain.errors import MachineError
from machine.domain.events import BudgetStatus
from machine.engine.day_budgets import DayBudgets
from machine.ports import Notes, TaskStore

LOOK_SECONDS: Final = 5.0
"""Between two looks: a few rows are read, and nothing else happens while nothing changes."""

_NAME: Final = "budgets, as last told"
_TOLD: Final = TypeAdapter[Sequence[tuple[BudgetScope, str, BudgetState]]](
    Sequence[tuple[BudgetScope, str, BudgetState]]
)
_log = logging.getLogger(__name__)


class BudgetBoard:
    """Publishes `budget.status`, to the person whose budget it is, else to everybody. What was told is noted, so that
    neither a restart nor another process that takes this over says it again."""

    def __init__(self, *, budgets: DayBudgets, store: TaskStore, notes: Notes, clock: Clock) -> None:
        """`notes` are those of all machines."""
        self._budgets = budgets
        self._store = store
        self._notes = notes
        self._now = clock
        self._told: dict[tuple[BudgetScope, str], BudgetState] | None = None

    async def watch(self) -> None:
        """Look for as long as the machine runs."""
        self._told = None  # somebody else may have had the duty
        while True:
            try:
                await self.look()
            except MachineError as error:
                _log.warning("could not tell how the budgets stand: %s", error.message)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Publish what changed since the last look."""
        if self._told is None:
            self._told = await self._noted()
        now = {(one.scope, one.name): one for one in await self._budgets.standings() if one.daily_usd is not None}
        gone = [Standing(scope=scope, name=name) for scope, name in self._told.keys() - now.keys()]
        for one in (*now.values(), *gone):  # without a budget there is room
            before = self._told.get((one.scope, one.name), "free")
            if one.state != before:
                await self._tell(one)
                self._told[one.scope, one.name] = one.state
                await self._note(self._told)
        for one in gone:
            self._told.pop((one.scope, one.name), None)

    async def _noted(self) -> dict[tuple[BudgetScope, str], BudgetState]:
        try:
            told = _TOLD.validate_json(await self._notes.get(_NAME) or "[]")
        except ValidationError as error:
            _log.warning("what was told of budgets is not understood, and told again: %s", error)
            return {}
        return {(scope, name): state for scope, name, state in told}

    async def _note(self, told: dict[tuple[BudgetScope, str], BudgetState]) -> None:
        """Only what is not as it would be anyway."""
        rows = [(scope, name, state) for (scope, name), state in told.items() if state != "free"]
        await self._notes.put(_NAME, _TOLD.dump_json(rows).decode())

    async def _tell(self, standing: Standing) -> None:
        owner = standing.name if standing.scope is BudgetScope.USER else None
        await self._store.publish(BudgetStatus(data=notice_of(standing, self._now())), user_id=owner)
