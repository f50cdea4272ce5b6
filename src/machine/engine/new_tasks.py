"""How tasks come into being: from a wish, as a follow-up, as another try."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from machine.domain.agent import SubAgent
from machine.domain.budget import step_usd
from machine.domain.chat import attachments_of, with_attachments
from machine.domain.clock import Clock
from machine.domain.costs import CostKind, Usage
from machine.domain.errors import BadRequest
from machine.domain.ids import new_id
from machine.domain.machine import NOWHERE
from machine.domain.principal import Principal, Rights, Via
from machine.domain.routing import wish_of
from machine.domain.task import (
    MAX_MESSAGE_CHARS,
    PLAN_OF,
    Routing,
    Task,
    TaskLimits,
    TaskSource,
    TaskStatus,
    title_of,
)
from machine.engine.profiles import inherited, profile_for
from machine.engine.task_request import ASKED, MAX_TITLE_CHARS, TaskRequest, asked_in, code_for, code_of
from machine.engine.task_router import TaskRouter
from machine.ports import Agents, PendingInput

PLANNING: Final = "planning"
EXECUTOR: Final = "executor"
_CARRY_OUT: Final = "Carry out this plan. A person has approved it."
WAITING_FOR_BRAIN: Final = "no rule decides: waiting for the Brain"
_NO_TEXT: Final = re.compile("[\0\ud800-\udfff]")


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
        asks_brain: bool = True,
    ) -> None:
        """`machine_id` is the one on which all is done, NOWHERE in a fleet. `asks_brain`: whether what no rule decides
        waits for the Brain's word, or goes to the default agent."""
        self._agents = agents
        self._now = clock
        self._machine_id = machine_id
        self._default_agent = default_agent
        self._timeout_seconds = timeout_seconds
        self._cost_kind = cost_kind
        self._asks_brain = asks_brain
        self._router = TaskRouter()

    def from_request(self, request: TaskRequest, principal: Principal, *, before: Task | None = None) -> Task:
        """A task for a wish; with `before`, in the conversation of that task. Raises BadRequest, NotFound (agent)."""
        check_message(request.message)
        routing, is_open = self._routing(request, before)
        agent = self._agents.get(routing.decision)
        task_id = new_id("task")
        metadata = {**request.source_metadata, **({} if before else asked_in(request)), **inherited(before)}
        return Task(
            task_id=task_id,
            title=request.title or title_of(request.message),
            input_message=request.message,
            source=request.source,
            source_metadata=metadata,
            session_id=request.session_id,
            user_id=principal.user_id,
            machine_id=self._machine_id or (before.machine_id if before else NOWHERE),
            assigned_agent=agent.name,
            routing=routing,
            awaits_routing=is_open,
            profile=profile_for(agent, metadata),
            rights=_rights(principal, before),
            parent_task_id=request.parent_task_id,
            conversation_id=before.conversation_id if before else new_id("conv"),
            claude_session_id=before.claude_session_id if before else str(uuid4()),
            workspace=before.workspace if before else task_id,
            code=before.code if before else code_for(agent, request.code),
            concurrency_key=request.concurrency_key,
            lane=request.lane,
            priority=request.priority or agent.priority,
            is_interactive=request.is_interactive,
            limits=self._limits(asked_in(request).get(ASKED, {}), agent),
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
            max_budget_usd=step_usd(ended.limits) or None,
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
                "rights": ended.rights.narrower(principal.rights),
                # Text that no person at the machine typed does not become typed by being sent once more.
                "source": source_of(principal) if ended.source is TaskSource.DASHBOARD else ended.source,
                "parent_task_id": ended.task_id,
                "conversation_id": new_id("conv"),
                "claude_session_id": str(uuid4()),
                "workspace": task_id,
                "machine_id": self._machine_id,
                "created_at": now,
                "status_at": now,
            }
        )

    def from_plan(self, planned: Task, plan: str, principal: Principal, *, comment: str | None = None) -> Task:
        """The executor's task for the approved plan of a task, on the same code, for the same user.

        What the plan came from stays with it, strangers' words included: its profile is no wider than the plan's.
        """
        said = f"\n\nWho approved it adds:\n\n{comment.strip()}" if comment and comment.strip() else ""
        request = TaskRequest(
            message=f"{_CARRY_OUT}\n\n{plan.strip()}{said}",
            agent=EXECUTOR,
            named_by=f"the approved plan of {planned.task_id}",
            title=f"Carry out: {planned.title}"[:MAX_TITLE_CHARS],
            parent_task_id=planned.task_id,
            code=planned.code,
            concurrency_key=planned.concurrency_key,
            session_id=planned.session_id,
            source=planned.source,
            source_metadata={
                **{name: value for name, value in planned.source_metadata.items() if name != ASKED},
                **inherited(planned),
                PLAN_OF: planned.task_id,
                "approved_by": principal.user_id,
            },
        )
        rights = planned.rights.narrower(principal.rights)
        return self.from_request(request, principal).model_copy(update={"user_id": planned.user_id, "rights": rights})

    def first_input(self, task: Task) -> PendingInput:
        """The wish itself, as the first message of the conversation, with the names of files that came with it."""
        message = with_attachments(task.input_message, attachments_of(task))
        return new_input(task, message, self._now(), verbatim=not _typed(task))

    def given_to(self, task: Task, routing: Routing) -> Task:
        """A task that nothing has been done for yet, in the hands of the agent that was chosen. Raises NotFound."""
        agent = self._agents.get(routing.decision)
        asked = task.source_metadata.get(ASKED, {})
        return task.model_copy(
            update={
                "assigned_agent": agent.name,
                "routing": routing,
                "awaits_routing": False,
                "profile": profile_for(agent, task.source_metadata),
                "priority": asked.get("priority", agent.priority),
                "limits": self._limits(asked, agent),
                "code": code_of(task, agent),
            }
        )

    def _routing(self, request: TaskRequest, before: Task | None) -> tuple[Routing, bool]:
        """The decision, and whether the Brain has yet to make it."""
        if before is not None and request.agent in (None, before.assigned_agent):
            return Routing(decision=before.assigned_agent, reason="agent of the conversation"), False
        wish = wish_of(
            message=request.message,
            title=request.title or "",
            source=request.source,
            metadata=request.source_metadata,
            agent=request.agent,
            named_by=request.named_by,
        )
        agents, default = self._agents.all(), self._default_agent
        decided = self._router.decide(wish, agents, default_agent=default)
        if decided is not None:
            return decided, False
        if not self._asks_brain or len(self._router.candidates(agents, default_agent=default)) < 2:
            return Routing(decision=default, reason="default agent: no rule decides"), False
        return Routing(decision=default, reason=WAITING_FOR_BRAIN), True

    def _limits(self, asked: Mapping[str, Any], agent: SubAgent) -> TaskLimits:
        try:
            return TaskLimits(
                timeout_seconds=asked.get("timeout_seconds") or agent.timeout_seconds or self._timeout_seconds,
                max_turns=asked.get("max_turns") or agent.max_turns,
                max_budget_usd=asked.get("max_budget_usd") or agent.max_budget_usd,
            )
        except ValueError as error:
            raise BadRequest(f"The limits of this task are not possible: {error}") from error


