"""A task: one wish, one agent, one conversation with Claude Code, and how it went.

`NEXT` is the one transition table. The model checks it here, the database checks it again with `WHERE status = …`.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from machine.domain.code import Changes, CodeSource
from machine.domain.costs import CostKind, Usage
from machine.domain.errors import IllegalTransition
from machine.domain.principal import Rights
from machine.domain.profile import Profile

MAX_MESSAGE_CHARS: Final = 1_000_000
MAX_BUDGET_USD: Final = 100_000
PLAN_OF: Final = "plan_of"
"""In `source_metadata`: the task whose approved plan this one carries out."""


class TaskStatus(StrEnum):
    """Where a task is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING_INPUT = "waiting_input"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


_ENDED: Final = frozenset({TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED})

NEXT: Final[Mapping[TaskStatus, frozenset[TaskStatus]]] = {
    TaskStatus.QUEUED: frozenset({TaskStatus.RUNNING, TaskStatus.CANCELLED, TaskStatus.FAILED}),
    TaskStatus.RUNNING: frozenset({TaskStatus.WAITING_INPUT, TaskStatus.QUEUED}) | _ENDED,
    TaskStatus.WAITING_INPUT: frozenset({TaskStatus.RUNNING, TaskStatus.QUEUED}) | _ENDED,
    TaskStatus.COMPLETED: frozenset(),
    TaskStatus.FAILED: frozenset(),
    TaskStatus.CANCELLED: frozenset(),
}


class TaskSource(StrEnum):
    """Which door a task came through."""

    DASHBOARD = "dashboard"
    WEBHOOK = "webhook"
    API = "api"
    SCHEDULE = "schedule"
    BRAIN = "brain"


class Lane(StrEnum):
    """Which slots a task uses: those of the machine, or the one kept free for chat with the Brain."""

    WORK = "work"
    CHAT = "chat"


class WaitingReason(StrEnum):
    """Why a task in `waiting_input` waits."""

    APPROVAL = "approval"
    INPUT = "input"
    INTERRUPTED = "interrupted"


class QueueReason(StrEnum):
    """Why a task that had started, or could have, stands in the queue again."""

    NOT_LOGGED_IN = "not_logged_in"
    QUOTA = "quota"
    DRAIN = "drain"
    LOST = "lost"
    ANSWERED = "answered"
    INPUT = "input"
    BUDGET = "budget"


class FailureReason(StrEnum):
    """The closed list of reasons for which a task fails."""

    NOT_LOGGED_IN = "not_logged_in"
    QUOTA = "quota"
    BUDGET = "budget"
    MAX_TURNS = "max_turns"
    TIMEOUT = "timeout"
    LOST = "lost"
    CLI_MISSING = "cli_missing"
    CLI_CRASHED = "cli_crashed"
    API_ERROR = "api_error"
    REFUSED = "refused"
    BAD_REQUEST = "bad_request"
    INTERNAL = "internal"


_HINTS: Final[Mapping[FailureReason, str]] = {
    FailureReason.NOT_LOGGED_IN: "Log Claude Code in on this machine, then retry the task.",
    FailureReason.QUOTA: "Wait until the quota resets, or use another login, then retry the task.",
    FailureReason.BUDGET: "Retry it with a larger budget, or ask for less.",
    FailureReason.MAX_TURNS: "Raise max_turns, or follow up with a message that says what is left to do.",
    FailureReason.TIMEOUT: "Raise timeout_seconds, or follow up to let it go on where it stopped.",
    FailureReason.LOST: "Its process was lost several times: look at its last output and the log, then retry.",
    FailureReason.CLI_MISSING: "Install Claude Code, or point CLAUDE_CLI_PATH at it; `machine doctor` checks it.",
    FailureReason.CLI_CRASHED: "Look at the task's stderr output, run `machine doctor`, then retry.",
    FailureReason.API_ERROR: "The model's API refused or failed. Read the message, then retry.",
    FailureReason.REFUSED: "The model declined this request. Put it differently, then retry.",
    FailureReason.BAD_REQUEST: "Change the message or the task's settings as the message says, then retry.",
    FailureReason.INTERNAL: "This is a fault of the machine itself: look at its log, then retry.",
}


class TaskFailure(BaseModel):
    """Why a task failed: a reason from the closed list, what happened, and what to do."""

    model_config = ConfigDict(frozen=True)

    reason: FailureReason
    message: str
    hint: str

    @classmethod
    def of(cls, reason: FailureReason, message: str) -> "TaskFailure":
        """The failure for `reason`, with the hint that belongs to it."""
        return cls(reason=reason, message=message, hint=_HINTS[reason])


