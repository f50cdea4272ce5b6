"""The rules of budgets: what is left of a task's own, what a raise makes of it, what a turn that ends it means."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machine.domain.budget import card_input, left_usd, raise_in, raised, step_usd
from machine.domain.costs import CostKind, Usage
from machine.domain.errors import BadRequest
from machine.domain.messages import TurnEnded, UsageSeen
from machine.domain.task import Task, TaskLimits, WaitingReason
from machine.engine.accounts import Account
from machine.engine.outcome import Completed, Outcome, OutOfBudget, Rest, judged

NOW = datetime(2026, 11, 3, 9, 0, 0, tzinfo=UTC)
DOLLARS = st.floats(min_value=0.01, max_value=10_000).map(lambda value: round(value, 4))


def task_with(budget: float | None, spent: float = 0.0, **changes: Any) -> Task:
    values: dict[str, Any] = {
        "task_id": "task_1",
        "title": "Do it",
        "input_message": "Do it.",
        "user_id": "user_1",
        "machine_id": "machine-001",
        "assigned_agent": "planning",
        "workspace": "task_1",
        "conversation_id": "conv_1",
        "claude_session_id": "00000000-0000-0000-0000-000000000000",
        "created_at": NOW,
        "status_at": NOW,
        "usage": Usage(cost_usd=spent),
        "limits": TaskLimits(max_budget_usd=budget),
    }
    return Task.model_validate({**values, **changes})


def after(task: Task, limits: TaskLimits, *, more: float = 0.0) -> Task:
    return task.model_copy(update={"limits": limits, "usage": Usage(cost_usd=task.usage.cost_usd + more)})


def judgement(*, last_words: str | None = None, interactive: bool = False, **fields: Any) -> Outcome | Rest:
    said = {"subtype": "error_max_budget_usd", "is_error": True, "result": None, "usage": Usage(), **fields}
    turn = TurnEnded.model_validate(said)
    return judged(turn, fault=None, quota=None, interrupted=False, interactive=interactive, last_words=last_words)


@given(DOLLARS, DOLLARS)
def test_what_is_left_of_a_budget_is_never_less_than_nothing(budget: float, spent: float) -> None:
    left = left_usd(task_with(budget, spent))
    assert left is not None
    assert left == max(0.0, budget - spent)


def test_a_task_without_a_budget_has_no_end_of_it() -> None:
    assert left_usd(task_with(None, 100)) is None


@given(DOLLARS, DOLLARS, DOLLARS)
def test_after_a_raise_there_is_at_least_as_much_to_spend_as_was_said(budget: float, spent: float, by: float) -> None:
    task = task_with(budget, spent)
    left = left_usd(after(task, raised(task, by)))
    assert left is not None
    assert left >= by - 1e-5
    assert left <= by + max(0.0, budget - spent) + 1e-5


@given(DOLLARS, st.lists(DOLLARS, min_size=1, max_size=5))
def test_however_often_it_is_raised_the_step_stays_the_first_budget(budget: float, spendings: list[float]) -> None:
    task = task_with(budget)
    for spent in spendings:
        task = after(task, raised(task, step_usd(task.limits)), more=spent)
        assert step_usd(task.limits) == pytest.approx(budget, abs=1e-4)


def test_a_raise_beyond_what_a_budget_may_be_is_refused() -> None:
    with pytest.raises(BadRequest, match="at most"):
        raised(task_with(99_999, 99_999), 2)


@pytest.mark.parametrize("said", [0, -1, True, "2", None, float("nan"), float("inf"), 100_001, [2]])
def test_an_amount_that_is_none_is_refused(said: object) -> None:
    with pytest.raises(BadRequest, match="raise_by_usd"):
        raise_in({"raise_by_usd": said}, {"raise_by_usd": 1})


def test_an_answer_may_name_another_amount_than_the_card() -> None:
    assert raise_in(None, {"raise_by_usd": 1.5}) == 1.5
    assert raise_in({}, {"raise_by_usd": 1.5}) == 1.5
    assert raise_in({"raise_by_usd": 3}, {"raise_by_usd": 1.5}) == 3


@pytest.mark.parametrize(
    ("kind", "words"), [(CostKind.SUBSCRIPTION, "no bill"), (CostKind.DEMO, "play money"), (CostKind.BILLED, "$0.50.")]
)
def test_the_card_says_what_was_spent_of_what_and_which_kind_of_dollars_it_is(kind: CostKind, words: str) -> None:
    told = card_input(task_with(0.5, 0.72, cost_kind=kind))
    assert "$0.72 of $0.50" in told["explanation"]
    assert words in told["explanation"]
    assert (told["spent_usd"], told["limit_usd"], told["raise_by_usd"]) == (0.72, 0.5, 0.5)


def test_a_turn_that_a_budget_ends_asks_instead_of_failing() -> None:
    assert judgement(stop_reason="tool_use") == OutOfBudget()
    assert judgement(stop_reason="tool_use", last_words="On my way.") == OutOfBudget()


def test_work_that_is_finished_with_the_last_dollar_is_finished() -> None:
    assert judgement(stop_reason="end_turn", last_words="Done.") == Completed(result="Done.")


def test_an_open_conversation_asks_though_its_answer_was_finished() -> None:
    assert judgement(stop_reason="end_turn", last_words="Done.", interactive=True) == OutOfBudget()
    rested = judgement(subtype="success", is_error=False, result="ok", interactive=True)
    assert rested == Rest(reason=WaitingReason.INPUT, result="ok")


def test_of_a_turn_that_a_budget_ended_the_price_is_the_clis_and_the_tokens_are_all() -> None:
    account = Account(Usage())
    for message in ("a", "b"):
        streamed = Usage(input_tokens=10, output_tokens=10, cost_usd=9)
        account.see(UsageSeen(message_id=message, model="m", usage=streamed))
    said = {"subtype": "error_max_budget_usd", "is_error": True, "result": None, "turn_cost_known": True}
    one = Usage(input_tokens=10, output_tokens=10, cost_usd=0.4)
    total = account.end_turn(TurnEnded.model_validate({**said, "total_cost_usd": 0.4, "usage": one}))
    assert total == Usage(input_tokens=20, output_tokens=20, cost_usd=0.4)
    account.see(UsageSeen(message_id="c", model="m", usage=one))
    none = Usage(cost_usd=0.4)
    total = account.end_turn(TurnEnded.model_validate({**said, "total_cost_usd": 0.8, "usage": none}))
    assert total == Usage(input_tokens=30, output_tokens=30, cost_usd=0.8)
