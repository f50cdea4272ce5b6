"""MachineBrain: the conversation with the machine itself."""

import json
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from machine.domain.definitions import DefinitionKind
from machine.domain.errors import Conflict, NotFound
from machine.domain.principal import Principal
from machine.domain.task import Lane, Routing, Task
from machine.engine.attachments import AttachmentDesk
from machine.engine.brain_routing import BrainRouting, Opinion
from machine.engine.describing import Describing
from machine.engine.descriptions import Form
from machine.engine.intake import Intake, TaskRequest
from machine.engine.new_tasks import source_of
from machine.engine.steering import Steering
from machine.engine.task_router import TaskRouter
from machine.ports import Agents, TaskFilter, TaskStore

BRAIN_AGENT = "brain"


class ChatStarted(BaseModel):
    """Where a chat message went."""

    model_config = ConfigDict(frozen=True)

    conversation_id: str
    task_id: str


class Described(BaseModel):
    """A definition that was written from a description, and the task that wrote it."""

    model_config = ConfigDict(frozen=True)

    form: Form
    task_id: str


class MachineBrain:
    """Claude Code spawned for each message; one conversation is one CLI session, one message at a time."""

    def __init__(
        self,
        *,
        intake: Intake,
        steering: Steering,
        store: TaskStore,
        attachments: AttachmentDesk,
        describing: Describing,
        agents: Agents,
        routing: BrainRouting,
        default_agent: str,
    ) -> None:
        self._attachments = attachments
        self._describing = describing
        self._intake = intake
        self._steering = steering
        self._store = store
        self._agents = agents
        self._routing = routing
        self._default_agent = default_agent

    async def process_message(
        self,
        message: str,
        *,
        principal: Principal,
        conversation_id: str | None = None,
        agent: str | None = None,
        session_id: str | None = None,
        attachments: Sequence[str] = (),
    ) -> ChatStarted:
        """Take a chat message: into the task that works on the conversation now, or as its next task.

        A new conversation is with the agent `brain` unless `agent` is named; `attachments` are ids of files that come
        with the message. Raises BadRequest, NotFound, Forbidden, Conflict (files in the middle of an answer).
        """
        before = await self._newest(conversation_id, principal)
        if before is not None and not before.ended:
            if attachments:
                raise Conflict("Files cannot come in the middle of an answer.", hint="Wait for its end, or stop it.")
            task = await self._steering.send_input(before.task_id, message, principal=principal)
            return ChatStarted(conversation_id=task.conversation_id, task_id=task.task_id)
        chosen = agent or (before.assigned_agent if before else BRAIN_AGENT)
        request = TaskRequest(
            message=message,
            agent=chosen,
            conversation_id=conversation_id,
            parent_task_id=before.task_id if before else None,
            lane=Lane.CHAT if chosen == BRAIN_AGENT else Lane.WORK,
            source=source_of(principal),
            source_metadata=await self._attachments.for_message(attachments, principal, conversation_id),
            session_id=session_id,
        )
        task = await self._intake.accept(request, principal)
        return ChatStarted(conversation_id=task.conversation_id, task_id=task.task_id)

    async def create_entity(self, kind: DefinitionKind, wish: str, principal: Principal) -> Described:
        """Turn a description into a filled form; nothing is saved. Raises what `Describing.form` raises."""
        form, task = await self._describing.form(kind, wish, principal)
        return Described(form=form, task_id=task.task_id)

    async def route_webhook(self, task: Task) -> Opinion:
        """Which agent a webhook's task is for, where no rule decides: strangers may have written what it says."""
        about = task.source_metadata
        came = " ".join(str(about.get(name, ""))[:200] for name in ("provider", "event")).strip()
        labels = json.dumps([str(label) for label in about.get("labels", ())][:20], ensure_ascii=False)
        return await self._route(task, f"The event {came} came in through a webhook; labels: {labels[:2_000]}.")

    async def route_message(self, task: Task) -> Opinion:
        """Which agent a wish of a person or a program is for, where no rule decides."""
        return await self._route(task, f"The task came in through this door: {task.source}.")

    def default_routing(self, why: str) -> Routing:
        """The default agent takes a task, because of `why`."""
        return Routing(decision=self._default_agent, reason=f"default agent: {why}")

    async def _route(self, task: Task, about: str) -> Opinion:
        candidates = TaskRouter().candidates(self._agents.all(), default_agent=self._default_agent)
        if not candidates or candidates[0].name != self._default_agent:
            return Opinion(routing=self.default_routing("it is the one that is set, though there is none of that name"))
        return await self._routing.ask(task, about, self._agents.get(BRAIN_AGENT), candidates)

    async def _newest(self, conversation_id: str | None, principal: Principal) -> Task | None:
        if conversation_id is None:
            return None
        page = await self._store.list(TaskFilter(conversation_id=conversation_id), limit=1)
        if not page.items or not principal.sees(page.items[0].user_id):
            raise NotFound(
                f"There is no conversation {conversation_id}.", hint="Leave conversation_id out to start one."
            )
        return page.items[0]
