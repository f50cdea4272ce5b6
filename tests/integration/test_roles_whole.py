"""A process that takes requests and one that runs tasks, on one database: what is wanted at the one is done at the
other."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, processes_of, workbench

from machine.demo.replies import Reply, Text, ToolUse
from machine.domain.approval import Answer, Decision
from machine.domain.errors import Conflict, MachineError, TooLarge
from machine.domain.task import TaskStatus, WaitingReason
from machine.engine.steering import Steering

QUESTION = {
    "questions": [
        {
            "question": "Which colour?",
            "header": "Colour",
            "multiSelect": False,
            "options": [{"label": "Red", "description": "warm"}, {"label": "Blue", "description": "cold"}],
        }
    ]
}


class Pair:
    """Both, on one database."""

    def __init__(self, folder: Path, url: SecretStr, model: ScriptedModel) -> None:
        self.folder = folder
        self.url = url
        self.model = model
        self.web: Workbench
        self.worker: Workbench

    def role(self, role: str, machine_id: str) -> contextlib.AbstractAsyncContextManager[Workbench]:
        folder = self.folder / machine_id
        return workbench(
            folder, self.model, role=role, machine_id=machine_id, database_url=self.url, max_concurrent_tasks=3
        )

    @property
    def steering(self) -> Steering:
        return self.web.room.engine.steering

    def commands(self) -> list[tuple[str, str, bool, bool]]:
        """(kind, for which machine, whether taken, whether answered)."""
        with psycopg.connect(self.url.get_secret_value()) as connection:
            found = connection.execute(
                "SELECT kind, machine_id, taken_at, answered_at FROM commands ORDER BY command_id"
            )
            return [(kind, machine_id, bool(taken), bool(answered)) for kind, machine_id, taken, answered in found]


@pytest.fixture
async def model() -> ScriptedModel:
    return ScriptedModel("All done.")


@pytest.fixture
async def pair(tmp_path: Path, postgres_url: SecretStr, model: ScriptedModel) -> AsyncIterator[Pair]:
    pair = Pair(tmp_path, postgres_url, model)
    async with pair.role("worker", "w1") as pair.worker, pair.role("web", "web-1") as pair.web:
        yield pair


async def test_a_task_given_to_the_web_process_runs_at_the_worker_and_there_alone(pair: Pair) -> None:
    task = await pair.web.submit("do it")
    done = await pair.web.ended(task)
    assert (done.status, done.machine_id, done.result) == (TaskStatus.COMPLETED, "w1", "All done.")
    assert pair.commands() == []
    assert not (pair.web.settings.workspaces_dir / task.workspace).exists()


async def test_a_message_a_question_an_interrupt_and_a_stop_go_where_the_task_is(
    pair: Pair, model: ScriptedModel
) -> None:
    hold = asyncio.Event()
    model.on("colour", Reply((ToolUse("AskUserQuestion", QUESTION),)), "Thank you.")
    model.on("go on", Reply((Text("On and on.", hold=hold),)))
    model.on("for ever", Reply((Text("And ever.", hold=hold),)))
    task = await pair.web.submit("ask me for a colour", is_interactive=True)
    card = await pair.web.pending(task)
    blue = Answer(decision=Decision.ALLOW, answers={"Which colour?": "Blue"})
    answered = await pair.steering.answer(card, blue, pair.web.principal)
    assert answered.answered_by == pair.web.principal.user_id
    await pair.web.until(task, TaskStatus.WAITING_INPUT, where=lambda now: now.waiting_reason is WaitingReason.INPUT)
    assert any("Blue" in piece.text for piece in await pair.web.outputs(task) if piece.kind == "tool_result")

    taken = await pair.steering.send_input(task.task_id, "go on", principal=pair.web.principal)
    assert taken.task_id == task.task_id
    await pair.web.says(task, "On")
    interrupted = await pair.steering.interrupt(task.task_id)
    assert (interrupted.status, interrupted.waiting_reason) == (TaskStatus.WAITING_INPUT, WaitingReason.INTERRUPTED)

    await pair.steering.send_input(task.task_id, "for ever", principal=pair.web.principal)
    await pair.web.says(task, "And")
    assert await asyncio.to_thread(processes_of, task.task_id)
    assert await pair.steering.stop(task.task_id, by=pair.web.principal.user_id)
    assert await asyncio.to_thread(processes_of, task.task_id) == []
    assert (await pair.web.task(task.task_id)).status is TaskStatus.CANCELLED
    assert not await pair.steering.stop(task.task_id)
    kinds = ["answer", "input", "interrupt", "input", "stop"]
    assert pair.commands() == [(kind, "w1", True, True) for kind in kinds]
    hold.set()


async def test_what_is_refused_there_is_refused_here_in_the_same_words(pair: Pair, model: ScriptedModel) -> None:
    model.on("colour", Reply((ToolUse("AskUserQuestion", QUESTION),)), "Thank you.")
    card = await pair.web.pending(await pair.web.submit("ask me for a colour"))
    blue = Answer(decision=Decision.ALLOW, answers={"Which colour?": "Blue"})
    await pair.steering.answer(card, blue, pair.web.principal)
    with pytest.raises(Conflict) as refused:
        await pair.worker.room.engine.approvals.answer(card.approval_id, blue, pair.web.principal)
    with pytest.raises(Conflict) as told:
        await pair.steering.answer(card, blue, pair.web.principal)
    assert told.value.message == refused.value.message


async def test_files_are_fetched_from_the_machine_that_has_them_and_large_ones_are_not(pair: Pair) -> None:
    task = await pair.web.ended(await pair.web.submit("do it"))
    folder = pair.worker.settings.workspaces_dir / task.workspace
    (folder / "small.bin").write_bytes(bytes(range(256)))
    (folder / "large.txt").write_bytes(b"x" * 2**20)
    listing = await pair.steering.list_files(task, "")
    assert {"small.bin", "large.txt"} <= {entry.name for entry in listing.entries}
    found = await pair.steering.read_file(task, "small.bin")
    assert (found.content, found.is_text) == (bytes(range(256)), False)
    with pytest.raises(TooLarge, match="w1"):
        await pair.steering.read_file(task, "large.txt")


async def test_what_waits_for_a_person_on_a_machine_that_is_gone_goes_on_elsewhere(
    tmp_path: Path, postgres_url: SecretStr, model: ScriptedModel
) -> None:
    model.on("colour", Reply((ToolUse("AskUserQuestion", QUESTION),)), "Thank you.")
    pair = Pair(tmp_path, postgres_url, model)
    async with pair.role("web", "web-1") as web:
        async with pair.role("worker", "w1"):
            task = await web.submit("ask me for a colour")
            card = await web.pending(task)
        steering, blue = web.room.engine.steering, Answer(decision=Decision.ALLOW, answers={"Which colour?": "Blue"})
        with pytest.raises(MachineError, match="machine w1"):
            await steering.list_files(await web.task(task.task_id), "")
        assert (await steering.answer(card, blue, web.principal)).status == "answered"
        assert (await web.task(task.task_id)).status is TaskStatus.QUEUED
    assert [kind for kind, *_ in pair.commands()] == []


async def test_a_queued_task_is_stopped_by_whoever_is_asked(
    tmp_path: Path, postgres_url: SecretStr, model: ScriptedModel
) -> None:
    pair = Pair(tmp_path, postgres_url, model)
    async with pair.role("web", "web-1") as web:
        task = await web.submit("nobody is here")
        assert await web.room.engine.steering.stop(task.task_id)
        assert (await web.task(task.task_id)).status is TaskStatus.CANCELLED


async def test_a_machine_that_works_alone_writes_no_commands(tmp_path: Path, model: ScriptedModel) -> None:
    async with workbench(tmp_path, model) as bench:
        task = await bench.submit("stay", is_interactive=True)
        await bench.until(task, TaskStatus.WAITING_INPUT)
        await bench.room.engine.steering.send_input(task.task_id, "more", principal=bench.principal)
        await bench.room.engine.steering.stop(task.task_id)
    with contextlib.closing(sqlite3.connect(bench.settings.database_file)) as connection:
        assert connection.execute("SELECT * FROM commands").fetchall() == []
