"""What waits for a person's answer.

A request becomes a stored approval before anybody is asked. The answer is stored before the agent gets it. When the CLI
is gone by then, the answer queues the task, and is applied when the resumed conversation asks the same again.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from machine.domain.approval import Answer, Approval, ApprovalStatus, Decision, fingerprint, kind_of
from machine.domain.clock import Clock
from machine.domain.errors import BadRequest, Conflict, Forbidden, NotFound
from machine.domain.events import ApprovalAnswered, ApprovalRequested, ParkedData, TaskQueued
from machine.domain.ids import new_id
from machine.domain.principal import Principal
from machine.domain.task import QueueReason, TaskStatus, WaitingReason
from machine.engine.live_task import LiveTask
from machine.engine.live_tasks import LiveTasks
from machine.engine.slots import Slots
from machine.ports import TaskStore, ToolRequest

MAX_RULE_CHARS: Final = 500


class Approvals:
    """Asks people on behalf of agents, and brings back what they say."""

    def __init__(self, *, store: TaskStore, live: LiveTasks, slots: Slots, clock: Clock) -> None:
        self._store = store
        self._live = live
        self._slots = slots
        self._now = clock

    async def ask(self, live: LiveTask, request: ToolRequest) -> Answer:
        """Ask a person and wait for the answer, however long it takes. Cancelled when the agent no longer asks."""
        mark = fingerprint(request.tool_name, request.input)
        earlier = await self._store.approvals(task_id=live.task_id)
        if (answered := _first(earlier, ApprovalStatus.ANSWERED, mark)) and answered.answer:
            return await self._apply(answered)
        approval = _first(earlier, ApprovalStatus.PENDING, mark)
        if approval is None or approval.approval_id in live.answers:
            approval = self._new(live, request, mark)
            live.asked.add(approval.approval_id)
            await self._supersede(live, earlier)
            await live.wait(WaitingReason.APPROVAL, ApprovalRequested(data=approval), approvals=[approval])
        elif live.task.status is TaskStatus.RUNNING:
            await live.wait(WaitingReason.APPROVAL, ApprovalRequested(data=approval))
        return await self._wait_for(live, approval)

    async def answer(self, approval_id: str, answer: Answer, principal: Principal) -> Approval:
        """Store a person's answer and see that the agent gets it.

        Raises NotFound, Forbidden, BadRequest, and Conflict when it is not pending any more.
        """
        approval = await self._store.approval(approval_id)
        if not principal.sees(approval.user_id):
            raise NotFound(f"There is no approval {approval_id}.")
        if not principal.may_write:
            raise Forbidden("A viewer cannot answer.", hint="Ask a member or an administrator.")
        _check(approval, answer)
        answered = approval.model_copy(
            update={
                "status": ApprovalStatus.ANSWERED,
                "answer": answer,
                "answered_at": self._now(),
                "answered_by": principal.user_id,
            }
        )
        if answer.remember and answer.decision is Decision.ALLOW:
            await self._store.add_permission_rules(
                approval.agent, rules_for(approval), principal.user_id, answered.answered_at or self._now()
            )
        live = self._live.get(approval.task_id)
        waiting = live.answers.get(approval_id) if live else None
        if waiting is None or waiting.done():
            return await self._answer_later(approval, answered)
        stored = await self._store.save_approval(approval, answered, [ApprovalAnswered(data=answered)])
        if not waiting.done():
            waiting.set_result(answer)
        return stored

    async def _wait_for(self, live: LiveTask, approval: Approval) -> Answer:
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        live.answers[approval.approval_id] = future
        live.asked.add(approval.approval_id)
        try:
            await future
        except asyncio.CancelledError:
            if not live.closing:
                await asyncio.shield(self._withdraw(live, approval))
            raise
        finally:
            live.answers.pop(approval.approval_id, None)
        if not live.answers:
            await live.go_on("answered")
        return await self._apply(await self._store.approval(approval.approval_id))

    async def _apply(self, answered: Approval) -> Answer:
        await self._store.save_approval(answered, answered.model_copy(update={"applied": True}), [])
        if answered.answer is None:
            raise Conflict(f"Approval {answered.approval_id} has no answer.")
        return answered.answer

    async def _answer_later(self, approval: Approval, answered: Approval) -> Approval:
        """No CLI waits: store the answer and queue the task, which asks again when it is resumed."""
        if (live := self._live.get(approval.task_id)) is not None:
            await live.done.wait()
        task = await self._store.get(approval.task_id)
        events = [ApprovalAnswered(data=answered)]
        if task.status is not TaskStatus.WAITING_INPUT:
            return await self._store.save_approval(approval, answered, events)
        queued = task.moved_to(TaskStatus.QUEUED, self._now(), front=True, queue_reason=QueueReason.ANSWERED)
        again = TaskQueued(data=ParkedData(reason=QueueReason.ANSWERED, message="A person has answered."))
        await self._store.move(task, queued, [*events, again], approvals=[answered])
        self._slots.freed()
        return answered

    async def _supersede(self, live: LiveTask, earlier: Sequence[Approval]) -> None:
        """Cards of a former process that the resumed agent did not ask for again, answered ones included: a word that
        was given for something else must not count later."""
        for old in earlier:
            waits = old.status is ApprovalStatus.PENDING or (old.status is ApprovalStatus.ANSWERED and not old.applied)
            if waits and old.approval_id not in live.asked:
                await self._put_aside(old)

    async def _withdraw(self, live: LiveTask, approval: Approval) -> None:
        """The agent no longer wants to know: it was interrupted."""
        await self._put_aside(approval)
        if not any(key != approval.approval_id for key in live.answers) and not live.interrupt_asked:
            await live.go_on("answered")

    async def _put_aside(self, approval: Approval) -> None:
        at = approval.answered_at or self._now()
        gone = approval.model_copy(update={"status": ApprovalStatus.SUPERSEDED, "answered_at": at})
        try:
            await self._store.save_approval(approval, gone, [ApprovalAnswered(data=gone)])
        except Conflict:
            return  # answered in this very moment; the answer stays on record

    def _new(self, live: LiveTask, request: ToolRequest, mark: str) -> Approval:
        return Approval(
            approval_id=new_id("appr"),
            task_id=live.task_id,
            user_id=live.task.user_id,
            agent=live.task.assigned_agent,
            kind=kind_of(request.tool_name),
            tool_name=request.tool_name,
            tool_use_id=request.tool_use_id,
            input=request.input,
            fingerprint=mark,
            title=request.title,
            suggestions=request.suggestions,
            requested_at=self._now(),
        )


def rules_for(approval: Approval) -> list[str]:
    """The allow rules that "always" means: those the CLI proposes, else this tool, for Bash this very command."""
    proposed = [
        rule.get("toolName", "") + (f"({rule['ruleContent']})" if rule.get("ruleContent") else "")
        for suggestion in approval.suggestions
        if suggestion.get("behavior") == "allow"
        for rule in suggestion.get("rules") or []
    ]
    command = approval.input.get("command")
    if not proposed:
        proposed = [f"Bash({command})" if approval.tool_name == "Bash" else approval.tool_name]
    return [rule for rule in proposed if rule and len(rule) <= MAX_RULE_CHARS and "\n" not in rule]


def _first(approvals: Sequence[Approval], status: ApprovalStatus, mark: str) -> Approval | None:
    return next((a for a in approvals if a.status is status and a.fingerprint == mark and not a.applied), None)


def _check(approval: Approval, answer: Answer) -> None:
    if approval.status is not ApprovalStatus.PENDING:
        raise Conflict(f"Approval {approval.approval_id} is {approval.status} already.", hint="Reload the task.")
    if answer.answers is not None and approval.tool_name != "AskUserQuestion":
        raise BadRequest(
            f"Approval {approval.approval_id} is a {approval.kind}, it takes no answers.", hint="Leave `answers` out."
        )
