"""How tasks come into being: from a wish, as a follow-up, as another try."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

from machine.domain.agent import SubAgent
from machine.domain.clock import Clock
from machine.domain.code import CodeSource
from machine.domain.costs import CostKind, Usage
from machine.domain.errors import BadRequest
from machine.domain.git_address import address_of
from machine.domain.ids import new_id
from machine.domain.principal import Principal, Via
from machine.domain.task import (
    MAX_MESSAGE_CHARS,
    Lane,
    Routing,
    Task,
    TaskLimits,
    TaskSource,
    TaskStatus,
    title_of,
)
from machine.engine.profiles import inherited
from machine.ports import Agents, PendingInput

MAX_TITLE_CHARS: Final = 200


class TaskRequest(BaseModel):
    """A wish as it comes in. Limits that are unset are the agent's, then the machine's."""

    model_config = ConfigDict(frozen=True)

    message: str
    agent: str | None = None
    title: str | None = Field(None, max_length=MAX_TITLE_CHARS)
    is_interactive: bool = False
    priority: int = Field(0, ge=-100, le=100)
    timeout_seconds: float | None = None
    max_turns: int | None = None
    max_budget_usd: float | None = None
    parent_task_id: str | None = None
    conversation_id: str | None = None
    code: CodeSource | None = None
    """In a conversation it is the code that this works on already, whatever is said here; unset: the agent's."""
    concurrency_key: str | None = None
    lane: Lane = Lane.WORK
    source: TaskSource = TaskSource.API
    source_metadata: dict[str, Any] = Field(default_factory=dict)
    session_id: str | None = None


class NewTasks:
    """Makes tasks; storing and running them is the manager's matter."""

    def __init__(
        self,
        *,
        agents: Agents,
        clock: Clock,
        machine_id: str,
        default_agent: str,
        timeout_seconds: float,
        cost_kind: Callable[[], CostKind],
    ) -> None:
        self._agents = agents
        self._now = clock
        self._machine_id = machine_id
        self._default_agent = default_agent
        self._timeout_seconds = timeout_seconds
        self._cost_kind = cost_kind

    def from_request(self, request: TaskRequest, principal: Principal, *, before: Task | None = None) -> Task:
        """A task for a wish; with `before`, in the conversation of that task. Raises BadRequest, NotFound (agent)."""
        check_message(request.message)
        agent = self._agents.get(request.agent or (before.assigned_agent if before else self._default_agent))
        task_id = new_id("task")
        return Task(
            task_id=task_id,
            title=request.title or title_of(request.message),
            input_message=request.message,
            source=request.source,
            source_metadata={**request.source_metadata, **inherited(before)},
            session_id=request.session_id,
            user_id=principal.user_id,
            machine_id=self._machine_id,
            assigned_agent=agent.name,
            routing=_routing(request, before, agent),
            parent_task_id=request.parent_task_id,
            conversation_id=before.conversation_id if before else new_id("conv"),
            claude_session_id=before.claude_session_id if before else str(uuid4()),
            workspace=before.workspace if before else task_id,
            code=before.code if before else code_for(agent, request.code),
            concurrency_key=request.concurrency_key,
            lane=request.lane,
            priority=request.priority or agent.priority,
            is_interactive=request.is_interactive,
            limits=self._limits(request, agent),
            cost_kind=self._cost_kind(),
            created_at=(now := self._now()),
            status_at=now,
        )

    def follow_up(self, ended: Task, message: str, principal: Principal) -> Task:
        """A task that goes on in the conversation of one that has ended."""
        request = TaskRequest(
            message=message,
            agent=ended.assigned_agent,
            parent_task_id=ended.task_id,
            source=source_of(principal),
            lane=ended.lane,
            is_interactive=ended.is_interactive,
            session_id=ended.session_id,
            timeout_seconds=ended.limits.timeout_seconds,
            max_turns=ended.limits.max_turns,
            max_budget_usd=ended.limits.max_budget_usd,
        )
        return self.from_request(request, principal, before=ended)

    def retry_of(self, ended: Task, principal: Principal) -> Task:
        """The same wish once more, in a conversation and a workspace of its own."""
        now = self._now()
        task_id = new_id("task")
        fresh = ended.model_copy(update={**_UNTOUCHED, "cost_kind": self._cost_kind()})
        return fresh.model_copy(
            update={
                "task_id": task_id,
                "user_id": principal.user_id,
                # Text that no person at the machine typed does not become typed by being sent once more.
                "source": source_of(principal) if ended.source is TaskSource.DASHBOARD else ended.source,
                "parent_task_id": ended.task_id,
                "conversation_id": new_id("conv"),
                "claude_session_id": str(uuid4()),
                "workspace": task_id,
                "created_at": now,
                "status_at": now,
            }
        )

    def first_input(self, task: Task) -> PendingInput:
        """The wish itself, as the first message of the conversation."""
        return new_input(task, task.input_message, self._now(), verbatim=task.source is not TaskSource.DASHBOARD)

    def _limits(self, request: TaskRequest, agent: SubAgent) -> TaskLimits:
        try:
            return TaskLimits(
                timeout_seconds=request.timeout_seconds or agent.timeout_seconds or self._timeout_seconds,
                max_turns=request.max_turns or agent.max_turns,
                max_budget_usd=request.max_budget_usd or agent.max_budget_usd,
            )
        except ValueError as error:
            raise BadRequest(f"The limits of this task are not possible: {error}") from error


