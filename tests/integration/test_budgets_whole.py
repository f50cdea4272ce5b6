"""Budgets in the whole machine: the real CLI, which ends a turn that costs too much, against the scripted model."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.daemon import DaemonProcess
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, processes_of, workbench

from machine.demo.model_request import ModelRequest
from machine.demo.replies import Reply, Text, ToolUse, Usage
from machine.domain.approval import Answer, Approval, ApprovalKind, ApprovalStatus, Decision
from machine.domain.day_budget import BudgetScope, next_day
from machine.domain.errors import BadRequest, Conflict
from machine.domain.task import FailureReason, QueueReason, Task, TaskStatus, WaitingReason
from machine.engine.live_task import RunEnd

ALLOW = Answer(decision=Decision.ALLOW)
DENY = Answer(decision=Decision.DENY, reason="too dear")
DEAR = Usage(input_tokens=10_000, output_tokens=10_000)
"""What one answer of the model uses: about a quarter of a dollar for the CLI's own model."""
CHEAP = Usage(input_tokens=100, output_tokens=10)


def step(number: int) -> Reply:
    """A dear answer that goes on by calling a tool."""
    return Reply((Text(f"Step {number}."), ToolUse("TodoWrite", {"todos": []})), usage=DEAR)


def finished(request: ModelRequest) -> Reply:
    """Says how much of the conversation it remembers."""
    said = str(request.body)
    words = ", ".join(f"Step {number}." for number in range(1, 4) if f"Step {number}." in said)
    return Reply((Text(f"Finished after {words}"),), usage=CHEAP)


@pytest.fixture
async def model() -> ScriptedModel:
    return (
        ScriptedModel(Reply((Text("Done."),), usage=CHEAP))
        .on("cut off", finished)
        .on("work", step(1), step(2), step(3), step(4), "never said")
        .on("answer at once", Reply((Text("Here it is."),), usage=DEAR))
    )


@pytest.fixture
async def bench(tmp_path: Path, model: ScriptedModel) -> AsyncIterator[Workbench]:
    async with workbench(tmp_path / "data", model) as bench:
        yield bench


async def asked(bench: Workbench, **wish: Any) -> tuple[Task, Approval]:
    """A task that has used up its budget, and its card."""
    task = await bench.submit("do the work", **{"max_budget_usd": 0.5, **wish})
    card = await bench.pending(task)
    return await bench.until(task, TaskStatus.WAITING_INPUT), card


async def say(bench: Workbench, card: Approval, answer: Answer) -> Approval:
    return await bench.room.engine.approvals.answer(card.approval_id, answer, bench.principal)


async def test_a_task_whose_budget_is_used_up_pauses_and_asks(bench: Workbench) -> None:
    task, card = await asked(bench)
    assert task.waiting_reason is WaitingReason.APPROVAL
    assert card.kind is ApprovalKind.BUDGET
    assert card.input["limit_usd"] == 0.5
    assert card.input["spent_usd"] == pytest.approx(task.usage.cost_usd)
    assert task.usage.cost_usd > 0.5
    assert (await bench.types(task))[-1] == "approval.requested"
    assert await asyncio.to_thread(processes_of, task.task_id) == []


async def test_allowed_it_goes_on_in_its_conversation_and_completes(bench: Workbench) -> None:
    task, card = await asked(bench)
    await say(bench, card, ALLOW)
    ended = await bench.ended(task)
    assert ended.status is TaskStatus.COMPLETED
    assert ended.result == "Finished after Step 1., Step 2., Step 3."
    assert ended.attempt == 2
    assert ended.limits.max_budget_usd == pytest.approx(task.usage.cost_usd + 0.5)
    assert ended.limits.raised_usd == pytest.approx(task.usage.cost_usd)
    stored = await bench.room.api.tasks.approval(card.approval_id)
    assert (stored.status, stored.applied) == (ApprovalStatus.ANSWERED, True)


