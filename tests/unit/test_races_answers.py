"""Answers that meet something else: a CLI that is being ended, one that has not asked again, another answer."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, workbench

from machine.demo.replies import Reply, Text, ToolUse
from machine.domain.aio import spawn
from machine.domain.approval import Answer, Approval, ApprovalStatus, Decision
from machine.domain.clock import utc_now
from machine.domain.errors import Conflict
from machine.domain.task import QueueReason, Task, TaskStatus, WaitingReason
from machine.engine.approvals import Approvals
from machine.engine.live_task import LiveTask, RunEnd
from machine.engine.live_tasks import LiveTasks
from machine.engine.whereabouts import StoredElsewhere, Whereabouts
from machine.ports import ToolRequest

SECONDS = 20.0
ALLOW = Answer(decision=Decision.ALLOW)
DENY = Answer(decision=Decision.DENY)
CALL = ToolUse("Bash", {"command": "curl -s http://127.0.0.1:1 || echo nobody is there"})
FETCHES = tuple(ToolUse("WebFetch", {"url": f"http://{name}.example/", "prompt": "x"}) for name in "ab")


@pytest.fixture
def hold() -> asyncio.Event:
    """Ends what the model says to "block" and to "hurry"."""
    return asyncio.Event()


@pytest.fixture
def model(hold: asyncio.Event) -> ScriptedModel:
    return (
        ScriptedModel("Done.")
        .on("hurry", Reply((Text("Thinking about it.", hold=hold), CALL)), "after the hurry")
        .on("bash", Reply((CALL,)), "after bash")
        .on("fetch", Reply(FETCHES), "after the fetches")
        .on("block", Reply((Text("Blocking it.", hold=hold),)))
        .on("second", "second answered")
        .on("talk", "rested")
    )


@pytest.fixture
async def bench(tmp_path: Path, model: ScriptedModel) -> AsyncIterator[Workbench]:
    async with workbench(tmp_path / "data", model, max_concurrent_tasks=1) as bench:
        yield bench


def run_of(bench: Workbench, task: Task) -> LiveTask:
    live = bench.room.engine.manager._live.get(task.task_id)
    assert live is not None
    return live


async def _linger_out(live: LiveTask) -> None:
    """What happens when a person has kept a CLI waiting for too long."""
    async with asyncio.timeout(SECONDS):
        live.end(RunEnd.LINGER)
        await live.done.wait()


async def _in_line(bench: Workbench, count: int) -> None:
    async with asyncio.timeout(SECONDS):
        while len(bench.room.engine.manager._slots._line) < count:
            await asyncio.sleep(0.005)


async def test_a_message_for_a_task_whose_cli_is_ended_while_it_waits_for_a_slot_is_not_forgotten(
    bench: Workbench, hold: asyncio.Event
) -> None:
    talking = await bench.submit("talk", is_interactive=True)
    await bench.until(talking, TaskStatus.WAITING_INPUT)
    blocking = await bench.submit("block")
    await bench.says(blocking, "Blocking")
    await bench.room.engine.manager.send_input(talking.task_id, "second", principal=bench.principal)
    await _in_line(bench, 1)
    await _linger_out(run_of(bench, talking))
    assert (await bench.task(talking.task_id)).queue_reason is QueueReason.INPUT
    hold.set()
    rested = await bench.until(talking, TaskStatus.WAITING_INPUT)
    assert rested.result == "second answered"
    assert sum("second" in request.last_user_text for request in bench.model.requests) == 1


async def test_an_answer_for_a_task_whose_cli_is_ended_while_it_waits_for_a_slot_is_not_forgotten(
    bench: Workbench, hold: asyncio.Event
) -> None:
    asking = await bench.submit("bash")
    card = await bench.pending(asking)
    blocking = await bench.submit("block")
    await bench.says(blocking, "Blocking")
    await bench.room.engine.approvals.answer(card.approval_id, ALLOW, bench.principal)
    await _in_line(bench, 1)
    await _linger_out(run_of(bench, asking))
    assert (await bench.task(asking.task_id)).queue_reason is QueueReason.ANSWERED
    hold.set()
    assert (await bench.ended(asking)).result == "after bash"
    assert [one.applied for one in await bench.room.api.tasks.approvals(task_id=asking.task_id)] == [True]


async def test_two_requests_at_once_are_two_cards_of_one_wait_and_both_answers_arrive(bench: Workbench) -> None:
    task = await bench.submit("fetch")
    await bench.pending(task, 2)
    waiting = await bench.task(task.task_id)
    assert (waiting.status, waiting.waiting_reason) == (TaskStatus.WAITING_INPUT, WaitingReason.APPROVAL)
    for left, card in enumerate(reversed(await bench._pending_of(task.task_id))):
        assert (await bench.task(task.task_id)).status is TaskStatus.WAITING_INPUT, f"{left} are answered"
        no = Answer(decision=Decision.DENY, reason=f"no to {card.input['url']}")
        await bench.room.engine.approvals.answer(card.approval_id, no, bench.principal)
    assert (await bench.ended(task)).result == "after the fetches"
    heard = str(bench.model.requests[-1])
    results = "".join(piece.text for piece in await bench.outputs(task) if piece.kind == "tool_result")
    for name in "ab":
        assert f"no to http://{name}.example/" in results + heard
    assert (await bench.types(task)).count("task.continued") == 1


def _request(number: int) -> ToolRequest:
    url = f"http://x.example/{number}"
    return ToolRequest(tool_name="WebFetch", tool_use_id=f"t{number}", input={"url": url}, title="t", suggestions=())


async def test_a_task_that_has_asked_again_while_it_stood_in_line_is_given_no_slot(bench: Workbench) -> None:
    holds = [asyncio.Event(), asyncio.Event()]
    for number, until in enumerate(holds):
        bench.model.on(f"work {number}", Reply((Text("I work.", hold=until),)))
    task = await bench.submit("work 0")
    await bench.says(task, "I")
    live, approvals = run_of(bench, task), bench.room.engine.approvals
    first = spawn(approvals.ask(live, _request(1)), name="first request")
    card = await bench.pending(task)
    other = await bench.submit("work 1")
    await bench.says(other, "I")
    await approvals.answer(card.approval_id, ALLOW, bench.principal)
    await _in_line(bench, 1)
    second = spawn(approvals.ask(live, _request(2)), name="second request")
    card = await bench.pending(task)
    holds[1].set()
    await bench.ended(other)
    await asyncio.wait({first}, timeout=0.5)
    assert (await bench.task(task.task_id)).status is TaskStatus.WAITING_INPUT
    await approvals.answer(card.approval_id, DENY, bench.principal)
    async with asyncio.timeout(SECONDS):
        assert [(await first).decision, (await second).decision] == [Decision.ALLOW, Decision.DENY]
    assert (await bench.task(task.task_id)).status is TaskStatus.RUNNING
    holds[0].set()
    assert (await bench.ended(task)).status is TaskStatus.COMPLETED


async def test_an_answer_to_an_old_card_is_stored_at_once_and_applied_when_the_resumed_cli_asks_again(
    bench: Workbench, hold: asyncio.Event
) -> None:
    task = await bench.submit("bash")
    card = await bench.pending(task)
    await bench.written_down(task, "tool_use")
    await _linger_out(run_of(bench, task))
    await bench.room.engine.manager.send_input(task.task_id, "hurry", principal=bench.principal)
    await bench.says(task, "Thinking")
    async with asyncio.timeout(2):
        stored = await bench.room.engine.approvals.answer(card.approval_id, ALLOW, bench.principal)
    assert stored.status is ApprovalStatus.ANSWERED
    hold.set()
    assert (await bench.ended(task)).result == "after the hurry"
    (only,) = await bench.room.api.tasks.approvals(task_id=task.task_id)
    assert (only.approval_id, only.status, only.applied) == (card.approval_id, ApprovalStatus.ANSWERED, True)


async def test_an_answer_between_the_last_look_of_a_run_for_answers_and_its_end_is_not_forgotten(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = await bench.submit("bash")
    card = await bench.pending(task)
    live, store = run_of(bench, task), bench.room.api.tasks
    looked, answered, real = asyncio.Event(), asyncio.Event(), store.approvals

    async def approvals(**which: Any) -> Any:
        found = await real(**which)
        asked_by = asyncio.current_task()
        if asked_by is not None and asked_by.get_name().startswith("run of") and not looked.is_set():
            looked.set()
            await answered.wait()
        return found

    monkeypatch.setattr(store, "approvals", approvals)
    live.end(RunEnd.LINGER)
    await looked.wait()
    answering = spawn(bench.room.engine.approvals.answer(card.approval_id, ALLOW, bench.principal), name="person")
    async with asyncio.timeout(SECONDS):
        while (await store.approval(card.approval_id)).status is ApprovalStatus.PENDING:
            await asyncio.sleep(0.002)
    await asyncio.wait({answering}, timeout=0.2)
    answered.set()
    assert (await answering).status is ApprovalStatus.ANSWERED
    assert (await bench.ended(task)).result == "after bash"


async def test_an_answer_in_the_moment_in_which_the_resumed_cli_asks_again_reaches_it(
    bench: Workbench, hold: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = await bench.submit("bash")
    card = await bench.pending(task)
    await _linger_out(run_of(bench, task))
    store = bench.room.api.tasks
    asked, answered, real = asyncio.Event(), asyncio.Event(), store.approvals

    async def approvals(**which: Any) -> Any:
        found = await real(**which)
        if "status" not in which:
            asked.set()
            await answered.wait()
        return found

    monkeypatch.setattr(store, "approvals", approvals)
    hold.set()
    await bench.room.engine.manager.send_input(task.task_id, "hurry", principal=bench.principal)
    async with asyncio.timeout(SECONDS):
        await asked.wait()
    await bench.room.engine.approvals.answer(card.approval_id, ALLOW, bench.principal)
    answered.set()
    assert (await bench.ended(task)).result == "after the hurry"


async def test_an_answer_for_a_task_that_a_message_has_queued_already_is_taken(
    bench: Workbench, hold: asyncio.Event
) -> None:
    task = await bench.submit("bash")
    card = await bench.pending(task)
    await _linger_out(run_of(bench, task))
    blocking = await bench.submit("block")
    await bench.says(blocking, "Blocking")
    queued = await bench.room.engine.manager.send_input(task.task_id, "hurry", principal=bench.principal)
    assert queued.status is TaskStatus.QUEUED
    stored = await bench.room.engine.approvals.answer(card.approval_id, ALLOW, bench.principal)
    assert stored.status is ApprovalStatus.ANSWERED
    hold.set()
    assert (await bench.ended(task)).result == "after the hurry"


async def test_an_interrupt_while_a_card_waits_comes_at_once(bench: Workbench) -> None:
    task = await bench.submit("bash")
    card = await bench.pending(task)
    async with asyncio.timeout(3):
        interrupted = await bench.room.engine.manager.interrupt(task.task_id)
    assert (interrupted.status, interrupted.waiting_reason) == (TaskStatus.WAITING_INPUT, WaitingReason.INTERRUPTED)
    assert (await bench.room.api.tasks.approval(card.approval_id)).status is ApprovalStatus.SUPERSEDED


@pytest.mark.parametrize("winner", [Decision.ALLOW, Decision.DENY])
async def test_of_two_answers_at_once_only_that_of_the_winner_becomes_a_rule(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, winner: Decision
) -> None:
    task = await bench.submit("bash")
    card = await bench.pending(task)
    store = bench.room.api.tasks
    both_have_looked, won = asyncio.Barrier(2), asyncio.Event()
    look, save = store.approval, store.save_approval

    async def approval(approval_id: str) -> Approval:
        found = await look(approval_id)
        asked_by = asyncio.current_task()
        if asked_by is not None and asked_by.get_name().startswith("person"):
            await both_have_looked.wait()
        return found

    async def save_approval(old: Approval, new: Approval, events: Any) -> Approval:
        if new.answer is None or new.answer.decision is not winner:
            await won.wait()
        stored = await save(old, new, events)
        won.set()
        return stored

    monkeypatch.setattr(store, "approval", approval)
    monkeypatch.setattr(store, "save_approval", save_approval)
    answers = (Answer(decision=Decision.ALLOW, remember=True), DENY)
    given = [
        spawn(bench.room.engine.approvals.answer(card.approval_id, each, bench.principal), name=f"person {each}")
        for each in answers
    ]
    for one, answer in zip(given, answers, strict=True):
        if answer.decision is winner:
            assert (await one).status is ApprovalStatus.ANSWERED
        else:
            with pytest.raises(Conflict):
                await one
    rules = await store.permission_rules(task.assigned_agent)
    assert bool(rules) is (winner is Decision.ALLOW)
    assert (await bench.ended(task)).status is TaskStatus.COMPLETED


async def test_a_late_answer_by_another_machine_leaves_the_cli_that_waits_by_then_its_task(
    bench: Workbench, hold: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = await bench.submit("bash")
    card = await bench.pending(task)
    await bench.written_down(task, "tool_use")
    await _linger_out(run_of(bench, task))
    await bench.submit("block")
    await bench.room.engine.manager.send_input(task.task_id, "hurry", principal=bench.principal)
    here, stalled, again = bench.room.engine.approvals, asyncio.Event(), asyncio.Event()
    web = Approvals(
        store=here._store,
        live=LiveTasks(),
        slots=here._slots,
        plans=here._plans,
        budgets=here._budgets,
        clock=utc_now,
        whereabouts=Whereabouts("web"),
    )
    real = here._store.save_approval

    async def save_approval(old: Approval, new: Approval, events: Any) -> Approval:
        if new.status is ApprovalStatus.ANSWERED and not new.applied:
            stalled.set()
            await again.wait()
        return await real(old, new, events)

    monkeypatch.setattr(here._store, "save_approval", save_approval)
    answering = spawn(web.answer(card.approval_id, ALLOW, bench.principal), name="answer at the web")
    await stalled.wait()
    hold.set()
    await bench.until(task, TaskStatus.WAITING_INPUT)
    again.set()
    with pytest.raises(StoredElsewhere):
        await answering
    monkeypatch.setattr(here, "_whereabouts", Whereabouts(bench.settings.machine_id))
    with pytest.raises(Conflict):
        await here.answer(card.approval_id, ALLOW, bench.principal)
    seen_to = await here.answer(card.approval_id, ALLOW, bench.principal, stored=True)
    assert seen_to.status is ApprovalStatus.ANSWERED
    ended = await bench.ended(task)
    assert (ended.result, ended.attempt) == ("after the hurry", 2)


async def test_in_a_fleet_a_waiting_cli_finds_an_answer_of_which_nobody_told_it(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.room.engine.approvals, "_whereabouts", Whereabouts(bench.settings.machine_id))
    task = await bench.submit("bash")
    card = await bench.pending(task)
    answered = card.model_copy(update={"status": ApprovalStatus.ANSWERED, "answer": ALLOW, "answered_by": "user_1"})
    await bench.room.api.tasks.save_approval(card, answered, [])
    assert (await bench.ended(task)).result == "after bash"


async def test_a_task_that_is_claimed_while_its_former_run_lasts_waits_for_the_end_of_that_run(
    bench: Workbench,
) -> None:
    task = await bench.submit("bash")
    await bench.pending(task)
    await bench.written_down(task, "tool_use")
    first = run_of(bench, task)
    waits = await bench.task(task.task_id)
    await bench.room.api.tasks.move(waits, waits.moved_to(TaskStatus.QUEUED, utc_now(), front=True), [])
    bench.room.engine.freed()
    ended = await bench.ended(task)
    assert ended.attempt == 2
    assert first.done.is_set()
    assert first.ending.result() is RunEnd.FENCE
