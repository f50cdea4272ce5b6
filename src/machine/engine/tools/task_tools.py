"""Tools for tasks: start, watch, talk to, stop. None of them waits for a task to end: watching holds no slot.

Answering what an agent asks is no tool. An approval is there so that a person's word stands between an agent and what
it wants to do; one model saying yes to another would be nobody's word.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from machine.domain.agent import EntityName
from machine.domain.approval import Approval, ApprovalStatus
from machine.domain.errors import BadRequest, NotFound
from machine.domain.events import Output, OutputKind, StoredEvent
from machine.domain.task import MAX_MESSAGE_CHARS, Task, TaskSource, TaskStatus
from machine.engine.intake import Intake, TaskRequest
from machine.engine.new_tasks import source_of
from machine.engine.steering import Steering
from machine.engine.task_request import MAX_TITLE_CHARS
from machine.engine.task_text import newest_text
from machine.engine.tools.tool import Caller, Given, Nothing, Tool
from machine.ports import TaskFilter, TaskStore

LAST_WORDS_CHARS: Final = 8_000
OUTPUT_CHARS: Final = 30_000
PIECE_CHARS: Final = 4_000
PREVIEW_CHARS: Final = 2_000
PAGE: Final = 1_000

_CREATE: Final = (
    "Give a task to an agent. Answers at once with the task's id; it runs by itself, and the person sees it in their "
    "list. Do not wait for it: say that it runs, and look at it with get_task when you are asked."
)
_OUTPUT: Final = "What a task has said and done after an event's number, in order, as far as there is room."
_INPUT: Final = (
    "Say something to a task. One that has ended is followed up by another in the same conversation, whose id is in "
    "the answer."
)
_APPROVALS: Final = (
    "What waits for a person's answer. There is no tool to answer: tell the person, who does it in the page."
)

TaskId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,80}$")]
Message = Annotated[str, StringConstraints(min_length=1, max_length=MAX_MESSAGE_CHARS)]


class NewTask(Given):
    """A wish for an agent."""

    message: Message
    """All that the agent needs to know: it does not see this conversation."""
    agent: EntityName | None = None
    """Unset: the machine chooses."""
    title: str | None = Field(None, min_length=1, max_length=MAX_TITLE_CHARS)
    priority: int = Field(0, ge=-100, le=100)
    timeout_seconds: float | None = Field(None, gt=0, le=7 * 24 * 3600)
    max_turns: int | None = Field(None, gt=0, le=10_000)
    max_budget_usd: float | None = Field(None, gt=0, le=100_000)


class WhichTasks(Given):
    status: tuple[TaskStatus, ...] = Field((), max_length=6)
    agent: EntityName | None = None
    source: TaskSource | None = None
    limit: int = Field(20, ge=1, le=50)
    cursor: str | None = Field(None, max_length=500)


class OneTask(Given):
    task_id: TaskId


class OutputAfter(Given):
    task_id: TaskId
    after: int = Field(0, ge=0)
    """`next` of the answer before; 0 for the beginning."""


class Said(Given):
    task_id: TaskId
    message: Message


class Stop(Given):
    task_id: TaskId
    mode: Literal["interrupt", "stop"] = "stop"
    """`interrupt` ends the turn and keeps the conversation open."""


@dataclass(frozen=True)
class TaskDesk:
    """What the tools for tasks do, with the parts that do it."""

    intake: Intake
    steering: Steering
    store: TaskStore

    async def create_task(self, caller: Caller, given: NewTask) -> Any:
        spoken_for = caller.task
        request = TaskRequest(
            **given.model_dump(),
            parent_task_id=spoken_for.task_id if spoken_for else None,
            source=TaskSource.BRAIN if spoken_for else source_of(caller.principal),
            session_id=spoken_for.session_id if spoken_for else None,
        )
        return _brief(await self.intake.accept(request, caller.principal))

    async def list_tasks(self, caller: Caller, given: WhichTasks) -> Any:
        which = TaskFilter(status=given.status, agent=given.agent, source=given.source, user_id=caller.owner)
        page = await self.store.list(which, limit=given.limit, cursor=given.cursor)
        return {"items": [_brief(task) for task in page.items], "next_cursor": page.next_cursor}

    async def get_task(self, caller: Caller, given: OneTask) -> Any:
        task = await self._seen(caller, given.task_id)
        text = await newest_text(self.store, task)
        return {
            **_brief(task),
            "message": task.input_message[:PREVIEW_CHARS],
            "waits_for": task.waiting_reason or task.queue_reason,
            "failure": task.failure,
            "result": (task.result or "")[:LAST_WORDS_CHARS],
            "last_words": text[-LAST_WORDS_CHARS:] if not task.ended else "",
            "last_seq": task.last_seq,
        }

    async def task_output(self, caller: Caller, given: OutputAfter) -> Any:
        task = await self._seen(caller, given.task_id)
        events = await self.store.events(task.task_id, after=given.after, limit=PAGE)
        pieces, last = _pieces(events)
        return {
            "status": task.status,
            "pieces": pieces,
            "next": last if last is not None else given.after,
            "more": bool(events) and last is not None and last < task.last_seq,
        }

    async def send_input(self, caller: Caller, given: Said) -> Any:
        task = await self._another(caller, given.task_id)
        taken = await self.steering.send_input(task.task_id, given.message, principal=caller.principal)
        return {"task_id": taken.task_id, "is_a_follow_up": taken.task_id != task.task_id}

    async def stop_task(self, caller: Caller, given: Stop) -> Any:
        task = await self._another(caller, given.task_id)
        if given.mode == "interrupt":
            await self.steering.interrupt(task.task_id)
        else:
            await self.steering.stop(task.task_id, by=caller.principal.user_id)
        return _brief(await self.store.get(task.task_id))

    async def list_approvals(self, caller: Caller, _: Nothing) -> Any:
        waiting = await self.store.approvals(status=ApprovalStatus.PENDING, user_id=caller.owner)
        return {"items": [_asked(one) for one in waiting[:50]], "total": len(waiting)}

    async def _seen(self, caller: Caller, task_id: str) -> Task:
        """Raises NotFound, for what is not theirs to see as well."""
        task = await self.store.get(task_id)
        if not caller.principal.sees(task.user_id):
            raise NotFound(f"There is no task {task_id}.")
        return task

    async def _another(self, caller: Caller, task_id: str) -> Task:
        """A conversation that talks to itself would never end, and one that stops itself could not say so."""
        task = await self._seen(caller, task_id)
        if caller.task is not None and task.conversation_id == caller.task.conversation_id:
            raise BadRequest("That is this conversation itself.", hint="Just answer the person.")
        return task


def task_tools(desk: TaskDesk) -> tuple[Tool[Any], ...]:
    """The tools for tasks."""
    listing = "List tasks, newest first, by status, agent or source."
    showing = "Show one task: status, result or last words, failure, cost."
    stopping = "Stop a task, or interrupt its turn."
    return (
        Tool("create_task", _CREATE, NewTask, desk.create_task, writes=True),
        Tool("list_tasks", listing, WhichTasks, desk.list_tasks, strangers=True),
        Tool("get_task", showing, OneTask, desk.get_task, strangers=True),
        Tool("task_output", _OUTPUT, OutputAfter, desk.task_output, strangers=True),
        Tool("send_input", _INPUT, Said, desk.send_input, writes=True),
        Tool("stop_task", stopping, Stop, desk.stop_task, writes=True),
        Tool("list_approvals", _APPROVALS, Nothing, desk.list_approvals, strangers=True),
    )


def _brief(task: Task) -> dict[str, Any]:
    return {
        "task_id": task.task_id,
        "title": task.title,
        "status": task.status,
        "agent": task.assigned_agent,
        "source": task.source,
        "created_at": task.created_at,
        "cost_usd": round(task.usage.cost_usd, 4),
        "cost_kind": task.cost_kind,
    }


def _pieces(events: Sequence[StoredEvent]) -> tuple[list[dict[str, str]], int | None]:
    """What output says, as far as there is room, and the number of the last event that is in it."""
    pieces: list[dict[str, str]] = []
    room, last, item = OUTPUT_CHARS, None, None
    for event in events:
        if event.type == "task.output":
            output = Output.model_validate_json(event.body)
            text = _said(output)[:OUTPUT_CHARS]
            if pieces and room < len(text):
                break
            room -= len(text)
            if pieces and output.item is not None and output.item == item:
                pieces[-1]["text"] += text
            else:
                named = {"name": output.name} if output.name else {}
                pieces.append({"kind": output.kind.value, "text": text, **named})
            item = output.item
        last = event.seq
    return pieces, last


def _said(output: Output) -> str:
    shown = output.text or (json.dumps(output.input, ensure_ascii=False) if output.input is not None else "")
    return shown if output.kind is OutputKind.TEXT else shown[:PIECE_CHARS]


def _asked(one: Approval) -> dict[str, Any]:
    return {
        "approval_id": one.approval_id,
        "task_id": one.task_id,
        "agent": one.agent,
        "kind": one.kind,
        "tool": one.tool_name,
        "title": one.title[:PREVIEW_CHARS],
        "input": str(one.input)[:PREVIEW_CHARS],
        "requested_at": one.requested_at,
    }