async def test_denied_it_fails_for_its_budget(bench: Workbench) -> None:
    task, card = await asked(bench)
    await say(bench, card, DENY)
    ended = await bench.task(task.task_id)
    assert ended.status is TaskStatus.FAILED
    assert ended.failure is not None
    assert ended.failure.reason is FailureReason.BUDGET
    assert "too dear" in ended.failure.message
    assert (await bench.types(task))[-2:] == ["approval.answered", "task.failed"]


async def test_after_a_raise_only_what_was_added_may_be_spent(tmp_path: Path) -> None:
    async with workbench(tmp_path / "data", ScriptedModel(*(step(1),) * 9)) as bench:
        task, card = await asked(bench)
        await say(bench, card, Answer(decision=Decision.ALLOW, input={"raise_by_usd": 0.3}))
        again = await bench.until(task, TaskStatus.WAITING_INPUT, where=lambda now: now.attempt == 2)
        second = await bench.pending(task)
    assert second.approval_id != card.approval_id
    assert second.input["raise_by_usd"] == pytest.approx(0.5)
    assert again.limits.max_budget_usd == pytest.approx(task.usage.cost_usd + 0.3)
    assert 0.3 < again.usage.cost_usd - task.usage.cost_usd < 0.3 + 0.25  # and no more than one answer beyond it


async def test_an_amount_that_makes_no_sense_is_refused_and_the_card_stays(bench: Workbench) -> None:
    task, card = await asked(bench)
    with pytest.raises(BadRequest, match="raise_by_usd"):
        await say(bench, card, Answer(decision=Decision.ALLOW, input={"raise_by_usd": -1}))
    with pytest.raises(BadRequest, match="once"):
        await say(bench, card, Answer(decision=Decision.ALLOW, remember=True))
    assert (await bench.pending(task)).approval_id == card.approval_id


async def test_work_that_ends_with_the_dollar_that_was_too_much_is_not_asked_about(bench: Workbench) -> None:
    task = await bench.ended(await bench.submit("answer at once", max_budget_usd=0.1))
    assert (task.status, task.result) == (TaskStatus.COMPLETED, "Here it is.")


async def test_a_message_does_not_start_a_task_that_waits_for_money(bench: Workbench) -> None:
    task, card = await asked(bench)
    await bench.room.engine.manager.send_input(task.task_id, "hurry up", principal=bench.principal)
    assert (await bench.task(task.task_id)).status is TaskStatus.WAITING_INPUT
    assert (await bench.pending(task)).approval_id == card.approval_id
    await say(bench, card, ALLOW)
    assert (await bench.ended(task)).status is TaskStatus.COMPLETED
    assert not await bench.room.api.tasks.inputs(task.task_id, unsent_only=True)


async def test_an_answer_and_a_stop_at_the_same_moment_leave_a_task_that_has_ended_once(bench: Workbench) -> None:
    task, card = await asked(bench)
    stopped, answered = await asyncio.gather(
        bench.room.engine.manager.stop(task.task_id), say(bench, card, DENY), return_exceptions=True
    )
    ends = [kind for kind in await bench.types(task) if kind in ("task.failed", "task.cancelled")]
    assert len(ends) == 1
    assert ends == (["task.cancelled"] if isinstance(answered, Conflict) else ["task.failed"]), (stopped, answered)


async def test_of_two_answers_at_once_one_counts(bench: Workbench) -> None:
    task, card = await asked(bench)
    said = await asyncio.gather(say(bench, card, ALLOW), say(bench, card, ALLOW), return_exceptions=True)
    assert sorted(type(each).__name__ for each in said)[0] == "Approval"
    assert sum(isinstance(each, Conflict) for each in said) == 1
    ended = await bench.ended(task)
    assert ended.limits.raised_usd == pytest.approx(task.usage.cost_usd)


async def test_the_question_outlives_the_machine(tmp_path: Path, model: ScriptedModel) -> None:
    async with workbench(tmp_path / "data", model) as bench:
        task, card = await asked(bench)
    async with workbench(tmp_path / "data", model) as bench:
        waiting = await bench.task(task.task_id)
        assert (waiting.status, waiting.waiting_reason) == (TaskStatus.WAITING_INPUT, WaitingReason.APPROVAL)
        assert (await bench.pending(task)).approval_id == card.approval_id
        await say(bench, card, ALLOW)
        ended = await bench.ended(task)
        assert (ended.status, ended.losses) == (TaskStatus.COMPLETED, 0)


