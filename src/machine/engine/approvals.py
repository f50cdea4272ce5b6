"""What waits for a person's answer.

A request becomes a stored approval before anybody is asked. The answer is stored before the agent gets it. When the CLI
is gone by then, the answer queues the task, and is applied when the resumed conversation asks the same again.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from machine.domain.approval import Answer, Approval, ApprovalKind, ApprovalStatus, Decision, fingerprint, kind_of
from machine.domain.clock import Clock
from machine.domain.errors import BadRequest, Conflict, Forbidden, NotFound, StaleTask, StoreError
from machine.domain.events import ApprovalAnswered, ApprovalRequested
from machine.domain.ids import new_id
from machine.domain.principal import Principal
from machine.domain.task import WaitingReason
from machine.engine.brain_tools import PREFIX
from machine.engine.budget_answers import BudgetAnswers
from machine.engine.live_task import LiveTask
from machine.engine.live_tasks import LiveTasks
from machine.engine.plans import Plans
from machine.engine.slots import Slots
from machine.engine.waiting import Waiting
from machine.engine.whereabouts import StoredElsewhere, Whereabouts
from machine.ports import TaskStore, ToolRequest

MAX_RULE_CHARS: Final = 500
LOOK_SECONDS: Final = 2.0
"""In a fleet, between two looks for an answer of which nobody has told the waiting CLI."""
LOOK_AGAIN_SECONDS: Final = 0.02

_log = logging.getLogger(__name__)


class Approvals:
    """Asks people on behalf of agents, and brings back what they say."""

    def __init__(
        self,
        *,
        store: TaskStore,
        live: LiveTasks,
        slots: Slots,
        plans: Plans,
        budgets: BudgetAnswers,
        clock: Clock,
        whereabouts: Whereabouts | None = None,
    ) -> None:
        """`whereabouts` is unset on a machine that works alone."""
        self._store = store
        self._live = live
        self._slots = slots
        self._plans = plans
        self._budgets = budgets
        self._waiting = Waiting(store=store, clock=clock)
        self._now = clock
        self._whereabouts = whereabouts

    async def ask(self, live: LiveTask, request: ToolRequest) -> Answer:
        """Ask a person and wait for the answer, however long it takes. Cancelled when the agent no longer asks."""
        mark = fingerprint(request.tool_name, request.input)
        earlier = await self._store.approvals(task_id=live.task_id)
        if (answered := _first(earlier, ApprovalStatus.ANSWERED, mark)) and answered.answer:
            return await self._apply(answered)
        approval = _first(earlier, ApprovalStatus.PENDING, mark)
        if approval is None or approval.approval_id in live.answers:
            approval = self._new(live, request, mark)
            await self._supersede([old for old in earlier if old.approval_id not in live.asked])
            return await self._wait_for(live, approval, approvals=[approval])
        return await self._wait_for(live, approval)

    async def answer(self, approval_id: str, answer: Answer, principal: Principal, *, stored: bool = False) -> Approval:
        """Store a person's answer and see that the agent gets it; a plan of `planning` goes to the executor instead.
        What another machine of a fleet has `stored` is not stored again, only seen to.

        Raises NotFound, Forbidden, BadRequest, Conflict when it is not pending any more, and StoredElsewhere.
        """
        approval = await self._store.approval(approval_id)
        if not principal.sees(approval.user_id):
            raise NotFound(f"There is no approval {approval_id}.")
        if not principal.may_write:
            raise Forbidden("A viewer cannot answer.", hint="Ask a member or an administrator.")
        if stored and _is_stored(approval, answer, principal):
            return await self._brought(approval)
        _check(approval, answer)
        await self._check_rights(approval, answer, principal)
        answered = approval.model_copy(
            update={
                "status": ApprovalStatus.ANSWERED,
                "answer": answer,
                "answered_at": self._now(),
                "answered_by": principal.user_id,
            }
        )
        if approval.kind is ApprovalKind.BUDGET:
            return await self._budgets.decide(answered, answer)
        if self._plans.ends_with(answered):
            return await self._plans.hand_over(answered, principal)
        return await self._brought(
            await self._store.save_approval(approval, answered, [ApprovalAnswered(data=answered)])
        )

    async def _check_rights(self, approval: Approval, answer: Answer, principal: Principal) -> None:
        """A tool of the machine's own acts with the rights of its task: who has fewer may refuse it, not allow it."""
        if answer.decision is not Decision.ALLOW or not approval.tool_name.startswith(PREFIX):
            return
        if not principal.rights.covers((await self._store.get(approval.task_id)).rights):
            raise Forbidden(
                "This would be done with rights that go beyond those of this credential.",
                hint="Answer it signed in as who asked for it, or deny it.",
            )

    async def _wait_for(self, live: LiveTask, approval: Approval, *, approvals: Sequence[Approval] = ()) -> Answer:
        """Wait with a card, which is stored first when it is new. Whoever answers it finds somebody waiting, or the
        stored answer is found here: the future is there before the card can be seen."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        live.answers[approval.approval_id] = future
        live.asked.add(approval.approval_id)
        try:
            await live.wait(WaitingReason.APPROVAL, ApprovalRequested(data=approval), approvals=approvals)
            if (await self._store.approval(approval.approval_id)).status is ApprovalStatus.PENDING:
                await self._answered(approval, future)
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

    async def _answered(self, approval: Approval, future: asyncio.Future[None]) -> None:
        """Until a person has answered. Who stored it, on another machine, may have ended before telling it here."""
        seconds = None if self._whereabouts is None else LOOK_SECONDS
        while not (await asyncio.wait([future], timeout=seconds))[0]:
            try:
                if (await self._store.approval(approval.approval_id)).status is not ApprovalStatus.PENDING:
                    return
            except StoreError as error:
                _log.warning("cannot see whether %s is answered: %s", approval.approval_id, error.message)

    async def _brought(self, stored: Approval) -> Approval:
        """See to a stored answer, and make a rule of it where that is wanted."""
        await self._see_to(stored)
        wanted = stored.answer is not None and stored.answer.remember and stored.answer.decision is Decision.ALLOW
        if wanted and stored.answered_by and (rules := rules_for(stored)):
            await self._store.add_permission_rules(stored.agent, rules, stored.answered_by, self._now())
        return stored

    async def _see_to(self, stored: Approval) -> None:
        """Tell the CLI that waits for a stored answer. Where none does, the task is queued, and the answer is applied
        when the resumed agent asks the same again. Raises StoredElsewhere."""
        while True:
            live = self._live.get(stored.task_id)
            if live is not None:
                waiting = live.answers.get(stored.approval_id)
                if waiting is not None and not waiting.done():
                    waiting.set_result(None)
                if not live.closing:
                    return
                await live.done.wait()  # its own last look for answers may have come before this one
            task = await self._store.get(stored.task_id)
            if self._whereabouts is not None and (machine := await self._whereabouts.elsewhere(task)) is not None:
                raise StoredElsewhere(task.task_id, machine)
            try:
                await self._waiting.look_at(task)
            except StaleTask:  # it went on by itself
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
                continue
            self._slots.freed()
            return

    async def _supersede(self, former: Sequence[Approval]) -> None:
        """Cards of a former process that the resumed agent did not ask for again, answered ones included: a word that
        was given for something else must not count later."""
        for old in former:
            if old.status is ApprovalStatus.PENDING or (old.status is ApprovalStatus.ANSWERED and not old.applied):
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
    if approval.tool_name == "Bash" and command and "*" in str(command) and not approval.suggestions:
        return []  # in a rule a star means anything
    return [rule for rule in proposed if rule and len(rule) <= MAX_RULE_CHARS and "\n" not in rule]


def _first(approvals: Sequence[Approval], status: ApprovalStatus, mark: str) -> Approval | None:
    return next((a for a in approvals if a.status is status and a.fingerprint == mark and not a.applied), None)


def _is_stored(approval: Approval, answer: Answer, principal: Principal) -> bool:
    """Whether this very answer is stored already."""
    return (approval.status, approval.answer, approval.answered_by) == (
        ApprovalStatus.ANSWERED,
        answer,
        principal.user_id,
    )


def _check(approval: Approval, answer: Answer) -> None:
    if approval.status is not ApprovalStatus.PENDING:
        raise Conflict(f"Approval {approval.approval_id} is {approval.status} already.", hint="Reload the task.")
    if answer.answers is not None and approval.tool_name != "AskUserQuestion":
        raise BadRequest(
            f"Approval {approval.approval_id} is a {approval.kind}, it takes no answers.", hint="Leave `answers` out."
        )
    if answer.remember and approval.kind is ApprovalKind.BUDGET:
        raise BadRequest(
            "A budget is raised for one task and once.", hint="Give the agent a larger max_budget_usd, or none."
        )
