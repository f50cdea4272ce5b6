"""What is there after a restart, and that nothing half-written is ever read."""

import asyncio
import json
import threading
import uuid
from datetime import datetime
from pathlib import Path

import pytest
from tests.support.api import Served, resting_task, served
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, workbench

from machine.app.data_folder import write_private
from machine.auth.people import Authenticator
from machine.claude.transcripts import Transcripts
from machine.demo.replies import Reply, Text, ToolUse
from machine.domain.approval import Answer, ApprovalStatus, Decision
from machine.domain.costs import CostKind
from machine.domain.ids import new_id
from machine.domain.messages import TextBlock
from machine.domain.task import TaskStatus, WaitingReason
from machine.engine.task_request import TaskRequest
from machine.ports import PendingInput, TaskFilter


@pytest.fixture
async def model() -> ScriptedModel:
    return ScriptedModel("All done.")


async def test_the_history_of_tasks_is_there_after_a_restart(tmp_path: Path, model: ScriptedModel) -> None:
    async with workbench(tmp_path / "data", model) as bench:
        tasks = [await bench.ended(await bench.submit(f"wish {number}")) for number in range(2)]
        events = [await bench.events(task) for task in tasks]
    async with workbench(tmp_path / "data", model) as bench:
        assert [await bench.task(task.task_id) for task in tasks] == tasks
        assert [await bench.events(task) for task in tasks] == events
        listed = await bench.room.api.tasks.list(TaskFilter(), limit=10)
        assert [task.task_id for task in listed.items] == [task.task_id for task in reversed(tasks)]
        assert len(model.requests) == 2  # what has ended is not begun again


async def test_a_task_that_was_running_goes_on(tmp_path: Path, model: ScriptedModel) -> None:
    model.on("Continue where you left off", lambda request: f"Went on with {request.user_texts[0]!r}.")
    model.on("long", Reply((Text("Going " + "on and on " * 400, word_delay_seconds=0.05),)))
    async with workbench(tmp_path / "data", model) as bench:
        task = await bench.submit("long story")
        await bench.says(task, "on and")
        before = await bench.events(task)
    async with workbench(tmp_path / "data", model) as bench:
        ended = await bench.ended(task)
        assert ended.status is TaskStatus.COMPLETED
        assert ended.result == "Went on with 'long story'."
        assert ended.attempt == 2
        after = await bench.events(task)
        assert after[: len(before)] == before
        assert [event.seq for event in after] == list(range(1, len(after) + 1))


async def test_queued_tasks_are_there_after_a_restart_and_run_in_their_order(
    tmp_path: Path, model: ScriptedModel
) -> None:
    hold = asyncio.Event()
    model.on("block", Reply((Text("I hold the slot.", hold=hold),)))
    async with workbench(tmp_path / "data", model, max_concurrent_tasks=1) as bench:
        blocking = await bench.submit("block")
        await bench.says(blocking, "I")
        queued = [await bench.submit(f"later {number}") for number in range(2)]
    hold.set()
    async with workbench(tmp_path / "data", model, max_concurrent_tasks=1) as bench:
        ended = [await bench.ended(task) for task in (blocking, *queued)]
        assert [task.status for task in ended] == [TaskStatus.COMPLETED] * 3
        started = [await _last_start(bench, task.task_id) for task in ended]
        assert started == sorted(started)