async def test_a_task_that_was_cut_off_beyond_its_budget_asks_before_it_starts_again(
    bench: Workbench, model: ScriptedModel
) -> None:
    task = await bench.submit("talk", is_interactive=True, max_budget_usd=5)
    rests = await bench.until(task, TaskStatus.WAITING_INPUT)
    live = bench.room.engine.manager._live.get(task.task_id)
    assert live is not None
    live.end(RunEnd.LINGER)
    await live.done.wait()
    await bench.room.api.tasks.append(task.task_id, [], usage=rests.usage.model_copy(update={"cost_usd": 6.0}))
    before = len(model.requests)
    await bench.room.engine.manager.send_input(task.task_id, "go on", principal=bench.principal)
    card = await bench.pending(task)
    assert card.kind is ApprovalKind.BUDGET
    assert len(model.requests) == before


# --- budgets of a day ------------------------------------------------------------------------------------------------


class Days:
    """The real time, some days later."""

    def __init__(self) -> None:
        self.later = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.later

    def pass_by(self, bench: Workbench) -> None:
        """It is tomorrow."""
        self.later += timedelta(days=1)
        bench.room.engine.freed()


@pytest.fixture
def days() -> Days:
    return Days()


@pytest.fixture
async def one_slot(tmp_path: Path, model: ScriptedModel, days: Days) -> AsyncIterator[Workbench]:
    async with workbench(tmp_path / "data", model, clock=days, max_concurrent_tasks=1) as bench:
        yield bench


async def limit(bench: Workbench, usd: float | None, scope: BudgetScope = BudgetScope.MACHINE, name: str = "") -> None:
    await bench.room.engine.day_budgets.set(scope, name, usd, by="user_admin")


async def parked(bench: Workbench, task: Task) -> Task:
    return await bench.until(task, TaskStatus.QUEUED, where=lambda now: now.queue_reason is QueueReason.BUDGET)


async def test_when_the_day_is_used_up_the_next_task_waits_and_a_raise_lets_it_run(one_slot: Workbench) -> None:
    await limit(one_slot, 0.1)
    first = await one_slot.ended(await one_slot.submit("answer at once"))
    assert first.status is TaskStatus.COMPLETED  # what a turn has finished is not taken back
    second = await parked(one_slot, await one_slot.submit("answer at once"))
    assert second.parked_until == next_day(second.created_at)
    assert second.attempt == 0
    assert (await one_slot.types(second))[-1] == "task.parked"
    told = json.loads((await one_slot.events(second))[-1].body)
    assert told["reason"] == "budget"
    assert "The machine's budget for today is used up" in told["message"]
    await limit(one_slot, 5)
    assert (await one_slot.ended(second)).status is TaskStatus.COMPLETED


async def test_at_midnight_what_was_held_back_runs_by_itself_and_in_order(one_slot: Workbench, days: Days) -> None:
    await limit(one_slot, 0.2)
    await limit(one_slot, 0, BudgetScope.USER, "somebody else")
    await one_slot.ended(await one_slot.submit("answer at once"))
    waiting = [await parked(one_slot, await one_slot.submit(f"answer {number}")) for number in range(3)]
    days.pass_by(one_slot)
    ends = [await one_slot.ended(task) for task in waiting]
    assert [task.status for task in ends] == [TaskStatus.COMPLETED] * 3
    started = [task.started_at for task in ends]
    assert started == sorted(started, key=str)


async def test_a_running_task_is_stopped_for_the_day_and_resumes_its_conversation(
    one_slot: Workbench, model: ScriptedModel
) -> None:
    long = [Reply((Text(f"Step {n}. and so on", 0.4), ToolUse("TodoWrite", {"todos": []})), usage=DEAR) for n in (1, 2)]
    model._rules.insert(0, (re.compile("long"), (*long, Reply((Text("Never finished.", 3.0),)))))
    await limit(one_slot, 0.3)
    task = await one_slot.submit("a long journey")
    held = await parked(one_slot, task)
    assert held.attempt == 1
    assert held.usage.cost_usd >= 0.3
    assert await asyncio.to_thread(processes_of, task.task_id) == []
    await limit(one_slot, None)
    ended = await one_slot.ended(task)
    assert (ended.status, ended.attempt) == (TaskStatus.COMPLETED, 2)
    assert ended.result is not None
    assert ended.result.startswith("Finished after Step 1.")


