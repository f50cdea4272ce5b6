"""What becomes of the answer to a task that has used up its own budget."""

import asyncio
from collections.abc import Callable
from typing import Final

from machine.domain.approval import Answer, Approval, Decision
from machine.domain.budget import raise_in, raised, spent_of
from machine.domain.clock import Clock
from machine.domain.errors import Conflict, Unavailable
from machine.domain.events import ApprovalAnswered, FailedData, ParkedData, TaskEvent, TaskFailed, TaskQueued
from machine.domain.losing import summary_of
from machine.domain.task import FailureReason, QueueReason, Task, TaskFailure, TaskStatus
from machine.engine.conclusion import Conclusion
from machine.engine.live_tasks import LiveTasks
from machine.ports import TaskStore

END_SECONDS: Final = 30.0
"""The longest that the run which asked may take to be over before who answers is told so."""


class BudgetAnswers:
    """Raises the task's budget and queues it, or ends it: with the answer, in one transaction."""

    def __init__(
        self, *, store: TaskStore, live: LiveTasks, conclusion: Conclusion, clock: Clock, queued: Callable[[], None]
    ) -> None:
        """`queued` is called when there is a task to run."""
        self._store = store
        self._live = live
        self._conclusion = conclusion
        self._now = clock
        self._queued = queued

    async def decide(self, answered: Approval, answer: Answer) -> Approval:
        """Store the answer with what it means. Raises BadRequest (no such amount), Unavailable, and Conflict when the
        card is not pending any more or its task does not wait: stopped in this moment, it stays stopped."""
        await self._run_over(answered.task_id)
        task = await self._store.get(answered.task_id)
        if task.status is not TaskStatus.WAITING_INPUT:
            raise Conflict(f"Task {task.task_id} is {task.status}, it does not wait.", hint="Reload the task.")
        applied = answered.model_copy(update={"applied": True})
        new, said = await (self._raised if answer.decision is Decision.ALLOW else self._refused)(task, applied, answer)
        await self._store.decide(task, new, [ApprovalAnswered(data=applied), said], approval=applied)
        self._queued()
        return applied

    async def _raised(self, task: Task, card: Approval, answer: Answer) -> tuple[Task, TaskEvent]:
        limits = raised(task, raise_in(answer.input, card.input))
        reason = QueueReason.ANSWERED
        new = task.moved_to(TaskStatus.QUEUED, self._now(), front=True, queue_reason=reason, limits=limits)
        return new, TaskQueued(data=ParkedData(reason=reason, message="Its budget was raised."))

    async def _refused(self, task: Task, _card: Approval, answer: Answer) -> tuple[Task, TaskEvent]:
        why = f" Why: {answer.reason}" if answer.reason else ""
        message = f"The task has spent {spent_of(task)}, and a person refused to raise its budget.{why}"
        failure = TaskFailure.of(FailureReason.BUDGET, message)
        new = await self._conclusion.ended(task, TaskStatus.FAILED, failure=failure)
        return new, TaskFailed(data=FailedData(failure=failure, **summary_of(new)))

    async def _run_over(self, task_id: str) -> None:
        """The run that asked has stored its card and is about to be gone."""
        live = self._live.get(task_id)
        if live is None:
            return
        try:
            async with asyncio.timeout(END_SECONDS):
                await live.done.wait()
        except TimeoutError:
            raise Unavailable(f"The CLI of {task_id} is still being ended.", hint="Answer again in a moment.") from None
