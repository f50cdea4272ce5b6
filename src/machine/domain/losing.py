"""What becomes of a task whose process is gone: with its daemon, or with its whole machine."""

from datetime import datetime
from typing import Any, Final

from machine.domain.events import FailedData, ParkedData, TaskEvent, TaskFailed, TaskQueued
from machine.domain.task import FailureReason, QueueReason, Task, TaskFailure, TaskStatus

MAX_LOSSES: Final = 3
"""How often a task may lose its process before it fails as `lost`."""


def brought_back(task: Task, at: datetime, *, ran_until: datetime, message: str) -> tuple[Task, TaskEvent]:
    """A running task as it goes on, with the event that tells it: at the front of the queue, or failed.

    `ran_until` is when it surely still ran; `message` says what happened.
    """
    losses = task.losses + 1
    if losses > MAX_LOSSES:
        why = f"{message} Its process was lost {losses} times."
        failure = TaskFailure.of(FailureReason.LOST, why)
        ended = task.moved_to(TaskStatus.FAILED, ran_until, losses=losses, failure=failure)
        ended = ended.model_copy(update={"status_at": at, "completed_at": at})
        return ended, TaskFailed(data=FailedData(failure=failure, **summary_of(ended)))
    queued = task.moved_to(
        TaskStatus.QUEUED, ran_until, front=True, losses=losses, queue_reason=QueueReason.LOST
    ).model_copy(update={"status_at": at})
    told = ParkedData(reason=QueueReason.LOST, message=f"{message} It resumes.", machine_id=task.machine_id)
    return queued, TaskQueued(data=told)


def summary_of(task: Task) -> dict[str, Any]:
    """What all events of an end tell: the fields of `EndedData`."""
    return {
        "result": task.result,
        "changes": task.changes,
        "usage": task.usage,
        "cost_kind": task.cost_kind,
        "duration_seconds": round(task.duration_seconds, 3),
    }
