"""From words to a definition: Claude Code is spawned once, with no tools, and answers in the shape of the form.

What comes back is a draft like any other. It goes through the same model, the same preview and the same save.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError

from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.definitions import DefinitionKind, invalid_fields
from machine.domain.errors import BadRequest, Forbidden, MachineError, Unavailable
from machine.domain.principal import Principal
from machine.domain.skill import BRAIN
from machine.domain.task import Lane, QueueReason, Task, TaskStatus, title_of
from machine.engine.background_manager import BackgroundTaskManager
from machine.engine.descriptions import DESCRIBES, FORMS, Form
from machine.engine.intake import Intake, TaskRequest
from machine.engine.new_tasks import source_of
from machine.engine.steering import Steering
from machine.engine.tools.new_webhook import GUIDE
from machine.ports import Agents, TaskStore

MAX_WISH_CHARS: Final = 20_000
WORK_SECONDS: Final = 300.0
WAIT_SECONDS: Final = 360.0
"""The longest that somebody waits for a draft, the line before it included."""

LOOK_SECONDS: Final = 1.0
_HELD_BACK: Final[Mapping[QueueReason | None, str]] = {
    QueueReason.BUDGET: "is held back: a budget of the day is used up",
    QueueReason.NOT_LOGGED_IN: "is held back: Claude Code is not logged in",
    QueueReason.QUOTA: "is held back: the quota of the login is used up",
}
"""Nobody waits for what may come tomorrow."""

_ABOUT: Final[Mapping[DefinitionKind, str]] = {
    DefinitionKind.AGENT: (
        "An agent is instructions that Claude Code works by, in a folder of its own, one process for each task. "
        "`instructions` become its CLAUDE.md: who it is, what it does step by step, when it is done, what it must not "
        "do. `when_to_use` says which tasks should come to it. Give it the fewest rights that do the work: `tools` "
        "lists the only powerful tools it may use; allowed_tools and permission_mode only where the wish names them."
    ),
    DefinitionKind.SKILL: (
        "A skill is instructions for one kind of work, by the Agent Skills standard. `description` says what it is for "
        "and when to use it, because that alone is read before it is loaded. `agents` are the agents that get it."
    ),
    DefinitionKind.WEBHOOK: "A webhook is an address to which another system sends events that start tasks. " + GUIDE,
    DefinitionKind.SCHEDULE: (
        "A schedule gives the same message to an agent at certain times. `cron` has minute, hour, day of month, month, "
        "day of week, in the local time of `timezone`. Say a `timezone`, by its IANA name, only where the description "
        "names a zone or a place; left out, it becomes the person's own. `message` is the whole task, for somebody who "
        "knows nothing else: what to look at, what to do, what to hand back; nothing in it says when. Leave `agent` "
        "out unless the description names one or the work is plainly that of one of them: a task without one finds "
        "its own. Say `overlap` and `missed` only where the description says what happens while a former task still "
        "runs, or after the machine was off."
    ),
}


class Describing:
    """Has the Brain write a form. It is a task like others: in the list, with its cost, and it can be stopped."""

    def __init__(
        self, *, intake: Intake, manager: BackgroundTaskManager, steering: Steering, store: TaskStore, agents: Agents
    ) -> None:
        self._intake = intake
        self._steering = steering
        self._manager = manager
        self._store = store
        self._agents = agents

    async def form(self, kind: DefinitionKind, wish: str, principal: Principal) -> tuple[Form, Task]:
        """The filled form, checked, and the task that filled it; takes seconds to minutes.

        Raises Forbidden, BadRequest, InvalidDefinition, Unavailable, and what the task failed of.
        """
        if not principal.is_administrator:
            raise Forbidden(f"Only administrators may create a {kind}.", hint=principal.how_to_administer)
        if len(wish) > MAX_WISH_CHARS:
            raise BadRequest(f"The description has {len(wish)} characters, the limit is {MAX_WISH_CHARS}.")
        request = TaskRequest(
            message=self._prompt(kind, wish),
            agent=BRAIN,
            title=title_of(f"Describe a new {kind}: {wish}"),
            lane=Lane.CHAT,
            source=source_of(principal),
            source_metadata={DESCRIBES: kind.value},
            timeout_seconds=WORK_SECONDS,
        )
        task = await self._ended(await self._intake.accept(request, principal))
        return _read(kind, task), task

    async def _ended(self, task: Task) -> Task:
        """The task when it is over. Raises Unavailable when it is held back, or takes too long: then it is stopped."""
        streamed = spawn(self._streamed(task.task_id), name=f"description by {task.task_id}")
        why = "did not come to an end in time"
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while not streamed.done():
                    await asyncio.wait([streamed], timeout=LOOK_SECONDS)
                    now = await self._store.get(task.task_id)
                    if now.status is TaskStatus.QUEUED and now.queue_reason in _HELD_BACK:
                        why = _HELD_BACK[now.queue_reason]
                        raise TimeoutError
                streamed.result()
        except TimeoutError:
            await self._steering.stop(task.task_id)
            hint = "Mend that, or look at the task; then try again."
            raise Unavailable(f"Task {task.task_id} was to write it and {why}.", hint=hint) from None
        finally:
            await cancel_and_wait(streamed)
        return await self._store.get(task.task_id)

    async def _streamed(self, task_id: str) -> None:
        async for _ in self._manager.stream_output(task_id):
            continue

    def _prompt(self, kind: DefinitionKind, wish: str) -> str:
        agents = "\n".join(f"- {agent.name}: {agent.description}" for agent in self._agents.all()[:100])
        return (
            f"Write the definition of a new {kind} for this machine, from the description below. You have no tools: "
            f"answer with the structured output alone, and invent nothing that the description does not want.\n\n"
            f"{_ABOUT[kind]}\n\nNames are lower case letters, digits and inner hyphens. The agents there are:\n"
            f"{agents}\n\nThe description:\n\n{wish}"
        )


class NotDescribed(MachineError):
    """The task that was to write a definition did not."""

    code = "not_described"
    status = 502


def _read(kind: DefinitionKind, task: Task) -> Form:
    if task.status is not TaskStatus.COMPLETED:
        why = task.failure.message if task.failure else f"it is {task.status}"
        hint = task.failure.hint if task.failure else "Start it again."
        raise NotDescribed(f"Task {task.task_id} did not write the {kind}: {why}", hint=hint)
    try:
        fields = json.loads(task.result or "")
    except ValueError:
        said = (task.result or "nothing")[:500]
        hint = "Say more about what it is to do, and try again."
        raise NotDescribed(f"Task {task.task_id} did not write the {kind}. It said: {said}", hint=hint) from None
    try:
        return FORMS[kind].model_validate(fields)
    except ValidationError as error:
        raise invalid_fields(str(kind), error) from error
