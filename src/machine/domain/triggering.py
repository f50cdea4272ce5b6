"""The rules by which a trigger starts work or does not: room left by its rate, failures in a row, what may go on."""

from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict

from machine.domain.profile import narrower
from machine.domain.task import FailureReason, Task, TaskStatus

PAUSE_AFTER: Final = 5
"""So many failed tasks in a row, and the trigger is paused until a person resumes it."""
CONTINUED_FOR: Final = timedelta(days=7)
"""How long after its last task a conversation is gone on with; the CLI keeps its transcripts for about a month."""

_NO_FAULT: Final = frozenset({FailureReason.NOT_LOGGED_IN, FailureReason.QUOTA})
"""Failures of the login, which say nothing about the trigger."""


class TriggerState(BaseModel):
    """What is remembered of one trigger between its events. A fact: it changes by being replaced."""

    model_config = ConfigDict(frozen=True)

    webhook: str
    trigger: str
    """Its name, or `#1` for the first that has none."""
    room: float | None = None
    """How many tasks it could start at `room_at`; None: as many as its rate allows a minute."""
    room_at: datetime
    failures: int = 0
    """Failed tasks in a row."""
    paused_at: datetime | None = None
    why: str = ""

    def room_for(self, rate_per_minute: int, at: datetime) -> float:
        """How many tasks it may start now: a bucket that holds a minute's worth and fills evenly."""
        if self.room is None or at < self.room_at:  # a clock that was set back must not close it
            return float(rate_per_minute)
        gained = (at - self.room_at).total_seconds() * rate_per_minute / 60
        return min(float(rate_per_minute), self.room + gained)

    def with_start(self, rate_per_minute: int, at: datetime) -> "TriggerState":
        """After it has started a task."""
        return self.model_copy(update={"room": self.room_for(rate_per_minute, at) - 1, "room_at": at})

    def with_end(self, task: Task, at: datetime) -> "TriggerState":
        """After a task of it has ended; the one that fails too often in a row pauses it."""
        if task.status is TaskStatus.COMPLETED:
            return self.model_copy(update={"failures": 0})
        if task.status is not TaskStatus.FAILED or task.failure is None or task.failure.reason in _NO_FAULT:
            return self
        failures = self.failures + 1
        update: dict[str, object] = {"failures": failures}
        if failures >= PAUSE_AFTER and self.paused_at is None:
            last = task.failure
            why = f"{failures} of its tasks failed in a row, the last with {last.reason}: {last.message}"
            update |= {"paused_at": at, "why": why[:300]}
        return self.model_copy(update=update)

    def resumed(self) -> "TriggerState":
        """After a person has looked at it."""
        return self.model_copy(update={"failures": 0, "paused_at": None, "why": ""})


def may_continue(before: Task, wanted: Task, at: datetime) -> bool:
    """Whether `wanted` may go on in the conversation of `before`.

    One conversation has one profile, one agent and one owner: words of strangers never reach what a wider task has
    seen, and a wish that may do more is not run with the narrow tools of strangers. What has failed is begun anew.
    """
    return (
        before.status is not TaskStatus.FAILED
        and before.profile is wanted.profile
        and (wanted.awaits_routing or before.assigned_agent == wanted.assigned_agent)
        and not before.awaits_routing
        and before.user_id == wanted.user_id
        and before.cost_kind is wanted.cost_kind
        and at - (before.completed_at or at) <= CONTINUED_FOR
    )


def continuing(before: Task, wanted: Task) -> Task:
    """`wanted` as the next task of that conversation: it runs when nothing else of the conversation does."""
    return wanted.model_copy(
        update={
            "conversation_id": before.conversation_id,
            "claude_session_id": before.claude_session_id,
            "workspace": before.workspace,
            "code": before.code,
            "parent_task_id": before.task_id,
            "assigned_agent": before.assigned_agent,
            "profile": narrower(before.profile, wanted.profile),
            "awaits_routing": False,
            "source_metadata": {**wanted.source_metadata, "continues": before.task_id},
        }
    )
