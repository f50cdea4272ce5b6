"""Tasks as the store keeps them, for tests that need some and do not care how they came about."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from machine.domain.ids import new_id
from machine.domain.task import Task
from machine.ports import PendingInput, TaskStore


def a_task(**changes: Any) -> Task:
    """A queued one of a conversation of its own, from now unless `created_at` is among the `changes`."""
    task_id, at = new_id("task"), changes.get("created_at") or datetime.now(UTC)
    values = {
        "task_id": task_id,
        "title": "Do it",
        "input_message": "Do it.",
        "user_id": "user_1",
        "machine_id": "machine-001",
        "assigned_agent": "planning",
        "conversation_id": new_id("conv"),
        "claude_session_id": str(uuid4()),
        "workspace": changes.get("task_id", task_id),
        "created_at": at,
        "status_at": at,
    }
    return Task.model_validate({**values, **changes})


def an_input(task: Task, message: str | None = None) -> PendingInput:
    """What the task begins with: its own message, or another."""
    return PendingInput(
        input_id=str(uuid4()),
        task_id=task.task_id,
        message=task.input_message if message is None else message,
        verbatim=False,
        created_at=task.created_at,
    )


async def stored_task(store: TaskStore, **changes: Any) -> Task:
    """One that waits in the store's queue."""
    task = a_task(**changes)
    return await store.create(task, an_input(task))
