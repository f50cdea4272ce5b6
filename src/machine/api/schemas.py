"""What goes over the wire. Input models forbid what they do not know; output models are made from the domain."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from machine.api.code_schemas import NamedCode
from machine.api.reply_view import ReplyView
from machine.domain.approval import Approval
from machine.domain.chat import MAX_ATTACHMENTS
from machine.domain.code import Changes, CodeSource
from machine.domain.costs import CostKind
from machine.domain.day_budget import BudgetNotice
from machine.domain.definitions import DefinitionKind
from machine.domain.events import AuthStatusData
from machine.domain.machine import MachineRole
from machine.domain.machine_status import MachineStatusData, MachineWarning
from machine.domain.principal import Principal, Role, Scope, Via
from machine.domain.profile import Profile
from machine.domain.reply import Reply
from machine.domain.session import ApiToken, Login, Session
from machine.domain.task import (
    MAX_MESSAGE_CHARS,
    Lane,
    QueueReason,
    Routing,
    Task,
    TaskFailure,
    TaskLimits,
    TaskSource,
    TaskStatus,
    WaitingReason,
)
from machine.engine.descriptions import described_kind
from machine.ports import Sandbox

PREVIEW_CHARS: Final = 500

Message = Annotated[str, Field(min_length=1, max_length=MAX_MESSAGE_CHARS, pattern=r"\S")]
ObjectId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")]
Attached = Annotated[list[ObjectId], Field(max_length=MAX_ATTACHMENTS)]
"""Ids of files that were sent to `/api/attachments`."""
AgentName = Annotated[str, Field(min_length=1, max_length=64)]


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


# --- in -------------------------------------------------------------------------------------------------------------


class NewTask(_In, NamedCode):
    """A wish. Limits that are not given are the agent's, or the machine's."""

    message: Message
    agent: AgentName | None = None
    title: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    is_interactive: StrictBool = False
    priority: int = Field(0, ge=-100, le=100, strict=True)
    timeout_seconds: float | None = Field(None, gt=0, le=7 * 24 * 3600, strict=True)
    max_turns: int | None = Field(None, gt=0, le=10_000, strict=True)
    max_budget_usd: float | None = Field(None, gt=0, le=100_000, strict=True)
    parent_task_id: ObjectId | None = None
    conversation_id: ObjectId | None = None
    session_id: ObjectId | None = None
    attachments: Attached = []


class Say(_In):
    """A message to a task."""

    message: Message


class StopTask(_In):
    """`interrupt` ends the turn, the conversation stays open; `stop` ends the task."""

    mode: Literal["interrupt", "stop"] = "stop"


class ChatMessage(_In):
    """A message to the Brain, or to the named agent; without `conversation_id` it begins a conversation."""

    message: Message
    conversation_id: ObjectId | None = None
    agent: AgentName | None = None
    session_id: ObjectId | None = None
    attachments: Attached = []


# --- out ------------------------------------------------------------------------------------------------------------


class TaskSummary(_Out):
    """A task in a list: long texts are cut to their first 500 characters."""

    task_id: str
    title: str
    input_message: str
    status: TaskStatus
    source: TaskSource
    session_id: str | None
    user_id: str
    machine_id: str
    assigned_agent: str
    profile: Profile
    """How much it may do at most."""
    parent_task_id: str | None
    conversation_id: str
    lane: Lane
    """`chat`: a message to the Brain, or a description that it turns into a definition."""
    describes: DefinitionKind | None
    """What it turns a description into; null for all other tasks."""
    priority: int
    attempt: int
    is_interactive: bool
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    status_at: datetime
    duration_seconds: float
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_creation_tokens: int
    cost_usd: float
    cost_kind: CostKind
    estimated: bool
    """Whether part of the cost is an estimate, because a turn was killed before the CLI reported it."""
    result: str | None
    failure: TaskFailure | None
    waiting_reason: WaitingReason | None
    queue_reason: QueueReason | None
    parked_until: datetime | None
    last_seq: int

    @classmethod
    def of(cls, task: Task) -> "TaskSummary":
        fields = _flat(task)
        for name in ("input_message", "result"):
            fields[name] = _preview(fields[name])
        return cls.model_validate(fields)


class TaskView(TaskSummary):
    """A task, whole."""

    source_metadata: dict[str, Any]
    routing: Routing | None
    claude_session_id: str
    definitions_version: int | None
    """In a fleet, once it was started: it goes by its agent as it was defined up to this version."""
    limits: TaskLimits
    code: CodeSource | None
    changes: Changes | None

    @classmethod
    def of(cls, task: Task) -> "TaskView":
        return cls.model_validate(_flat(task))


class TaskDetail(TaskView):
    """A task with the end of the text that its agent has written so far."""

    output_stream: str
    """At most 1 MiB, of the newest 1,000 events; `GET /api/tasks/{id}/output` gives all of it."""
    reply: ReplyView | None
    """Null where none was asked for, and until the task has ended."""
    waits_for: str
    """Why no machine takes a queued task up: nobody is logged in, or in a fleet there is none for it; empty where one
    can."""

    @classmethod
    def with_output(cls, task: Task, output: str, reply: Reply | None, *, waits_for: str = "") -> "TaskDetail":
        seen = reply and ReplyView.of(reply)
        return cls.model_validate({**_flat(task), "output_stream": output, "reply": seen, "waits_for": waits_for})


class TaskList(_Out):
    items: list[TaskSummary]
    next_cursor: str | None


class TaskTaken(_Out):
    """The task that takes a message: the one it was sent to, or the one that follows up."""

    task_id: str


class ApprovalList(_Out):
    items: list[Approval]


class SessionMade(_Out):
    session_id: str


class SessionList(_Out):
    items: list[Session]


class LoginView(Login):
    current: bool
    """Whether it is the login of the one who asks."""


class LoginList(_Out):
    items: list[LoginView]


class TokenMade(ApiToken):
    token: str
    """The secret. It is shown this once."""


class TokenList(_Out):
    items: list[ApiToken]


class Me(_Out):
    """Who asks, and what they may do."""

    user_id: str
    name: str
    role: Role
    via: Via
    scopes: list[Scope]
    """A token's; a browser's login is good for all that its person may do."""

    @classmethod
    def of(cls, principal: Principal) -> "Me":
        user, scopes = principal.user, list(principal.scopes)
        return cls(user_id=user.user_id, name=user.name, role=user.role, via=principal.via, scopes=scopes)


class StatusView(_Out):
    """The machine, at a glance."""

    machine_id: str
    role: MachineRole
    """What this process does: everything, requests, or tasks."""
    in_fleet: bool
    """Whether other machines share the work, or may: there is a page of machines then."""
    version: str
    demo: bool
    machine: MachineStatusData
    auth: AuthStatusData
    sandbox: Sandbox
    warnings: list[MachineWarning]
    """What to mend, the graver first; empty for all but administrators."""
    me: Me
    default_agent: str
    budgets: list[BudgetNotice]
    """Budgets of the day that are near their end or used up, as far as they bound the caller's work."""
    feed_seq: int
    feed_oldest: int


class Health(_Out):
    status: Literal["ok", "draining"]
    version: str
    machine_id: str


class Fault(_Out):
    where: str
    what: str


class Problem(_Out):
    """RFC 9457. `code` is stable and made for programs; `detail` and `hint` are made for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str
    errors: list[Fault] = []
    request_id: str | None = None


def _flat(task: Task) -> dict[str, Any]:
    """The fields of a task with its usage among them. Values stay as they are: nothing is copied."""
    fields = dict(task)
    usage = fields.pop("usage")
    return {**fields, **dict(usage), "describes": described_kind(task)}


def _preview(text: str | None) -> str | None:
    return text if text is None or len(text) <= PREVIEW_CHARS else text[: PREVIEW_CHARS - 1] + "…"
