"""What a reply says about a task that has ended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from machine.domain.task import FailureReason, Task, TaskStatus
from machine.webhooks.replies import compose, wants_reply

MIN_SECRET_CHARS: Final = 6

_FAILED: Final[Mapping[FailureReason, str]] = {
    FailureReason.NOT_LOGGED_IN: "the machine is not logged in to Claude",
    FailureReason.QUOTA: "the quota is used up",
    FailureReason.BUDGET: "it would have cost more than it may",
    FailureReason.MAX_TURNS: "it took more steps than it may",
    FailureReason.TIMEOUT: "it took longer than it may",
    FailureReason.LOST: "its process was lost several times",
    FailureReason.CLI_MISSING: "Claude Code is not installed on the machine",
    FailureReason.CLI_CRASHED: "Claude Code ended unexpectedly",
    FailureReason.API_ERROR: "the model could not be asked",
    FailureReason.REFUSED: "the model declined",
    FailureReason.BAD_REQUEST: "the request cannot be carried out as it is",
    FailureReason.INTERNAL: "the machine made a mistake",
}
"""For everybody who reads the place where the event came from. The failure's own message may name what is not theirs
to know: paths, addresses, output of programs."""


@dataclass(frozen=True)
class Silence:
    """Nothing is to be said."""

    why: str


def said_of(task: Task, public_url: str | None) -> str | Silence:
    """The text, in Markdown; `public_url`: where people reach the machine, for the link. The task must have ended."""
    if task.status is TaskStatus.CANCELLED:
        return Silence("The task was cancelled.")
    if task.status is TaskStatus.FAILED:
        why = _FAILED[task.failure.reason] if task.failure else "the machine made a mistake"
        result = f"This could not be finished: {why}."
    else:
        result = task.result or ""
        if not wants_reply(result):
            return Silence("The agent ended with NO_REPLY." if result.strip() else "The agent said nothing.")
    url = f"{public_url.rstrip('/')}/tasks/{task.task_id}" if public_url else ""
    return compose(result, cost_usd=task.usage.cost_usd, cost_kind=task.cost_kind.value, url=url)


def without(text: str, secrets: Iterable[str]) -> str:
    """The text with none of these values in it, whatever an agent wrote. Very short ones are no secrets."""
    for secret in secrets:
        if len(secret) >= MIN_SECRET_CHARS:
            text = text.replace(secret, "[redacted]")
    return text