_UNTOUCHED: Final[dict[str, Any]] = {
    "status": TaskStatus.QUEUED,
    "front": False,
    "attempt": 0,
    "losses": 0,
    "started_at": None,
    "completed_at": None,
    "duration_seconds": 0.0,
    "usage": Usage(),
    "result": None,
    "failure": None,
    "waiting_reason": None,
    "queue_reason": None,
    "parked_until": None,
    "changes": None,
    "last_seq": 0,
}


def source_of(principal: Principal) -> TaskSource:
    """Which door a principal's wishes come through."""
    return TaskSource.DASHBOARD if principal.via is Via.BROWSER else TaskSource.API


def new_input(task: Task, message: str, at: datetime, *, verbatim: bool) -> PendingInput:
    """A message for a task. Only what a person typed into the page may hold @files and slash commands; everything
    else is sent verbatim."""
    return PendingInput(
        input_id=str(uuid4()),
        task_id=task.task_id,
        message=message,
        verbatim=verbatim,
        created_at=at,
    )


def check_message(message: str) -> None:
    """Raises BadRequest for a message that is empty, too long, or not text."""
    if not message.strip():
        raise BadRequest("The message is empty.", hint="Say what the agent should do.")
    if len(message) > MAX_MESSAGE_CHARS:
        raise BadRequest(
            f"The message has {len(message)} characters, the limit is {MAX_MESSAGE_CHARS}.",
            hint="Put long material into a file.",
        )
    if "\0" in message or any("\ud800" <= char <= "\udfff" for char in message):
        raise BadRequest("The message holds characters that are not text (NUL or half a surrogate pair).")


def _routing(request: TaskRequest, before: Task | None, agent: SubAgent) -> Routing:
    if request.agent:
        return Routing(decision=agent.name, reason="named in the request")
    if before:
        return Routing(decision=agent.name, reason="agent of the conversation")
    return Routing(decision=agent.name, reason="default agent")


def code_for(agent: SubAgent, asked: CodeSource | None) -> CodeSource | None:
    """The code of a new task. What an administrator gave the agent for one repository counts for that one only."""
    if asked is None or agent.code is None or asked.credentials is not None:
        return asked or agent.code
    if address_of(asked.repository).identity != address_of(agent.code.repository).identity:
        return asked
    return asked.model_copy(update={"credentials": agent.code.credentials})
