"""What becomes of a task when its run is over: the outcome is stored, whatever it takes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from machine.domain.clock import Clock
from machine.domain.code import Changes
from machine.domain.errors import IllegalTransition, LeaseLost, StaleTask, StoreError
from machine.domain.events import (
    ApprovalRequested,
    CancelledData,
    ChatReply,
    ChatReplyData,
    EndedData,
    FailedData,
    ParkedData,
    TaskCancelled,
    TaskCompleted,
    TaskEvent,
    TaskFailed,
    TaskParked,
)
from machine.domain.losing import brought_back, summary_of
from machine.domain.redaction import Redactor
from machine.domain.task import FailureReason, Lane, QueueReason, Task, TaskStatus, WaitingReason
from machine.engine.budget_card import budget_card
from machine.engine.descriptions import is_description
from machine.engine.live_task import LiveTask
from machine.engine.login_gate import LoginGate
from machine.engine.outcome import (
    Cancelled,
    Completed,
    Failed,
    Outcome,
    OutOfBudget,
    Parked,
    SetBack,
    StillWaiting,
    failed,
    redacted_outcome,
)
from machine.engine.waiting import Waiting
from machine.ports import TaskStore

RETRY_SECONDS: Final = 2.0
LOOK_AGAIN_SECONDS: Final = 0.02

_log = logging.getLogger(__name__)


class Conclusion:
    """Writes outcomes down. A store that cannot be written is tried again until it can: an outcome is never lost."""

    def __init__(
        self,
        *,
        store: TaskStore,
        gate: LoginGate,
        clock: Clock,
        redactor: Redactor,
        changes: Callable[[Task], Awaitable[Changes | None]],
    ) -> None:
        """`changes` tells what a task has made of its code."""
        self._redactor = redactor
        self._store = store
        self._changes = changes
        self._gate = gate
        self._waiting = Waiting(store=store, clock=clock)
        self._now = clock

    async def of(self, live: LiveTask, outcome: Outcome) -> None:
        """Store the end of the output, then the outcome, and tell the gate what it says about the login."""
        if isinstance(outcome, Parked) and outcome.reason is not QueueReason.BUDGET:
            if self._gate.renewed_since(live.began_at):  # it met the login before: nothing to wait for
                outcome = outcome.model_copy(update={"until": None})
            else:
                self._gate.heed(outcome)
        elif isinstance(outcome, Completed):
            self._gate.worked()
        while True:
            try:
                await live.settle()
                task = await self._store.get(live.task_id)
                if task.attempt == live.task.attempt:
                    await self.write(task, outcome)
                else:  # a later run decides what becomes of it
                    _log.warning("%s was started again before its run %d was over", task.task_id, live.task.attempt)
                return
            except LeaseLost:
                _log.warning("task %s is another machine's by now: what became of it here is not stored", live.task_id)
                return
            except (StaleTask, IllegalTransition):
                _log.info("task %s changed while its outcome was stored, looking again", live.task_id)
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
            except StoreError as error:
                _log.error("outcome of %s is not stored yet: %s %s", live.task_id, error.message, error.hint)
                await asyncio.sleep(RETRY_SECONDS)

    async def write(self, task: Task, outcome: Outcome) -> Task:
        """Store `outcome` of `task`, once. Raises StoreError, and StaleTask when it is not as it was read any more."""
        if task.ended:
            return task
        if isinstance(outcome, StillWaiting | SetBack) and task.status is TaskStatus.WAITING_INPUT:
            return await self._waiting.look_at(task)
        if isinstance(outcome, OutOfBudget):
            if task.limits.max_budget_usd is not None:
                return await self._ask_for_budget(task)
            outcome = failed(FailureReason.BUDGET, "Its CLI says that a budget is used up, though it has none.")
        outcome = redacted_outcome(outcome, self._redactor)
        match outcome:
            case Completed():
                return await self._complete(task, outcome)
            case Failed():
                new = await self.ended(task, TaskStatus.FAILED, failure=outcome.failure)
                event: TaskEvent = TaskFailed(data=FailedData(failure=outcome.failure, **summary_of(new)))
            case Cancelled():
                new = await self.ended(task, TaskStatus.CANCELLED)
                event = TaskCancelled(data=CancelledData(by=outcome.by, reason=outcome.reason, **summary_of(new)))
            case SetBack() if task.status is TaskStatus.RUNNING:
                now = self._now()
                new, event = brought_back(task, now, ran_until=now, message=outcome.message)
            case Parked() | StillWaiting() | SetBack():
                parked = outcome if isinstance(outcome, Parked) else Parked(reason=QueueReason.LOST)
                new = task.moved_to(
                    TaskStatus.QUEUED,
                    self._now(),
                    front=True,
                    queue_reason=parked.reason,
                    parked_until=parked.until,
                )
                event = TaskParked(data=ParkedData(reason=parked.reason, message=parked.message, until=parked.until))
        return await self._store.move(task, new, [event])

    async def ended(self, task: Task, status: TaskStatus, **said: object) -> Task:
        return task.moved_to(status, self._now(), changes=await self._changes(task), **said)

    async def _ask_for_budget(self, task: Task) -> Task:
        """It waits for its person, with no CLI: a raised budget counts from the start of the next one."""
        card = budget_card(task, self._now())
        waits = {"waiting_reason": WaitingReason.APPROVAL}
        if task.status is TaskStatus.RUNNING:
            new = task.moved_to(TaskStatus.WAITING_INPUT, self._now(), **waits)
        else:
            new = task.model_copy(update=waits)
        return await self._store.move(task, new, [ApprovalRequested(data=card)], approvals=[card])

    async def _complete(self, task: Task, outcome: Completed) -> Task:
        new = await self.ended(task, TaskStatus.COMPLETED, result=outcome.result)
        reply = ChatReply(
            data=ChatReplyData(conversation_id=task.conversation_id, task_id=task.task_id, text=outcome.result or "")
        )
        # What writes a definition is in the Brain's lane, but nobody's conversation.
        also = [reply] if task.lane is Lane.CHAT and not is_description(task) else []
        return await self._store.move(task, new, [TaskCompleted(data=EndedData(**summary_of(new)))], also=also)