_UNTOUCHED: Final[dict[str, Any]] = {
    "status": TaskStatus.QUEUED,
    "front": False,
    "attempt": 0,
    "losses": 0,
    "definitions_version": None,
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


def _rights(principal: Principal, before: Task | None) -> Rights:
    """Those of who speaks; in somebody else's conversation no more than theirs, whose words are in it."""
    if before is None or before.user_id == principal.user_id:
        return principal.rights
    return principal.rights.narrower(before.rights)


def source_of(principal: Principal) -> TaskSource:
    """Which door a principal's wishes come through."""
    return TaskSource.DASHBOARD if principal.via is Via.BROWSER else TaskSource.API


def new_input(task: Task, message: str, at: datetime, *, verbatim: bool, input_id: str | None = None) -> PendingInput:
    """A message for a task, with a new id if it has none yet. Only what a person typed into the page may hold @files
    and slash commands; everything else is sent verbatim."""
    return PendingInput(
        input_id=input_id or str(uuid4()),
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
    if _NO_TEXT.search(message):
        raise BadRequest("The message holds characters that are not text (NUL or half a surrogate pair).")


def _typed(task: Task) -> bool:
    """Whether a person typed the wish into the page; of a plan, the agent wrote most."""
    return task.source is TaskSource.DASHBOARD and PLAN_OF not in task.source_metadata
