"""What `planning` has planned and a person has approved is carried out by `executor`."""

import asyncio
from collections.abc import Callable
from typing import Final

from machine.domain.approval import Approval, ApprovalKind, Decision
from machine.domain.errors import Conflict, Forbidden, Unavailable
from machine.domain.events import ApprovalAnswered, EndedData, TaskCompleted
from machine.domain.losing import summary_of
from machine.domain.principal import Principal
from machine.domain.redaction import Redactor
from machine.domain.task import Task, TaskStatus
from machine.engine.conclusion import Conclusion
from machine.engine.live_task import RunEnd
from machine.engine.live_tasks import LiveTasks
from machine.engine.new_tasks import PLANNING, NewTasks
from machine.ports import TaskStore

END_SECONDS: Final = 30.0
"""The longest that the end of the planning's CLI may take before its caller is told so."""


class Plans:
    """Starts the task that carries out a plan: once for each plan, whatever is interrupted."""

    def __init__(
        self,
        *,
        store: TaskStore,
        live: LiveTasks,
        new_tasks: NewTasks,
        conclusion: Conclusion,
        redactor: Redactor,
        stored: Callable[[], None],
    ) -> None:
        """`stored` is called when there is a task to run."""
        self._store = store
        self._live = live
        self._new_tasks = new_tasks
        self._conclusion = conclusion
        self._stored = stored
        self._redactor = redactor

    def ends_with(self, answered: Approval) -> bool:
        """Whether this answer ends the planning: a plan of `planning`, with its text, was approved."""
        allowed = answered.answer is not None and answered.answer.decision is Decision.ALLOW
        return (
            allowed and answered.kind is ApprovalKind.PLAN and answered.agent == PLANNING and bool(_plan_in(answered))
        )

    async def hand_over(self, answered: Approval, principal: Principal) -> Approval:
        """Complete the planning with its plan, and start the executor's task, with the answer in one transaction.

        The CLI that asked is ended before that; killed in between, the approval is pending as it was. Raises Conflict
        when it is not pending any more, or its task does not wait; NotFound (no executor), Unavailable.
        """
        await self._end_run(answered.task_id)
        task = await self._store.get(answered.task_id)
        if task.status is not TaskStatus.WAITING_INPUT:
            raise Conflict(f"Task {task.task_id} is {task.status}, it does not wait.", hint="Reload the task.")
        plan = self._redactor.text(_plan_in(answered))
        comment = answered.answer.reason if answered.answer else None
        successor = self._new_tasks.from_plan(task, plan, principal, comment=comment)
        done = await self._conclusion.ended(task, TaskStatus.COMPLETED, result=plan)
        applied = answered.model_copy(update={"applied": True})
        await self._store.hand_over(
            task,
            done,
            [ApprovalAnswered(data=applied), TaskCompleted(data=EndedData(**summary_of(done)))],
            approval=applied,
            successor=successor,
            first_input=self._new_tasks.first_input(successor),
        )
        self._stored()
        return applied

    async def carry_out(
        self, task: Task, principal: Principal, *, comment: str | None = None, again: bool = False
    ) -> Task:
        """The executor's task for the plan that a task of `planning` has completed with.

        Raises Forbidden, NotFound (no executor), and Conflict when there is no plan, or it was approved before.
        """
        if not principal.may_write:
            raise Forbidden("A viewer cannot approve a plan.", hint="Ask a member or an administrator.")
        if task.assigned_agent != PLANNING:
            raise Conflict(
                f"Task {task.task_id} is of {task.assigned_agent}; only plans of {PLANNING} can be approved.",
                hint="Send the plan as a message to a new task of executor.",
            )
        if task.status is not TaskStatus.COMPLETED or not (task.result or "").strip():
            raise Conflict(
                f"Task {task.task_id} is {task.status} and has no plan yet.",
                hint="Wait for its end; a plan that it asks about is approved by answering it.",
            )
        successor = self._new_tasks.from_plan(task, task.result or "", principal, comment=comment)
        first = self._new_tasks.first_input(successor)
        stored = await self._store.carry_out(task, successor, first, again=again)
        self._stored()
        return stored

    async def _end_run(self, task_id: str) -> None:
        """End the CLI that waits for the answer, as after a long wait; its task goes on waiting."""
        live = self._live.get(task_id)
        if live is None:
            return
        live.end(RunEnd.LINGER)
        try:
            async with asyncio.timeout(END_SECONDS):
                await live.done.wait()
        except TimeoutError:
            raise Unavailable(f"The CLI of {task_id} is still being ended.", hint="Answer again in a moment.") from None


def _plan_in(approval: Approval) -> str:
    """The plan's text: as the person changed it, or as the agent asked."""
    changed = approval.answer.input if approval.answer else None
    plan = (changed or approval.input).get("plan")
    return plan.strip() if isinstance(plan, str) else ""