async def test_what_was_begun_with_the_demo_model_is_cancelled_by_the_real_one_and_the_reverse_however_much_it_is(
    tmp_path: Path, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("machine.engine.recovery.PAGE", 2)
    async with served(tmp_path / "data") as machine:
        real = await resting_task(machine)
        store, begun = machine.room.api.tasks, dict[CostKind, list[str]]()
        for kind in (CostKind.BILLED, CostKind.DEMO):
            ids = begun[kind] = [new_id("task") for _ in range(5)]
            for task_id in ids:
                task = real.model_copy(update={"task_id": task_id, "conversation_id": task_id, "cost_kind": kind})
                first = PendingInput(
                    input_id=str(uuid.uuid4()), task_id=task_id, message="x", verbatim=True, created_at=task.created_at
                )
                await store.create(task, first)

    async def states(bench: Workbench | Served, kind: CostKind) -> set[TaskStatus]:
        return {(await bench.room.api.tasks.get(task_id)).status for task_id in begun[kind]}

    async with workbench(tmp_path / "data", model) as bench:
        assert await states(bench, CostKind.DEMO) == {TaskStatus.CANCELLED}
        assert await states(bench, CostKind.BILLED) == {TaskStatus.QUEUED}
        assert "it was begun with the demo model" in (await bench.events(begun[CostKind.DEMO][0]))[-1].body
    async with served(tmp_path / "data") as machine:
        assert await states(machine, CostKind.BILLED) == {TaskStatus.CANCELLED}


async def test_a_task_of_the_demo_model_that_comes_later_is_cancelled_with_no_word_to_the_real_one(
    tmp_path: Path, model: ScriptedModel
) -> None:
    async with workbench(tmp_path / "data", model) as bench:  # as when another machine is lost after its start
        new, store = bench.room.engine.manager._new_tasks, bench.room.api.tasks
        for wish in (TaskRequest(message="x", agent="planning"), TaskRequest(message="x")):
            task = new.from_request(wish, bench.principal).model_copy(update={"cost_kind": CostKind.DEMO})
            assert task.awaits_routing is (wish.agent is None)
            await store.create(task, new.first_input(task))
            bench.room.engine.freed()
            assert (await bench.ended(task)).status is TaskStatus.CANCELLED
            assert "it was begun with the demo model" in (await bench.events(task))[-1].body
    assert model.requests == []


async def test_an_open_conversation_waits_on_after_a_restart_and_takes_the_next_message(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.on("remember", lambda request: f"You said {request.user_texts[0]!r}.")
    async with workbench(tmp_path / "data", model) as bench:
        task = await bench.submit("blue", is_interactive=True)
        await bench.until(task, TaskStatus.WAITING_INPUT)
    async with workbench(tmp_path / "data", model) as bench:
        waiting = await bench.task(task.task_id)
        assert (waiting.status, waiting.waiting_reason) == (TaskStatus.WAITING_INPUT, WaitingReason.INPUT)
        same = await bench.room.engine.manager.send_input(task.task_id, "remember?", principal=bench.principal)
        assert same.task_id == task.task_id
        again = await bench.until(task, TaskStatus.WAITING_INPUT, where=lambda now: now.result != "All done.")
        assert again.result == "You said 'blue'."


async def test_cards_rules_and_tokens_are_there_after_a_restart(tmp_path: Path, model: ScriptedModel) -> None:
    call = Reply((ToolUse("Bash", {"command": "git init here"}),))
    other = Reply((ToolUse("Bash", {"command": "python3 -c 0"}),))
    model.on("ask here", call, "Done.").on("ask there", other, "Done.")
    async with workbench(tmp_path / "data", model) as bench:
        always = Answer(decision=Decision.ALLOW, remember=True)
        first = await bench.submit("ask here")
        await bench.room.engine.approvals.answer((await bench.pending(first)).approval_id, always, bench.principal)
        await bench.ended(first)
        asking = await bench.submit("ask there")
        card = await bench.pending(asking)
        _, secret = await bench.room.api.authenticator.new_token(bench.principal.user_id, "mine")
    async with workbench(tmp_path / "data", model) as bench:
        pending = await bench.room.api.tasks.approvals(status=ApprovalStatus.PENDING)
        assert pending == (card,)
        known = await Authenticator(bench.room.api.people).authenticate(bearer=secret, cookie=None, address="test")
        assert known.principal.user_id == bench.principal.user_id
        again = await bench.ended(await bench.submit("ask here"))
        assert "approval.requested" not in await bench.types(again)
        assert bench.room.api.settings.database_file.stat().st_mode & 0o077 == 0


async def test_a_half_written_line_of_a_transcript_is_never_read(tmp_path: Path) -> None:
    session, said = str(uuid.uuid4()), str(uuid.uuid4())
    file = tmp_path / "projects" / "workspace" / f"{session}.jsonl"
    file.parent.mkdir(parents=True)
    whole = [
        {"type": "user", "uuid": said, "message": {"role": "user", "content": "hello"}},
        {"type": "assistant", "uuid": "a1", "message": {"id": "m1", "content": [{"type": "text", "text": "whole"}]}},
    ]
    half = json.dumps({"type": "assistant", "message": {"id": "m2", "content": [{"type": "text", "text": "half"}]}})
    file.write_text("".join(json.dumps(entry) + "\n" for entry in whole) + half[:-5])
    transcripts = Transcripts(tmp_path)
    messages = [message async for message in transcripts.messages(session, since_input=said)]
    assert [message.text for message in messages if isinstance(message, TextBlock)] == ["whole"]
    assert await transcripts.inputs_taken(session) == {said}


def test_a_file_of_the_daemon_is_read_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "daemon.json"
    over = threading.Event()

    def write() -> None:
        for number in range(300):
            write_private(path, json.dumps({"number": number, "filler": "x" * 20_000}))
        over.set()

    writer = threading.Thread(target=write)
    writer.start()
    reads = 0
    while not over.is_set():
        if path.exists():
            assert len(json.loads(path.read_text())["filler"]) == 20_000
            reads += 1
    writer.join()
    assert reads > 0
    assert [found.name for found in tmp_path.iterdir()] == ["daemon.json"]


def test_what_a_crash_left_of_a_file_is_replaced_and_never_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("not ours")
    (tmp_path / ".daemon.json.new").symlink_to(elsewhere)
    write_private(tmp_path / "daemon.json", "{}")
    assert (tmp_path / "daemon.json").read_text() == "{}"
    assert elsewhere.read_text() == "not ours"
    assert (tmp_path / "daemon.json").stat().st_mode & 0o777 == 0o600


async def _last_start(bench: Workbench, task_id: str) -> datetime:
    return [event.at for event in await bench.events(task_id) if event.type == "task.started"][-1]
