"""Tasks: start, list, look at, talk to, stop, try again."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from machine.api.definition_routes import refusals
from machine.api.deps import Caller, Cursor, Id, Limit, Seen, State
from machine.api.reply_view import ReplyView
from machine.api.routing_schemas import ApprovePlan, CorrectRouting, RoutingCorrected
from machine.api.schemas import NewTask, Say, StopTask, TaskDetail, TaskList, TaskSummary, TaskTaken, TaskView
from machine.api.state import ApiState
from machine.domain.code import Diff, Pushed
from machine.domain.task import Lane, Task, TaskSource, TaskStatus
from machine.engine.intake import TaskRequest
from machine.engine.new_tasks import source_of
from machine.engine.task_text import newest_text
from machine.ports import TaskFilter

router = APIRouter(prefix="/api/tasks", tags=["tasks"])

Statuses = Annotated[list[TaskStatus], Query(max_length=6, description="May be given several times.")]
Name = Annotated[str | None, Query(min_length=1, max_length=80, pattern=r"^[\x21-\x7e]+$")]

InLane = Annotated[Lane | None, Query(description="`work`: without the Brain's chats. `chat`: those alone.")]

Words = Annotated[
    str,
    Query(max_length=200, pattern=r"^[^\x00-\x1f]*$", description="Words of the title or the message, all of them."),
]


@router.post("", status_code=201)
async def create_task(new: NewTask, state: State, caller: Caller, seen: Seen) -> TaskView:
    """Start a task. It is stored when this answers."""
    await seen.own_session(new.session_id)
    said = new.model_dump(exclude={"repository", "ref", "base", "credentials", "attachments"})
    about = await state.chats.attachments.for_message(new.attachments, caller, new.conversation_id)
    request = TaskRequest(**said, code=new.code, source=source_of(caller), source_metadata=about)
    return TaskView.of(await state.intake.accept(request, caller))


@router.get("")
async def list_tasks(
    state: State,
    seen: Seen,
    status: Statuses = [],  # noqa: B006 - FastAPI copies defaults
    agent: Name = None,
    source: TaskSource | None = None,
    conversation_id: Name = None,
    parent_task_id: Name = None,
    user_id: Name = None,
    machine_id: Name = None,
    lane: InLane = None,
    q: Words = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> TaskList:
    """Newest first, long texts cut short. `next_cursor` is null on the last page.

    A search (`q`) looks at 20,000 tasks at a time: a page of it may have few or no items, and yet a cursor to go on.
    """
    if seen.owner is not None and user_id not in (None, seen.owner):
        return TaskList(items=[], next_cursor=None)
    which = TaskFilter(
        status=tuple(status),
        agent=agent,
        source=source,
        user_id=seen.owner or user_id,
        conversation_id=conversation_id,
        parent_task_id=parent_task_id,
        machine_id=machine_id,
        lane=lane,
        text=q,
    )
    page = await state.tasks.list(which, limit=limit, cursor=cursor)
    return TaskList(items=[TaskSummary.of(task) for task in page.items], next_cursor=page.next_cursor)


@router.get("/{task_id}")
async def get_task(task_id: Id, state: State, seen: Seen) -> TaskDetail:
    """One task, with the end of what its agent has written."""
    task = await seen.task(task_id)
    reply = await state.webhooks.replies.of(task.task_id)
    waits_for = await state.machines.waits_for(task) or _held_back(task, state)
    return TaskDetail.with_output(task, await newest_text(state.tasks, task), reply, waits_for=waits_for)


@router.post("/{task_id}/stop")
async def stop_task(task_id: Id, state: State, caller: Caller, seen: Seen, how: StopTask | None = None) -> TaskView:
    """Answers when it has stopped: after `interrupt` the turn, after `stop` all its processes.

    A task that had ended before stays as it is.
    """
    task = await seen.task(task_id)
    if (how or StopTask()).mode == "interrupt":
        await state.steering.interrupt(task.task_id)
    else:
        await state.steering.stop(task.task_id, by=caller.user_id)
    return TaskView.of(await state.tasks.get(task.task_id))


@router.post("/{task_id}/input", status_code=202)
async def send_input(task_id: Id, said: Say, state: State, caller: Caller, seen: Seen) -> TaskTaken:
    """Say something to a task. One that has ended is followed up by another, whose id is in the answer."""
    task = await seen.task(task_id)
    taken = await state.steering.send_input(task.task_id, said.message, principal=caller)
    return TaskTaken(task_id=taken.task_id)


@router.post("/{task_id}/routing", responses={201: {"model": RoutingCorrected}})
async def correct_routing(
    task_id: Id, said: CorrectRouting, state: State, caller: Caller, seen: Seen, response: Response
) -> RoutingCorrected:
    """Give the task to another agent. 200: the same task, which was still queued; 201: a new task in its place.

    With `rule` the answer shows what the agent would become; with `make_rule`, too, it is saved.
    """
    task = await seen.task(task_id)
    with refusals():
        done = await state.corrections.correct(
            task, said.agent, caller, restart=said.restart, rule=said.rule, make_rule=said.make_rule
        )
    if done.task.task_id != task.task_id:
        response.status_code = 201
    return RoutingCorrected(task=TaskView.of(done.task), rule_preview=done.rule_preview, rule_saved=done.rule_saved)


@router.post("/{task_id}/approve-plan", status_code=201)
async def approve_plan(
    task_id: Id, state: State, caller: Caller, seen: Seen, how: ApprovePlan | None = None
) -> TaskView:
    """The executor's task for the plan that a task of `planning` has completed with. 409 when there is one already."""
    task, how = await seen.task(task_id), how or ApprovePlan()
    return TaskView.of(await state.plans.carry_out(task, caller, comment=how.comment, again=how.again))


@router.post("/{task_id}/retry", status_code=201)
async def retry_task(task_id: Id, state: State, caller: Caller, seen: Seen) -> TaskView:
    """A new task with the same wish."""
    task = await seen.task(task_id)
    return TaskView.of(await state.manager.retry(task.task_id, caller))


@router.post("/{task_id}/reply", status_code=202)
async def retry_reply(task_id: Id, state: State, seen: Seen) -> ReplyView:
    """Try a reply again that was given up. Look first whether it is there, where its `last_error` says nobody knows."""
    task = await seen.task(task_id)
    return ReplyView.of(await state.webhooks.replies.retry(task.task_id))


@router.get("/{task_id}/diff")
async def diff_of_task(task_id: Id, state: State, seen: Seen) -> Diff:
    """What the task has made of its code, as a unified diff against its base: commits, and what is not committed."""
    return await state.steering.diff(await seen.task(task_id))


@router.post("/{task_id}/push")
async def push_task(task_id: Id, state: State, caller: Caller, seen: Seen) -> Pushed:
    """Push the task's branch with the credentials that belong to its code. What is not committed stays where it is."""
    return await state.steering.push(await seen.task(task_id), caller)


def _held_back(task: Task, state: ApiState) -> str:
    """Why no queued task starts at all; empty where one may."""
    return "" if task.status is not TaskStatus.QUEUED or state.login.open else state.login.state.message