async def test_one_task_is_let_through_and_the_others_go_on_waiting(one_slot: Workbench) -> None:
    await limit(one_slot, 0)
    urgent, other = await one_slot.submit("answer urgently"), await one_slot.submit("answer")
    for task in (urgent, other):
        await parked(one_slot, task)
    await one_slot.room.engine.day_budgets.let_through(await one_slot.task(urgent.task_id), by="user_admin")
    assert (await one_slot.ended(urgent)).status is TaskStatus.COMPLETED
    assert (await one_slot.task(other.task_id)).status is TaskStatus.QUEUED
    with pytest.raises(Conflict, match="no budget"):
        await one_slot.room.engine.day_budgets.let_through(await one_slot.task(urgent.task_id), by="user_admin")


async def test_an_agents_budget_in_its_file_holds_back_its_own_tasks_alone(one_slot: Workbench) -> None:
    creator = one_slot.room.api.creator
    await creator.set_in_agent("planning", "daily_budget_usd", 0.0, one_slot.principal)
    planning = await parked(one_slot, await one_slot.submit("answer", agent="planning"))
    assert (await one_slot.ended(await one_slot.submit("answer", agent="executor"))).status is TaskStatus.COMPLETED
    await creator.set_in_agent("planning", "daily_budget_usd", None, one_slot.principal)
    assert (await one_slot.ended(planning)).status is TaskStatus.COMPLETED


async def test_an_open_conversation_is_not_continued_on_a_day_that_is_used_up(
    one_slot: Workbench, model: ScriptedModel
) -> None:
    task = await one_slot.submit("talk", is_interactive=True)
    await one_slot.until(task, TaskStatus.WAITING_INPUT)
    await limit(one_slot, 0)
    before = len(model.requests)
    await one_slot.room.engine.manager.send_input(task.task_id, "go on", principal=one_slot.principal)
    await parked(one_slot, task)
    assert len(model.requests) == before
    await limit(one_slot, None)
    await one_slot.until(task, TaskStatus.WAITING_INPUT)
    assert len(model.requests) == before + 1


def test_a_killed_daemon_forgets_neither_the_card_nor_who_waits_for_tomorrow(tmp_path: Path) -> None:
    daemon = DaemonProcess.start(tmp_path / "data")
    try:
        asks = daemon.post("/api/tasks", {"message": "demo:edit", "agent": "executor", "max_budget_usd": 0.0001})
        card = _eventually(lambda: daemon.get(f"/api/approvals?task_id={asks['task_id']}")["items"])[0]
        assert card["kind"] == "budget"
        assert daemon.command("budgets", "set", "machine", "--daily", "0").returncode == 0
        waits = daemon.post("/api/tasks", {"message": "hello", "agent": "executor"})["task_id"]
        _eventually(lambda: daemon.get(f"/api/tasks/{waits}")["queue_reason"] == "budget")
        daemon.kill9()
        daemon.launch()
        assert daemon.get(f"/api/tasks/{asks['task_id']}")["status"] == "waiting_input"
        _eventually(lambda: daemon.get(f"/api/tasks/{waits}")["queue_reason"] == "budget")
        assert "play money" in daemon.command("approvals").stdout
        assert daemon.command("approvals", "allow", card["approval_id"], "--raise-by", "100").returncode == 0
        freed = daemon.command("budgets", "set", "machine", "--none")
        assert freed.returncode == 0, freed.stderr
        both = (asks["task_id"], waits)
        _eventually(lambda: all(daemon.get(f"/api/tasks/{one}")["status"] == "completed" for one in both), 80)
    finally:
        daemon.terminate()


def _eventually(look: Callable[[], Any], seconds: float = 40.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)
    return found
