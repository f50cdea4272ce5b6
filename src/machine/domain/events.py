"""Events: frozen facts in the past tense.

Events of a task are stored with a `seq` from 1 without gaps, in the transaction that made them true, before anybody
sees them. All but `task.output` also stand in the machine's feed, as do the machine's own, with a `feed_seq` each.
"""

import json
from datetime import datetime
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from machine.domain.approval import Approval
from machine.domain.auth_status import AuthStatusData as AuthStatusData
from machine.domain.auth_status import LoginWord as LoginWord
from machine.domain.code import Changes
from machine.domain.costs import CostKind, Usage
from machine.domain.day_budget import BudgetNotice
from machine.domain.definitions import DefinitionChange
from machine.domain.happening import DeliveryData
from machine.domain.machine import MachineChange
from machine.domain.machine_status import MachineStatusData
from machine.domain.output import MAX_PIECE_BYTES as MAX_PIECE_BYTES
from machine.domain.output import Output as Output
from machine.domain.output import OutputKind as OutputKind
from machine.domain.task import QueueReason, Routing, Task, TaskFailure, WaitingReason


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True)


class TaskCreated(_Fact):
    type: Literal["task.created"] = "task.created"
    data: Task


class StartedData(_Fact):
    attempt: int
    agent: str
    resumed: bool = False
    """True when the conversation goes on after a restart, a park or a long wait."""
    machine_id: str | None = None
    """The machine that it runs on."""


class TaskRouted(_Fact):
    type: Literal["task.routed"] = "task.routed"
    data: Routing


class TaskStarted(_Fact):
    type: Literal["task.started"] = "task.started"
    data: StartedData


class TaskOutput(_Fact):
    type: Literal["task.output"] = "task.output"
    data: Output


class MetricsData(_Fact):
    usage: Usage
    cost_kind: CostKind
    duration_seconds: float


class TaskMetrics(_Fact):
    type: Literal["task.metrics"] = "task.metrics"
    data: MetricsData


class InputData(_Fact):
    input_id: str
    message: str
    user_id: str | None = None


class TaskInput(_Fact):
    """A person's message to the task was accepted."""

    type: Literal["task.input"] = "task.input"
    data: InputData


class WaitingData(_Fact):
    reason: WaitingReason
    result: str | None = None


class TaskWaiting(_Fact):
    type: Literal["task.waiting"] = "task.waiting"
    data: WaitingData


class ContinuedData(_Fact):
    reason: Literal["answered", "input"]


class TaskContinued(_Fact):
    """The task runs again after it waited for a person, in the same process."""

    type: Literal["task.continued"] = "task.continued"
    data: ContinuedData


class ParkedData(_Fact):
    reason: QueueReason
    message: str = ""
    until: datetime | None = None
    machine_id: str | None = None
    """The machine that it ran on, when its process was lost."""


class TaskParked(_Fact):
    """The task stands in the queue until the login, the quota or the daemon is back."""

    type: Literal["task.parked"] = "task.parked"
    data: ParkedData


class TaskQueued(_Fact):
    """The task stands in the queue again and will resume its conversation as soon as there is a slot."""

    type: Literal["task.queued"] = "task.queued"
    data: ParkedData


class EndedData(_Fact):
    result: str | None = None
    changes: Changes | None = None
    usage: Usage
    cost_kind: CostKind
    duration_seconds: float


class TaskCompleted(_Fact):
    type: Literal["task.completed"] = "task.completed"
    data: EndedData


class FailedData(EndedData):
    failure: TaskFailure


class TaskFailed(_Fact):
    type: Literal["task.failed"] = "task.failed"
    data: FailedData


class CancelledData(EndedData):
    by: str | None = None
    reason: str = "stopped"


class TaskCancelled(_Fact):
    type: Literal["task.cancelled"] = "task.cancelled"
    data: CancelledData


class ApprovalRequested(_Fact):
    type: Literal["approval.requested"] = "approval.requested"
    data: Approval


class ApprovalAnswered(_Fact):
    """The approval is no longer pending: answered, superseded or cancelled; `data.status` says which."""

    type: Literal["approval.answered"] = "approval.answered"
    data: Approval


TaskEvent = Annotated[
    TaskCreated
    | TaskRouted
    | TaskStarted
    | TaskOutput
    | TaskMetrics
    | TaskInput
    | TaskWaiting
    | TaskContinued
    | TaskParked
    | TaskQueued
    | TaskCompleted
    | TaskFailed
    | TaskCancelled
    | ApprovalRequested
    | ApprovalAnswered,
    Field(discriminator="type"),
]


class ChatReplyData(_Fact):
    conversation_id: str
    task_id: str
    text: str


class ChatReply(_Fact):
    type: Literal["chat.reply"] = "chat.reply"
    data: ChatReplyData


class AuthStatus(_Fact):
    type: Literal["auth.status"] = "auth.status"
    data: AuthStatusData


class AgentStatus(_Fact):
    """An agent, a skill, a webhook or a schedule was created, changed, switched on or off, broken or deleted."""

    type: Literal["agent.status"] = "agent.status"
    data: DefinitionChange


class BudgetStatus(_Fact):
    """A budget of the day comes near its end, is used up, or has room again."""

    type: Literal["budget.status"] = "budget.status"
    data: BudgetNotice


class MachineStatus(_Fact):
    type: Literal["machine.status"] = "machine.status"
    data: MachineStatusData


class MachineChanged(_Fact):
    """One of the machines of a fleet came, was drained or resumed, was lost or shut down."""

    type: Literal["machine.changed"] = "machine.changed"
    data: MachineChange


class WebhookReceived(_Fact):
    """A delivery was stored, with the tasks that it starts."""

    type: Literal["webhook.received"] = "webhook.received"
    data: DeliveryData


MachineEvent = Annotated[
    ChatReply | AgentStatus | AuthStatus | BudgetStatus | MachineStatus | MachineChanged | WebhookReceived,
    Field(discriminator="type"),
]


class StoredEvent(BaseModel):
    """An event as it was stored, with its place. `body` is its `data` as JSON text, encoded once for everybody."""

    model_config = ConfigDict(frozen=True)

    type: str
    at: datetime
    body: str
    task_id: str | None = None
    seq: int | None = None
    feed_seq: int | None = None
    user_id: str | None = None
    """Whose it is; unset: everybody's."""

    @cached_property
    def frame(self) -> str:
        """The event as JSON text for the wire, made at most once however many readers there are.

        `{"type", "task_id"?, "seq"?, "feed_seq"?, "at", "data"}`; `body` goes in as it is.
        """
        places = {"task_id": self.task_id, "seq": self.seq, "feed_seq": self.feed_seq}
        head = {"type": self.type, **{name: place for name, place in places.items() if place is not None}}
        at = self.at.isoformat().replace("+00:00", "Z")
        return f'{json.dumps(head)[:-1]}, "at": "{at}", "data": {self.body}}}'
