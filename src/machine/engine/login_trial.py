"""What one real request says of a login."""

from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from machine.domain.task import QueueReason
from machine.engine.outcome import REFUSED, Completed, Failed, Parked, Rest, judged
from machine.ports import Trial


class Verdict(BaseModel):
    """`worked` and `quota`: the login is good. `refused`: it is not. `unclear`: nobody answered who could say."""

    model_config = ConfigDict(frozen=True)

    outcome: Literal["worked", "refused", "quota", "unclear"]
    message: str
    at: datetime
    until: datetime | None = None
    cost_usd: float = 0.0
    """What the request cost, at list prices where a subscription pays."""

    @property
    def parked(self) -> Parked | None:
        """What a task would be told; None where it would have gone on."""
        if self.outcome == "refused":
            return Parked(reason=QueueReason.NOT_LOGGED_IN, message=self.message, refused=True)
        if self.outcome == "quota":
            return Parked(reason=QueueReason.QUOTA, message=self.message, until=self.until)
        return None


def verdict_on(trial: Trial, at: datetime) -> Verdict:
    """Decided as the outcome of a task is, by the CLI's last word and not by its exit code."""
    if trial.refused:
        return Verdict(outcome="refused", message=REFUSED, at=at)
    if trial.unreachable or trial.turn is None:
        message = trial.said or "The API could not be reached."
        if trial.turn is None and not trial.unreachable:
            message = "Claude Code ended without an answer."
        return Verdict(outcome="unclear", message=message, at=at)
    cost = trial.turn.total_cost_usd or 0.0
    match judged(trial.turn, fault=trial.fault, quota=trial.quota, interrupted=False, interactive=False):
        case Parked(reason=QueueReason.QUOTA, message=message, until=until):
            return Verdict(outcome="quota", message=message, until=until, at=at, cost_usd=cost)
        case Parked(message=message):
            return Verdict(outcome="refused", message=message, at=at, cost_usd=cost)
        case Completed() | Rest():
            return Verdict(outcome="worked", message="A real request went through.", at=at, cost_usd=cost)
        case Failed(failure=failure) if failure.reason in ("max_turns", "refused"):
            return Verdict(outcome="worked", message="The API has answered.", at=at, cost_usd=cost)
        case Failed(failure=failure):
            return Verdict(outcome="unclear", message=failure.message, at=at, cost_usd=cost)
    return Verdict(outcome="unclear", message="The answer was not understood.", at=at.astimezone(UTC), cost_usd=cost)
