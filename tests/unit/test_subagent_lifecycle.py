"""The life of a task, on the real CLI and the scripted model."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.model import ScriptedModel
from tests.support.tasks import a_task
from tests.support.workbench import Workbench, processes_of, processes_with, workbench

from machine.demo.replies import ApiError, Reply, Text, ToolUse
from machine.domain.approval import Answer, Decision
from machine.domain.clock import utc_now
from machine.domain.errors import Conflict, IllegalTransition, StoreError
from machine.domain.task import NEXT, FailureReason, TaskStatus, WaitingReason


@pytest.fixture
async def model() -> ScriptedModel:
    return ScriptedModel("All done.")


@pytest.fixture
async def bench(tmp_path: Path, model: ScriptedModel) -> AsyncIterator[Workbench]:
    async with workbench(tmp_path / "data", model) as bench:
        yield bench


async def test_a_submitted_task_runs_in_the_background_and_submit_returns_its_id_at_once(
    bench: Workbench, model: ScriptedModel
) -> None:
    hold = asyncio.Event()
    model.on("slow", Reply((Text("First words and more.", hold=hold),)))
    task = await bench.submit("go slow")
    assert (await bench.task(task.task_id)).status in (TaskStatus.QUEUED, TaskStatus.RUNNING)
    await bench.says(task, "First")
    assert (await bench.task(task.task_id)).status is TaskStatus.RUNNING
    hold.set()
    assert (await bench.ended(task)).status is TaskStatus.COMPLETED


async def test_it_streams_output_while_it_runs(bench: Workbench, model: ScriptedModel) -> None:
    hold = asyncio.Event()
    model.on("stream", Reply((Text("One two three.", hold=hold),)))
    task = await bench.submit("stream it")
    stream = bench.room.engine.manager.stream_output(task.task_id)
    first = await anext(stream)
    assert first.startswith("One")
    assert (await bench.task(task.task_id)).status is TaskStatus.RUNNING
    hold.set()
    assert first + "".join([text async for text in stream]) == "One two three."


async def test_it_takes_a_message_while_it_runs(bench: Workbench, model: ScriptedModel) -> None:
    hold = asyncio.Event()
    model.on("first wish", Reply((Text("Working on it.", hold=hold),)))
    model.on("second wish", "The second answer.")
    task = await bench.submit("first wish")
    await bench.says(task, "Working")
    await bench.room.engine.manager.send_input(task.task_id, "second wish", principal=bench.principal)
    hold.set()
    ended = await bench.ended(task)
    assert ended.status is TaskStatus.COMPLETED
    assert ended.result == "The second answer."
    assert "Working on it." in await bench.text(task)


async def test_it_can_be_stopped_while_queued(tmp_path: Path, model: ScriptedModel) -> None:
    hold = asyncio.Event()
    model.on("block", Reply((Text("I hold the slot.", hold=hold),)))
    async with workbench(tmp_path / "data", model, max_concurrent_tasks=1) as bench:
        blocking = await bench.submit("block")
        await bench.says(blocking, "I")
        queued = await bench.submit("never runs")
        assert await bench.room.engine.manager.stop(queued.task_id, by="me") is True
        assert (await bench.task(queued.task_id)).status is TaskStatus.CANCELLED
        hold.set()
        await bench.ended(blocking)
        assert "task.started" not in await bench.types(queued)


async def test_stopped_while_running_it_leaves_no_process_of_its_own_or_of_its_agent(
    bench: Workbench, model: ScriptedModel
) -> None:
    mark = "271828"
    command = f"env -i setsid sleep {mark} & sleep {mark}"
    model.on("server", Reply((ToolUse("Bash", {"command": command, "run_in_background": True}),)), _endless())
    task = await bench.submit("start a server")
    approval = await bench.pending(task)
    await bench.room.engine.approvals.answer(approval.approval_id, Answer(decision=Decision.ALLOW), bench.principal)
    await bench.says(task, "Going")
    assert await asyncio.to_thread(processes_with, mark)
    assert await bench.room.engine.manager.stop(task.task_id) is True
    assert await asyncio.to_thread(processes_of, task.task_id) == []
    assert await asyncio.to_thread(processes_with, mark) == []
    assert (await bench.task(task.task_id)).status is TaskStatus.CANCELLED


async def test_stopping_what_has_ended_says_so_and_changes_nothing(bench: Workbench) -> None:
    task = await bench.ended(await bench.submit("be quick"))
    assert await bench.room.engine.manager.stop(task.task_id) is False
    assert (await bench.task(task.task_id)).status is TaskStatus.COMPLETED


async def test_an_interrupt_ends_the_turn_and_keeps_the_conversation(bench: Workbench, model: ScriptedModel) -> None:
    model.on("talk", _endless())
    model.on("what did", "You wanted a talk.")
    task = await bench.submit("talk for long")
    await bench.says(task, "Going")
    interrupted = await bench.room.engine.manager.interrupt(task.task_id)
    assert interrupted.status is TaskStatus.WAITING_INPUT
    assert interrupted.waiting_reason is WaitingReason.INTERRUPTED
    same = await bench.room.engine.manager.send_input(task.task_id, "what did I want?", principal=bench.principal)
    assert same.task_id == task.task_id
    assert (await bench.ended(task)).result == "You wanted a talk."
    assert (await bench.task(task.task_id)).attempt == 1


async def test_it_reports_cost_tokens_and_duration(bench: Workbench) -> None:
    task = await bench.ended(await bench.submit("count"))
    assert task.usage.cost_usd > 0
    assert task.usage.input_tokens > 0
    assert task.usage.output_tokens > 0
    assert 0 < task.duration_seconds < 60
    assert not task.usage.estimated
    assert "task.metrics" in [e.type for e in await bench.events(task)]


async def test_its_result_is_stored_when_it_ends(bench: Workbench) -> None:
    task = await bench.ended(await bench.submit("answer"))
    assert task.result == "All done."
    assert (await bench.types(task)) == ["task.created", "task.started", "task.completed"]


async def test_a_failing_api_fails_the_task_with_a_reason_and_a_hint(bench: Workbench, model: ScriptedModel) -> None:
    model.on("fail", ApiError(400, "invalid_request_error", "this model is out of order"))
    task = await bench.ended(await bench.submit("fail please"))
    assert task.status is TaskStatus.FAILED
    assert task.failure is not None
    assert task.failure.reason is FailureReason.API_ERROR
    assert "out of order" in task.failure.message
    assert task.failure.hint


async def test_a_task_over_its_time_fails_as_timeout_and_is_gone(bench: Workbench, model: ScriptedModel) -> None:
    model.on("long", _endless())
    task = await bench.ended(await bench.submit("long story", timeout_seconds=2))
    assert task.failure is not None
    assert task.failure.reason is FailureReason.TIMEOUT
    assert await asyncio.to_thread(processes_of, task.task_id) == []


async def test_waiting_for_a_person_gives_the_slot_back_and_stops_the_clock(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.on("ask", Reply((ToolUse("Bash", {"command": "git init somewhere"}),)), "Asked and answered.")
    async with workbench(tmp_path / "data", model, max_concurrent_tasks=1) as bench:
        asking = await bench.submit("ask me", timeout_seconds=4)
        approval = await bench.pending(asking)
        other = await bench.ended(await bench.submit("meanwhile"))
        assert other.status is TaskStatus.COMPLETED
        await asyncio.sleep(3)
        await bench.room.engine.approvals.answer(approval.approval_id, Answer(decision=Decision.ALLOW), bench.principal)
        ended = await bench.ended(asking)
        assert ended.status is TaskStatus.COMPLETED, ended.failure
        assert ended.result == "Asked and answered."


async def test_a_denied_call_reaches_the_agent_with_its_reason(bench: Workbench, model: ScriptedModel) -> None:
    model.on("ask", Reply((ToolUse("Bash", {"command": "git init here"}),)), "As you wish.")
    task = await bench.submit("ask me")
    approval = await bench.pending(task)
    no = Answer(decision=Decision.DENY, reason="not on a Sunday")
    await bench.room.engine.approvals.answer(approval.approval_id, no, bench.principal)
    await bench.ended(task)
    results = [piece for piece in await bench.outputs(task) if piece.kind == "tool_result"]
    assert "not on a Sunday" in results[0].text
    assert results[0].is_error


async def test_an_allowed_call_runs_with_the_input_that_the_person_changed(
    bench: Workbench, model: ScriptedModel
) -> None:
    model.on("ask", Reply((ToolUse("Bash", {"command": "git init wrong-name"}),)), "Done.")
    task = await bench.submit("ask me")
    approval = await bench.pending(task)
    changed = Answer(decision=Decision.ALLOW, input={"command": "git init right-name"})
    await bench.room.engine.approvals.answer(approval.approval_id, changed, bench.principal)
    await bench.ended(task)
    workspace = bench.settings.workspaces_dir / task.workspace
    assert (workspace / "right-name" / ".git").is_dir()
    assert not (workspace / "wrong-name").exists()


async def test_what_was_allowed_always_is_not_asked_again_of_this_agent(bench: Workbench, model: ScriptedModel) -> None:
    model.on("ask", Reply((ToolUse("Bash", {"command": "git init twice"}),)), "Done.")
    first = await bench.submit("ask me")
    approval = await bench.pending(first)
    always = Answer(decision=Decision.ALLOW, remember=True)
    await bench.room.engine.approvals.answer(approval.approval_id, always, bench.principal)
    await bench.ended(first)
    second = await bench.ended(await bench.submit("ask me"))
    assert second.status is TaskStatus.COMPLETED
    assert "approval.requested" not in await bench.types(second)


async def test_a_question_is_answered_with_the_chosen_words(bench: Workbench, model: ScriptedModel) -> None:
    question = {
        "questions": [
            {
                "question": "Which colour?",
                "header": "Colour",
                "multiSelect": False,
                "options": [{"label": "Red", "description": "warm"}, {"label": "Blue", "description": "cold"}],
            }
        ]
    }
    model.on("colour", Reply((ToolUse("AskUserQuestion", question),)), "Thank you.")
    task = await bench.submit("ask me for a colour")
    approval = await bench.pending(task)
    assert approval.kind == "question"
    blue = Answer(decision=Decision.ALLOW, answers={"Which colour?": "Blue"})
    await bench.room.engine.approvals.answer(approval.approval_id, blue, bench.principal)
    await bench.ended(task)
    results = [piece for piece in await bench.outputs(task) if piece.kind == "tool_result"]
    assert "Blue" in results[0].text
    with pytest.raises(Conflict):
        await bench.room.engine.approvals.answer(approval.approval_id, blue, bench.principal)


async def test_a_message_to_a_finished_task_starts_a_follow_up_in_the_same_conversation(
    bench: Workbench, model: ScriptedModel
) -> None:
    model.on("and then", lambda request: f"I remember {len(request.user_texts)} messages.")
    first = await bench.ended(await bench.submit("begin"))
    follow_up = await bench.room.engine.manager.send_input(first.task_id, "and then?", principal=bench.principal)
    assert follow_up.task_id != first.task_id
    assert follow_up.parent_task_id == first.task_id
    assert follow_up.conversation_id == first.conversation_id
    assert (await bench.ended(follow_up)).result == "I remember 2 messages."


async def test_an_interactive_task_waits_for_input_and_is_completed_when_it_was_idle_for_long(
    tmp_path: Path, model: ScriptedModel
) -> None:
    async with workbench(tmp_path / "data", model, linger_seconds=0.5, idle_seconds=1) as bench:
        task = await bench.submit("stay with me", is_interactive=True)
        waiting = await bench.until(task, TaskStatus.WAITING_INPUT)
        assert waiting.waiting_reason is WaitingReason.INPUT
        async with asyncio.timeout(10):
            while await asyncio.to_thread(processes_of, task.task_id):
                await asyncio.sleep(0.05)
        assert (await bench.task(task.task_id)).status is TaskStatus.WAITING_INPUT
        await asyncio.sleep(1)
        await bench.room.engine.idleness.look()
        ended = await bench.task(task.task_id)
        assert ended.status is TaskStatus.COMPLETED
        assert ended.result == "All done."


async def test_an_answer_after_the_cli_was_ended_is_applied_to_the_same_call_asked_again(
    tmp_path: Path, model: ScriptedModel
) -> None:
    call = Reply((ToolUse("Bash", {"command": "git init later"}),))
    model.on("ask", call, "Answered at last.").on("Continue where you left off", call, "Answered at last.")
    async with workbench(tmp_path / "data", model, linger_seconds=0.5) as bench:
        task = await bench.submit("ask me")
        approval = await bench.pending(task)
        async with asyncio.timeout(10):
            while await asyncio.to_thread(processes_of, task.task_id):
                await asyncio.sleep(0.05)
        assert (await bench.task(task.task_id)).status is TaskStatus.WAITING_INPUT
        await bench.room.engine.approvals.answer(approval.approval_id, Answer(decision=Decision.ALLOW), bench.principal)
        ended = await bench.ended(task)
        assert ended.result == "Answered at last."
        assert (await bench.types(task)).count("approval.requested") == 1
        assert (bench.settings.workspaces_dir / task.workspace / "later" / ".git").is_dir()


async def test_never_more_tasks_run_than_there_are_slots_and_chat_has_one_of_its_own(
    tmp_path: Path, model: ScriptedModel
) -> None:
    hold = asyncio.Event()
    model.on("hold", Reply((Text("Held back.", hold=hold),)))
    async with workbench(tmp_path / "data", model, max_concurrent_tasks=2) as bench:
        tasks = [await bench.submit("hold the slot") for _ in range(4)]
        for task in tasks[:2]:
            await bench.says(task, "Held")
        chat = await bench.room.engine.brain.process_message("hello", principal=bench.principal)
        assert (await bench.ended(chat.task_id)).assigned_agent == "brain"
        statuses = [(await bench.task(task.task_id)).status for task in tasks]
        assert statuses == [TaskStatus.RUNNING] * 2 + [TaskStatus.QUEUED] * 2
        hold.set()
        for task in tasks:
            await bench.ended(task)


async def test_a_task_of_higher_priority_goes_first(tmp_path: Path, model: ScriptedModel) -> None:
    hold = asyncio.Event()
    model.on("hold", Reply((Text("Held back.", hold=hold),)))
    async with workbench(tmp_path / "data", model, max_concurrent_tasks=1) as bench:
        first = await bench.submit("hold")
        await bench.says(first, "Held")
        low, high = await bench.submit("low"), await bench.submit("high", priority=5)
        hold.set()
        ended = [await bench.ended(low), await bench.ended(high)]
        started = [task.started_at for task in ended]
        assert started[0] is not None
        assert started[1] is not None
        assert started[1] < started[0]


@pytest.mark.parametrize(("old", "new"), list(itertools.product(TaskStatus, TaskStatus)))
def test_no_transition_outside_the_table_is_possible_in_the_model(old: TaskStatus, new: TaskStatus) -> None:
    task, at = a_task(status=old), utc_now() + timedelta(seconds=1)
    if new in NEXT[old]:
        assert task.moved_to(new, at).status is new
    else:
        with pytest.raises(IllegalTransition):
            task.moved_to(new, at)


async def test_no_transition_outside_the_table_is_possible_in_the_database(bench: Workbench) -> None:
    ended = await bench.ended(await bench.submit("end"))
    forged = ended.model_copy(update={"status": TaskStatus.RUNNING})
    with pytest.raises((Conflict, StoreError)):
        await bench.room.api.tasks.move(ended, forged, [])
    assert (await bench.task(ended.task_id)).status is TaskStatus.COMPLETED


def _endless() -> Reply:
    return Reply((Text("Going " + "on and on " * 400, word_delay_seconds=0.05),))
