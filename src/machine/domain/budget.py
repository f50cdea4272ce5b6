"""Budgets: how much a task may cost, and an agent, a person and the machine in a day."""

from typing import Any, Final

from machine.domain.costs import CostKind
from machine.domain.errors import BadRequest
from machine.domain.task import MAX_BUDGET_USD, Task, TaskLimits

RAISE_BY: Final = "raise_by_usd"
"""In the input of a card, and of its answer: how much more the task may cost."""

_KINDS: Final = {
    CostKind.BILLED: "",
    CostKind.SUBSCRIPTION: " at API prices (it runs on a subscription, so this is no bill)",
    CostKind.DEMO: " of the demo's play money",
}


def money(usd: float) -> str:
    """Dollars as people read them: cents, and of less than a cent what there is."""
    return f"${usd:.2f}" if usd >= 0.1 or usd == 0 else f"${usd:.4f}"


def kind_words(kind: CostKind) -> str:
    """What kind of dollars they are, as the end of a sentence; nothing for real ones."""
    return _KINDS[kind]


def left_usd(task: Task) -> float | None:
    """What is left of the task's own budget, at least 0; None: it has none. A CLI counts from its own start only."""
    if task.limits.max_budget_usd is None:
        return None
    return max(0.0, task.limits.max_budget_usd - task.usage.cost_usd)


def spent_of(task: Task) -> str:
    """`$0.72 of $0.50`, with the kind of dollars."""
    return f"{money(task.usage.cost_usd)} of {money(task.limits.max_budget_usd or 0)}{kind_words(task.cost_kind)}"


def step_usd(limits: TaskLimits) -> float:
    """By how much a budget is raised when nothing is said: the task's first budget once more."""
    return round((limits.max_budget_usd or 0.0) - limits.raised_usd, 6)


def card_input(task: Task) -> dict[str, Any]:
    """What the card tells of a task that has used up its budget."""
    step = step_usd(task.limits)
    return {
        "explanation": (
            f"The task has spent {spent_of(task)}. Allowed, it may spend {money(step)} more and goes on where it "
            "stopped; denied, it ends as failed."
        ),
        "spent_usd": round(task.usage.cost_usd, 6),
        "limit_usd": task.limits.max_budget_usd,
        "cost_kind": task.cost_kind.value,
        RAISE_BY: step,
    }


def raise_in(given: dict[str, Any] | None, asked: dict[str, Any]) -> float:
    """By how much an answer raises the budget: what its input says, else what the card says. Raises BadRequest."""
    said = (given or {}).get(RAISE_BY, asked.get(RAISE_BY))
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 < said <= MAX_BUDGET_USD:
        raise BadRequest(
            f"{RAISE_BY} has to be a number of dollars above 0 and up to {MAX_BUDGET_USD}.",
            hint=f'Send {{"decision": "allow", "input": {{"{RAISE_BY}": 2.5}}}}, or leave `input` out.',
        )
    return float(said)


def raised(task: Task, by_usd: float) -> TaskLimits:
    """The limits with which a task may spend so much more, however far it went beyond. Raises BadRequest."""
    limits = task.limits
    before = limits.max_budget_usd or 0.0
    budget = round(max(before, task.usage.cost_usd) + by_usd, 6)
    if budget > MAX_BUDGET_USD:
        raise BadRequest(f"A task's budget is at most {MAX_BUDGET_USD} dollars.", hint="Raise it by less.")
    return limits.model_copy(
        update={"max_budget_usd": budget, "raised_usd": round(limits.raised_usd + budget - before, 6)}
    )
