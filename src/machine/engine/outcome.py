"""How a run ended, and how that follows from what the CLI said last."""

import json
from datetime import UTC, datetime
from typing import Final

from pydantic import BaseModel, ConfigDict

from machine.domain.messages import ApiFault, QuotaSeen, TurnEnded
from machine.domain.redaction import Redactor
from machine.domain.task import FailureReason, QueueReason, Task, TaskFailure, TaskStatus, WaitingReason


class _Outcome(BaseModel):
    model_config = ConfigDict(frozen=True)


class Completed(_Outcome):
    result: str | None


class Failed(_Outcome):
    failure: TaskFailure


class Cancelled(_Outcome):
    by: str | None = None
    reason: str = "stopped"


class Parked(_Outcome):
    """Back to the queue: nothing is wrong with the task itself."""

    reason: QueueReason
    message: str = ""
    until: datetime | None = None
    refused: bool = False
    """There is a login, and the API does not take it."""


class SetBack(_Outcome):
    """What the machine itself needs for a run gave way under it: the task goes on in another one, a few times."""

    message: str


class StillWaiting(_Outcome):
    """A person keeps it waiting; its CLI was ended, its status stays."""


class OutOfBudget(_Outcome):
    """It has used up its own budget: a person says whether it may cost more."""


Outcome = Completed | Failed | Cancelled | Parked | SetBack | StillWaiting | OutOfBudget


class Rest(_Outcome):
    """The turn is over, the conversation stays open for the person's next message."""

    reason: WaitingReason
    result: str | None


_MAX_TURNS: Final = "error_max_turns"
_MAX_BUDGET: Final = "error_max_budget_usd"
_LOGIN_ERRORS: Final = frozenset({"authentication_failed", "oauth_org_not_allowed", "billing_error"})
REFUSED: Final = "The API refused this machine's login."
UNAUTHORISED: Final = 401
FORBIDDEN: Final = 403


def failed(reason: FailureReason, message: str) -> Failed:
    """Failed for `reason`; an empty message is filled in."""
    return Failed(failure=TaskFailure.of(reason, message.strip() or reason.replace("_", " ")))


def in_a_word(outcome: Outcome) -> str:
    """For the log: nothing in it comes from outside."""
    match outcome:
        case Completed():
            return "completed"
        case Failed(failure=failure):
            return f"failed, {failure.reason.value}"
        case Cancelled():
            return "cancelled"
        case Parked(reason=reason):
            return f"parked, {reason.value}"
        case SetBack():
            return "set back to the queue"
        case StillWaiting():
            return "waits for a person"
        case OutOfBudget():
            return "has used up its budget"


def redacted_outcome(outcome: Outcome, redactor: Redactor) -> Outcome:
    """`outcome` without secret values in what the CLI said."""
    match outcome:
        case Completed(result=str(result)):
            return Completed(result=redactor.text(result))
        case Failed(failure=failure):
            return Failed(failure=failure.model_copy(update={"message": redactor.text(failure.message)}))
        case Parked():
            return outcome.model_copy(update={"message": redactor.text(outcome.message)})
        case _:
            return outcome


def stopped(task: Task, by: str | None) -> Completed | Cancelled:
    """What a stop makes of a task: a conversation that rests after a finished turn is closed, not cut off."""
    if task.status is TaskStatus.WAITING_INPUT and task.waiting_reason is WaitingReason.INPUT:
        return Completed(result=task.result)
    return Cancelled(by=by)


def judged(
    turn: TurnEnded,
    *,
    fault: ApiFault | None,
    quota: QuotaSeen | None,
    interrupted: bool,
    interactive: bool,
    last_words: str | None = None,
) -> Outcome | Rest:
    """What a finished turn means for the task. `last_words` are the model's in this turn."""
    if interrupted and turn.is_error and fault is None:
        return Rest(reason=WaitingReason.INTERRUPTED, result=turn.result)
    if not turn.is_error:
        if turn.stop_reason == "refusal":
            return failed(FailureReason.REFUSED, turn.result or "The model declined this request.")
        return (
            Rest(reason=WaitingReason.INPUT, result=_result(turn)) if interactive else Completed(result=_result(turn))
        )
    message = _message(turn, fault)
    if _is_login(turn, fault):
        refused = turn.api_error_status in (UNAUTHORISED, FORBIDDEN)
        return Parked(reason=QueueReason.NOT_LOGGED_IN, message=message, refused=refused)
    if quota is not None and quota.rejected:
        until = datetime.fromtimestamp(quota.resets_at, UTC) if quota.resets_at else None
        return Parked(reason=QueueReason.QUOTA, message=message, until=until)
    if turn.subtype == _MAX_BUDGET:
        # The CLI looks at the price after each answer of the model, the one that finishes the work included.
        done = turn.stop_reason == "end_turn" and last_words and not interactive
        return Completed(result=last_words) if done else OutOfBudget()
    if turn.subtype == _MAX_TURNS:
        return failed(FailureReason.MAX_TURNS, message)
    if turn.api_error_status in (400, 404, 413):
        return failed(FailureReason.BAD_REQUEST if turn.api_error_status == 413 else FailureReason.API_ERROR, message)
    return failed(FailureReason.API_ERROR, message)


def _is_login(turn: TurnEnded, fault: ApiFault | None) -> bool:
    if turn.api_error_status == FORBIDDEN:
        # The CLI calls every 403 a failed authentication; most are about what this one task asked for.
        return "oauth" in _message(turn, fault).lower()
    return (fault is not None and fault.error in _LOGIN_ERRORS) or turn.api_error_status == UNAUTHORISED


def _message(turn: TurnEnded, fault: ApiFault | None) -> str:
    if turn.errors:
        return "; ".join(turn.errors)
    if turn.result:
        return turn.result
    return fault.text if fault and fault.text else turn.subtype.replace("_", " ")


def _result(turn: TurnEnded) -> str | None:
    """What the turn came to: the JSON of its answer where a schema was given, else its last text."""
    return turn.result if turn.structured is None else json.dumps(turn.structured, ensure_ascii=False)
