"""Where budgets of a day, and what was spent in it, are kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from machine.domain.costs import CostKind
from machine.domain.day_budget import REAL, BudgetScope, DayBudget, Spending
from machine.ports.values import Value


class DayRules(Value):
    """What bounds a day besides the budgets that are stored."""

    agents_usd: Mapping[str, float] = {}
    """By agent, as the agents say themselves."""
    kinds: frozenset[CostKind] = REAL
    """The dollars that count."""

    @property
    def of_agents(self) -> tuple[DayBudget, ...]:
        budgets = self.agents_usd.items()
        return tuple(DayBudget(scope=BudgetScope.AGENT, name=name, daily_usd=usd) for name, usd in budgets)


class BudgetStore(Protocol):
    """Every method raises StoreError when the database refuses."""

    async def budgets(self) -> tuple[DayBudget, ...]:
        """Those of the machine and of people."""
        ...

    async def put(self, budget: DayBudget, *, by: str) -> None:
        """Set the budget of the machine or of a person."""
        ...

    async def remove(self, budget: DayBudget) -> None:
        """There is no such budget any more; its amount is not looked at."""
        ...

    async def spendings(self, at: datetime) -> tuple[Spending, ...]:
        """What was spent in the day of that moment."""
        ...

    async def let_through(self, task_id: str, *, by: str) -> None:
        """For the rest of today, no budget of a day holds this task back."""
        ...

    async def is_let_through(self, task_id: str, at: datetime) -> bool: ...
