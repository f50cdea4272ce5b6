"""Tasks of the past, written through the store's own writer."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from machine.domain.events import Output, OutputKind, TaskEvent, TaskOutput
from machine.domain.ids import new_id
from machine.domain.task import Task, TaskStatus
from machine.domain.version import VERSION
from machine.ports import PendingInput
from machine.store.opening import open_database
from machine.store.task_store import SqlTaskStore

BATCH = 500


def past_task(**more: object) -> Task:
    """A completed one, with `more` in it."""
    task_id, now = new_id("task"), datetime.now(UTC)
    return Task(
        task_id=task_id,
        title="Build everything",
        input_message="Build everything, part by part.",
        status=TaskStatus.COMPLETED,
        user_id="user_somebody",
        machine_id="machine-001",
        assigned_agent="planning",
        conversation_id=task_id,
        claude_session_id=task_id,
        workspace=task_id,
        created_at=now,
        status_at=now,
        started_at=now,
        completed_at=now,
    ).model_copy(update=more)


async def kept_task(path: Path, events: Iterable[TaskEvent]) -> str:
    """One completed task with these events, in a new database at `path`; its id."""
    path.parent.mkdir(parents=True, mode=0o700)
    database = await open_database(path, VERSION, on_committed=lambda _events: None)
    store = SqlTaskStore(database, machine_id="machine-001")
    task = past_task()
    first = PendingInput(
        input_id=str(uuid.uuid4()), task_id=task.task_id, message="m", verbatim=True, created_at=task.created_at
    )
    stored = await store.create(task, first)
    left = list(events)
    for begin in range(0, len(left), BATCH):
        await store.append(task.task_id, left[begin : begin + BATCH])
    await database.close()
    return stored.task_id


def said(kind: OutputKind, text: str, *, item: str, more: bool = False) -> TaskOutput:
    """A piece of text or thinking; `more` of it follows."""
    return TaskOutput(data=Output(kind=kind, text=text, item=item, more=more))


def called(tool: str, name: str, given: dict[str, object], result: str) -> tuple[TaskOutput, TaskOutput]:
    """A tool's call, and what came back."""
    call = Output(kind=OutputKind.TOOL_USE, name=name, tool_use_id=tool, item=tool, input=given)
    answer = Output(kind=OutputKind.TOOL_RESULT, tool_use_id=tool, item=f"{tool}:result", text=result)
    return TaskOutput(data=call), TaskOutput(data=answer)
