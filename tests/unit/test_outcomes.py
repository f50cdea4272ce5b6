"""What a finished turn means, what it cost, and how long it may take."""

import asyncio
from datetime import UTC, datetime

import pytest

from machine.domain.costs import Usage
from machine.domain.messages import ApiFault, QuotaSeen, TurnEnded, UsageSeen
from machine.domain.task import FailureReason, QueueReason, TaskFailure, WaitingReason
from machine.engine.accounts import Account
from machine.engine.outcome import Completed, Failed, Outcome, Parked, Rest, judged
from machine.engine.run_clock import RunClock


def _turn(**fields: object) -> TurnEnded:
    base = {"subtype": "success", "is_error": False, "result": "ok", "usage": Usage()}
    return TurnEnded.model_validate({**base, **fields})


def _judged(turn: TurnEnded, **given: object) -> Outcome | Rest:
    base: dict[str, object] = {"fault": None, "quota": None, "interrupted": False, "interactive": False}
    return judged(turn, **{**base, **given})  # type: ignore[arg-type]  # the table below holds the right ones


def _failed(outcome: Outcome | Rest) -> TaskFailure:
    assert isinstance(outcome, Failed)
    return outcome.failure


def test_a_good_turn_completes_a_task_and_lets_an_interactive_one_rest() -> None:
    assert _judged(_turn()) == Completed(result="ok")
    assert _judged(_turn(), interactive=True) == Rest(reason=WaitingReason.INPUT, result="ok")


def test_an_interrupted_turn_rests_whatever_the_task_is() -> None:
    turn = _turn(is_error=True, subtype="error_during_execution", terminal_reason="aborted_streaming", result=None)
    assert _judged(turn, interrupted=True) == Rest(reason=WaitingReason.INTERRUPTED, result=None)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"subtype": "error_max_turns", "is_error": True}, FailureReason.MAX_TURNS),
        ({"is_error": True, "api_error_status": 500}, FailureReason.API_ERROR),
        ({"is_error": True, "api_error_status": 413}, FailureReason.BAD_REQUEST),
        ({"stop_reason": "refusal"}, FailureReason.REFUSED),
    ],
)
def test_what_went_wrong_becomes_a_reason_from_the_closed_list(
    fields: dict[str, object], reason: FailureReason
) -> None:
    failure = _failed(_judged(_turn(**fields)))
    assert failure.reason is reason
    assert failure.hint


@pytest.mark.parametrize("error", ["authentication_failed", "billing_error"])
def test_a_refused_login_parks_the_task_instead_of_failing_it(error: str) -> None:
    outcome = _judged(_turn(is_error=True), fault=ApiFault(error=error, text="Please run /login"))
    assert isinstance(outcome, Parked)
    assert outcome.reason is QueueReason.NOT_LOGGED_IN


def test_a_used_up_quota_parks_the_task_until_it_resets() -> None:
    quota = QuotaSeen(rejected=True, resets_at=1_800_000_000)
    outcome = _judged(_turn(is_error=True, api_error_status=429), quota=quota)
    assert isinstance(outcome, Parked)
    assert outcome.until == datetime.fromtimestamp(1_800_000_000, UTC)


def test_every_failure_reason_says_what_to_do() -> None:
    assert all(TaskFailure.of(reason, "x").hint for reason in FailureReason)


def test_a_turn_costs_what_the_cli_says_of_it_and_not_the_sum_of_the_session() -> None:
    account = Account(Usage(cost_usd=1.0, input_tokens=10))
    account.see(UsageSeen(message_id="m", model="x", usage=Usage(output_tokens=5, cost_usd=0.5)))
    assert account.usage.estimated
    turn = _turn(usage=Usage(output_tokens=7, cost_usd=0.25), turn_cost_known=True, total_cost_usd=99.0)
    assert account.end_turn(turn) == Usage(cost_usd=1.25, input_tokens=10, output_tokens=7)


def test_a_cli_that_reports_totals_only_is_counted_by_their_difference() -> None:
    account = Account(Usage())
    account.end_turn(_turn(total_cost_usd=0.30))
    assert account.end_turn(_turn(total_cost_usd=0.50)).cost_usd == pytest.approx(0.20)


def test_a_killed_turn_is_estimated_from_what_was_streamed_and_marked_so() -> None:
    account = Account(Usage())
    account.see(UsageSeen(message_id="m", model="x", usage=Usage(output_tokens=1, cost_usd=0.1)))
    account.see(UsageSeen(message_id="m", model="x", usage=Usage(output_tokens=9, cost_usd=0.4)))
    assert account.killed() == Usage(output_tokens=9, cost_usd=0.4, estimated=True)
    assert account.killed() == Usage(output_tokens=9, cost_usd=0.4, estimated=True)


async def test_waiting_does_not_use_up_running_time() -> None:
    clock = RunClock(remaining_seconds=0.05, linger_seconds=100, now=asyncio.get_running_loop().time)
    clock.run()
    clock.wait()
    async with asyncio.TaskGroup() as group:
        expired = group.create_task(clock.expired())
        await asyncio.sleep(0.15)
        assert not expired.done()
        clock.run()
        await asyncio.sleep(0.15)
        assert expired.done()


async def test_lingering_begins_anew_with_every_wait() -> None:
    clock = RunClock(remaining_seconds=100, linger_seconds=0.1, now=asyncio.get_running_loop().time)
    async with asyncio.TaskGroup() as group:
        lingered = group.create_task(clock.lingered())
        clock.wait()
        await asyncio.sleep(0.06)
        clock.run()
        clock.wait()
        await asyncio.sleep(0.06)
        assert not lingered.done()
        await asyncio.sleep(0.1)
        assert lingered.done()


def test_a_turn_that_was_cut_off_keeps_what_was_streamed_of_it() -> None:
    account = Account(Usage())
    account.see(UsageSeen(message_id="m", model="x", usage=Usage(input_tokens=100, output_tokens=9, cost_usd=0.4)))
    cut_off = _turn(is_error=True, subtype="error_during_execution", usage=Usage(), turn_cost_known=True)
    assert account.end_turn(cut_off) == Usage(input_tokens=100, output_tokens=9, cost_usd=0.4, estimated=True)
