"""Budgets of a day: of the machine, of a person, of an agent. A day is one of UTC, whatever the clock on the wall says,
so that it begins at the same moment for everybody and has 24 hours."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from machine.domain.costs import CostKind

MAX_DAILY_USD: Final = 1_000_000
NEAR: Final = 0.8
"""From this share of a budget on, people are warned."""
REAL: Final = frozenset({CostKind.BILLED, CostKind.SUBSCRIPTION})
"""What counts against budgets: money, and what a subscription's work would have cost at API prices."""
PLAY: Final = frozenset({CostKind.DEMO})
"""What counts in the demo, so that budgets can be tried; nowhere else does play money count."""


class BudgetScope(StrEnum):
    """Whose spending a budget of a day bounds."""

    MACHINE = "machine"
    USER = "user"
    AGENT = "agent"


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True)


class DayBudget(_Fact):
    """At most `daily_usd` a day; 0: nothing at all. `name` is a user's id or an agent's name, the machine has none."""

    scope: BudgetScope
    name: str = ""
    daily_usd: float = Field(ge=0, le=MAX_DAILY_USD, allow_inf_nan=False)


class Spending(_Fact):
    """What one agent spent for one person in a day, of one kind of dollars."""

    user_id: str
    agent: str
    cost_kind: CostKind
    cost_usd: float


class KindSpent(_Fact):
    cost_kind: CostKind
    cost_usd: float


BudgetState = Literal["free", "near", "used_up"]


class Standing(_Fact):
    """How a budget stands today. `daily_usd` unset: there is none, and the spending is shown all the same."""

    scope: BudgetScope
    name: str = ""
    daily_usd: float | None = None
    spent_usd: float = 0.0
    """What counts against the budget: API prices of subscriptions included, play money only in the demo."""
    spent: tuple[KindSpent, ...] = ()
    """By the kind of dollars, all kinds that there are."""

    @property
    def state(self) -> BudgetState:
        if self.daily_usd is None:
            return "free"
        if self.spent_usd >= self.daily_usd:
            return "used_up"
        return "near" if self.spent_usd >= NEAR * self.daily_usd else "free"

    def bounds(self, user_id: str, agent: str) -> bool:
        """Whether the work of `agent` for that person counts here."""
        return self.name == {BudgetScope.MACHINE: "", BudgetScope.USER: user_id, BudgetScope.AGENT: agent}[self.scope]


def day_of(at: datetime) -> str:
    """`2026-11-03`: the day of a moment."""
    return at.astimezone(UTC).date().isoformat()


def next_day(at: datetime) -> datetime:
    """When that day is over."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def standing_of(budget: DayBudget, spendings: Iterable[Spending], kinds: frozenset[CostKind]) -> Standing:
    """How `budget` stands with what was spent; `kinds` are those that count."""
    return _standing(budget.scope, budget.name, budget.daily_usd, tuple(spendings), kinds)


def standings(
    budgets: Iterable[DayBudget], spendings: Sequence[Spending], kinds: frozenset[CostKind]
) -> tuple[Standing, ...]:
    """How every budget stands, and what was spent where there is none: the machine, then people, then agents."""
    limits = {(budget.scope, budget.name): budget.daily_usd for budget in budgets}
    there = {(BudgetScope.MACHINE, "")}
    there |= {(BudgetScope.USER, one.user_id) for one in spendings}
    there |= {(BudgetScope.AGENT, one.agent) for one in spendings}
    order = list(BudgetScope)
    places = sorted(there | limits.keys(), key=lambda place: (order.index(place[0]), place[1]))
    return tuple(_standing(scope, name, limits.get((scope, name)), spendings, kinds) for scope, name in places)


_OF: Final[dict[BudgetScope, Callable[[Spending], str]]] = {
    BudgetScope.MACHINE: lambda _: "",
    BudgetScope.USER: lambda one: one.user_id,
    BudgetScope.AGENT: lambda one: one.agent,
}


def _standing(
    scope: BudgetScope, name: str, daily_usd: float | None, spendings: Sequence[Spending], kinds: frozenset[CostKind]
) -> Standing:
    by_kind: dict[CostKind, float] = {}
    for one in spendings:
        if _OF[scope](one) == name:
            by_kind[one.cost_kind] = by_kind.get(one.cost_kind, 0.0) + one.cost_usd
    spent = tuple(KindSpent(cost_kind=kind, cost_usd=round(by_kind[kind], 9)) for kind in CostKind if kind in by_kind)
    counted = sum(one.cost_usd for one in spent if one.cost_kind in kinds)
    return Standing(scope=scope, name=name, daily_usd=daily_usd, spent_usd=round(counted, 9), spent=spent)


class BudgetNotice(_Fact):
    """What people are told when a budget comes near its end, is used up, or has room again. No amounts: they are not
    everybody's to know."""

    scope: BudgetScope
    name: str
    state: BudgetState
    message: str
    until: datetime
    """When the day is over."""


def notice_of(standing: Standing, at: datetime) -> BudgetNotice:
    """What is to be said of a budget now."""
    said = {
        "free": f"{_whose(standing)} for today has room again.",
        "near": f"{_whose(standing)} for today is used up by {NEAR:.0%} and more.",
        "used_up": why_closed(standing, at),
    }[standing.state]
    return BudgetNotice(
        scope=standing.scope, name=standing.name, state=standing.state, message=said, until=next_day(at)
    )


def _whose(standing: Standing) -> str:
    return {
        BudgetScope.MACHINE: "The machine's budget",
        BudgetScope.USER: "The budget of the person who asked",
        BudgetScope.AGENT: f"The budget of {standing.name}",
    }[standing.scope]


def why_closed(standing: Standing, at: datetime) -> str:
    """What is said to people whose task has to wait."""
    return (
        f"{_whose(standing)} for today is used up. What is held back goes on at {next_day(at):%Y-%m-%d} 00:00 UTC by "
        "itself, or when an administrator raises the budget or lets it through."
    )
