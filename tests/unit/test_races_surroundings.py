"""What lies around a task: its home and workspace, transcripts, the login, the hour at which a quota comes back."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, workbench

from machine.demo.replies import ApiError, Reply, ToolUse
from machine.domain.clock import utc_now
from machine.domain.principal import Via
from machine.domain.task import FailureReason, QueueReason, TaskSource, TaskStatus
from machine.engine import dispatcher
from machine.engine.intake import TaskRequest

PLANT = ToolUse("Bash", {"command": """sh -c 'echo "export PLANTED=yes" >> "$HOME/.bashrc"'"""})
LOOK = ToolUse("Bash", {"command": "echo got=$PLANTED. home=$HOME."})
SECRET = "planted by somebody"  # said in a transcript that is not the conversation's own


@pytest.fixture
def model() -> ScriptedModel:
    return (
        ScriptedModel("Done.")
        .on("plant", Reply((PLANT,)), "planted")
        .on("look", Reply((LOOK,)), "looked")
        .on("forbidden", ApiError(403, "permission_error", "your key may not use this model"))
        .on("refused", ApiError(401, "authentication_error", "invalid x-api-key"))
        .on("talk", "rested")
    )


@pytest.fixture
async def bench(tmp_path: Path, model: ScriptedModel) -> AsyncIterator[Workbench]:
    async with workbench(tmp_path / "data", model) as bench:
        yield bench


async def test_what_a_task_writes_into_its_bashrc_is_not_seen_by_another(tmp_path: Path, model: ScriptedModel) -> None:
    async with workbench(tmp_path / "data", model, sandbox="off") as bench:  # in the sandbox it cannot write one
        agent = bench.settings.default_agent
        await bench.room.api.tasks.add_permission_rules(agent, ["Bash"], bench.principal.user_id, utc_now())
        planting = await bench.submit("plant", agent=agent)
        assert (await bench.ended(planting)).status is TaskStatus.COMPLETED
        files = (tmp_path / "data").rglob(".bashrc")
        written = [file for file in files if "PLANTED" in file.read_text(encoding="utf-8")]
        assert len(written) == 1, "the first task did write one"
        looking = await bench.submit("look", agent=agent)
        assert (await bench.ended(looking)).status is TaskStatus.COMPLETED
        seen = "".join(piece.text for piece in await bench.outputs(looking) if piece.kind == "tool_result")
        assert "got=. home=/" in seen


async def test_a_retry_from_a_browser_of_what_a_webhook_said_stays_verbatim(bench: Workbench) -> None:
    words = "/compact @/etc/hostname please"
    at_the_page = bench.principal.model_copy(update={"via": Via.BROWSER})
    verbatim = []
    for source in (TaskSource.WEBHOOK, TaskSource.DASHBOARD):
        task = await bench.submit(words if source is TaskSource.WEBHOOK else "hello", source=source)
        await bench.ended(task)
        again = await bench.room.engine.manager.retry(task.task_id, at_the_page)
        await bench.ended(again)
        verbatim.append((await bench.room.api.tasks.inputs(again.task_id))[0].verbatim)
        if source is TaskSource.WEBHOOK:
            assert words in bench.model.requests[-1].last_user_text
    assert verbatim == [True, False]


@pytest.mark.parametrize("kind", ["file", "folder", "link", "pipe"])
async def test_a_transcript_that_is_no_plain_file_neither_stops_the_machine_from_opening_nor_is_read(
    tmp_path: Path, model: ScriptedModel, kind: str
) -> None:
    async with workbench(tmp_path / "data", model) as bench:
        task = await bench.submit("talk", is_interactive=True)
        await bench.until(task, TaskStatus.WAITING_INPUT)
    (file,) = (tmp_path / "data").rglob(f"{task.claude_session_id}.jsonl")
    message = {"id": "msg_x", "role": "assistant", "model": "m", "content": [{"type": "text", "text": SECRET}]}
    entry = {"type": "assistant", "uuid": str(uuid4()), "isSidechain": False, "message": message}
    with file.open("a", encoding="utf-8") as transcript:
        transcript.write(json.dumps(entry) + "\n")
    if kind != "file":
        file.rename(tmp_path / "elsewhere")
    if kind == "folder":
        file.mkdir()
    elif kind == "link":
        file.symlink_to(tmp_path / "elsewhere")
    elif kind == "pipe":
        os.mkfifo(file)
    try:
        async with asyncio.timeout(15), workbench(tmp_path / "data", model) as bench:
            assert (SECRET in await bench.text(task)) is (kind == "file"), "a plain file is caught up with"
            assert (await bench.ended(await bench.submit("hello"))).status is TaskStatus.COMPLETED
    finally:
        if kind == "pipe":  # so that who waits for it in vain does not wait on
            with contextlib.suppress(OSError):
                os.close(os.open(file, os.O_RDWR | os.O_NONBLOCK))


async def test_a_task_whose_quota_has_come_back_runs_without_anybody_ringing(
    tmp_path: Path, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "LONGEST_SLEEP_SECONDS", 0.1)
    async with workbench(tmp_path / "data", model) as bench:
        await bench.ended(await bench.submit("hello"))
        new = bench.room.engine.manager._new_tasks
        until = utc_now() + timedelta(seconds=1)
        parked = {"parked_until": until, "queue_reason": QueueReason.QUOTA}
        task = new.from_request(TaskRequest(message="later", agent="planning"), bench.principal).model_copy(
            update=parked
        )
        await bench.room.api.tasks.create(task, new.first_input(task))
        await asyncio.sleep(0.4)
        assert (await bench.task(task.task_id)).status is TaskStatus.QUEUED
        ended = await bench.ended(task)
    assert ended.started_at is not None
    assert until <= ended.started_at < until + timedelta(seconds=5)


async def test_a_403_fails_its_task_and_the_others_go_on(bench: Workbench) -> None:
    failed = await bench.ended(await bench.submit("forbidden"))
    assert failed.failure is not None
    assert failed.failure.reason is FailureReason.API_ERROR
    assert "may not use this model" in failed.failure.message
    assert bench.room.engine.gate.open
    assert (await bench.ended(await bench.submit("hello"))).status is TaskStatus.COMPLETED


async def test_a_401_parks_its_task_and_the_others_wait(bench: Workbench) -> None:
    refused = await bench.submit("refused")
    parked = await bench.until(refused, TaskStatus.QUEUED, where=lambda now: now.attempt == 1)
    assert parked.queue_reason is QueueReason.NOT_LOGGED_IN
    assert not bench.room.engine.gate.open
    other = await bench.submit("hello")
    await asyncio.sleep(0.3)
    assert (await bench.task(other.task_id)).status is TaskStatus.QUEUED


async def test_a_workspace_that_was_replaced_by_a_link_is_refused_and_nothing_behind_it_is_touched(
    bench: Workbench, tmp_path: Path
) -> None:
    task = await bench.ended(await bench.submit("hello"))
    precious = tmp_path / "precious"
    (precious / ".claude").mkdir(parents=True)
    for name in (".claude/settings.json", "CLAUDE.md", ".mcp.json"):
        (precious / name).write_text("mine", encoding="utf-8")
    workspace = tmp_path / "data" / "workspaces" / task.workspace
    workspace.rename(tmp_path / "was")
    workspace.symlink_to(precious)
    follow_up = await bench.room.engine.manager.send_input(task.task_id, "go on", principal=bench.principal)
    failed = await bench.ended(follow_up)
    assert failed.status is TaskStatus.FAILED
    assert failed.failure is not None
    assert "link" in failed.failure.message
    files = {str(file.relative_to(precious)) for file in precious.rglob("*") if file.is_file()}
    assert files == {".claude/settings.json", "CLAUDE.md", ".mcp.json"}
    assert {(precious / name).read_text(encoding="utf-8") for name in files} == {"mine"}


async def test_where_nobody_can_tell_the_login_a_task_tries_and_says_that_the_cli_is_missing(
    tmp_path: Path, model: ScriptedModel
) -> None:
    async with workbench(tmp_path / "data", model, claude_cli_path=tmp_path / "nowhere" / "claude") as bench:
        failed = await bench.ended(await bench.submit("hello"))
        assert bench.room.engine.gate.state.state == "unknown"
        assert failed.failure is not None
        assert failed.failure.reason is FailureReason.CLI_MISSING
        assert "nowhere" in failed.failure.message
