"""Tasks that wait for a person with no CLI: they go on as soon as the person has spoken."""

from machine.domain.approval import ApprovalStatus
from machine.domain.clock import Clock
from machine.domain.events import ParkedData, TaskQueued
from machine.domain.hearing import WORDS, heard
from machine.domain.task import QueueReason, Task, TaskStatus
from machine.ports import TaskStore


class Waiting:
    """Looks whether what a task waits for is there already: it may have come while its CLI was being ended."""

    def __init__(self, *, store: TaskStore, clock: Clock) -> None:
        self._store = store
        self._now = clock

    async def look_at(self, task: Task) -> Task:
        """Queue a waiting task whose person has spoken; any other stays as it is. Raises StaleTask."""
        reason = await self._heard(task) if task.status is TaskStatus.WAITING_INPUT else None
        if reason is None:
            return task
        queued = task.moved_to(TaskStatus.QUEUED, self._now(), front=True, queue_reason=reason)
        return await self._store.move(task, queued, [TaskQueued(data=ParkedData(reason=reason, message=WORDS[reason]))])

    async def _heard(self, task: Task) -> QueueReason | None:
        pending = await self._store.approvals(task_id=task.task_id, status=ApprovalStatus.PENDING)
        unsent = await self._store.inputs(task.task_id, unsent_only=True)
        return heard(task, pending={card.kind for card in pending}, unsent=bool(unsent))