class TaskLimits(BaseModel):
    """Bounds of one task. `timeout_seconds` counts running time only: waiting for a person costs nothing."""

    model_config = ConfigDict(frozen=True)

    timeout_seconds: float = Field(3600, gt=0, le=7 * 24 * 3600)
    max_turns: int | None = Field(None, gt=0, le=10_000)
    max_budget_usd: float | None = Field(None, gt=0, le=MAX_BUDGET_USD)
    raised_usd: float = Field(0.0, ge=0)
    """How much of `max_budget_usd` people have added since the task began."""


class Routing(BaseModel):
    """Which agent was chosen, by which rule, and who came second."""

    model_config = ConfigDict(frozen=True)

    decision: str
    reason: str
    runner_up: str | None = None
    corrected_by: str | None = None
    """The user who chose another agent than the machine had."""


class Task(BaseModel):
    """A task as it is now. A fact: it changes by being replaced."""

    model_config = ConfigDict(frozen=True)

    task_id: str
    title: str
    input_message: str
    status: TaskStatus = TaskStatus.QUEUED
    source: TaskSource = TaskSource.API
    source_metadata: dict[str, Any] = Field(default_factory=dict)
    session_id: str | None = None
    user_id: str
    machine_id: str
    assigned_agent: str
    routing: Routing | None = None
    profile: Profile = Profile.STANDARD
    """How much it may do at most: the narrower of what its agent's definition says and where it comes from."""
    rights: Rights = Rights()
    """Those with which the wish came: what it does with the machine's own tools is bounded by them."""
    parent_task_id: str | None = None
    conversation_id: str
    """Tasks of one conversation share a CLI session and a workspace, and never run at the same time."""
    claude_session_id: str
    """The CLI's own id of the conversation, a UUID chosen by the machine."""
    workspace: str
    """Name of the folder under `workspaces/`."""
    code: CodeSource | None = None
    """What lies in `repo/` of its workspace."""
    changes: Changes | None = None
    """What it had made of that code when it ended."""
    concurrency_key: str | None = None
    """Of the queued tasks with one key, one at a time leaves the queue, and none while another of them is under way."""
    definitions_version: int | None = None
    """In a fleet: it goes by its agent as it was defined up to this version; unset until it is started."""
    awaits_routing: bool = False
    """Nobody has decided yet which agent does it; it is not started before that."""
    lane: Lane = Lane.WORK
    priority: int = 0
    front: bool = False
    """True for a task that had already started: it goes before those that never did."""
    attempt: int = 0
    """How many times its CLI was started."""
    losses: int = 0
    """How many times its process was lost with the daemon; bounded, then the task fails as `lost`."""
    is_interactive: bool = False
    limits: TaskLimits = Field(default_factory=TaskLimits)
    created_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None
    status_at: datetime
    """When the present status began."""
    duration_seconds: float = 0.0
    """Running time, all attempts together, without waiting."""
    usage: Usage = Field(default_factory=Usage)
    cost_kind: CostKind = CostKind.BILLED
    result: str | None = None
    failure: TaskFailure | None = None
    waiting_reason: WaitingReason | None = None
    queue_reason: QueueReason | None = None
    parked_until: datetime | None = None
    """Set while the task is parked for a quota whose end is known."""
    last_seq: int = 0
    """`seq` of the task's newest stored event."""

    @property
    def ended(self) -> bool:
        return self.status in _ENDED

    @property
    def has_started(self) -> bool:
        """Whether a CLI was ever started for it, so that there is a conversation to resume."""
        return self.attempt > 0

    def moved_to(self, status: TaskStatus, at: datetime, **changes: Any) -> "Task":
        """This task in `status`; running time is added up on the way. Raises IllegalTransition."""
        if status not in NEXT[self.status]:
            raise IllegalTransition(self.task_id, self.status, status)
        update: dict[str, Any] = {"status": status, "status_at": at, "waiting_reason": None, "queue_reason": None}
        if self.status is TaskStatus.RUNNING:
            elapsed = max(0.0, (at - self.status_at).total_seconds())
            update["duration_seconds"] = self.duration_seconds + elapsed
        if status is TaskStatus.RUNNING and self.started_at is None:
            update["started_at"] = at
        if status in _ENDED:
            update["completed_at"] = at
        return self.model_copy(update={**update, **changes})


def title_of(message: str, limit: int = 80) -> str:
    """The first line of a message that says something, cut to `limit` characters at a word's end."""
    line = next((stripped for raw in message.splitlines() if (stripped := raw.strip())), "Untitled task")
    if len(line) <= limit:
        return line
    return line[: limit - 1].rsplit(" ", 1)[0].rstrip() + "…"
