"""CLIs that misbehave: each ends in a clear status, with its output stored and no process left."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.fault.hands import Machine, running_with
from tests.support.fake_cli import DIES_AT_ONCE, LAST_WORDS, install, line

pytestmark = pytest.mark.asyncio(loop_scope="module")

MIB = 1024 * 1024


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def machine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Machine]:
    """One machine for all of them: what one CLI does must not matter to the next."""
    folder = tmp_path_factory.mktemp("unruly")
    env = {"CLAUDE_CLI_PATH": str(install(folder / "bin")), "ANTHROPIC_API_KEY": "no-key-is-needed"}
    running = Machine(folder / "data", env=env)
    try:
        yield await running.start()
    finally:
        await running.close()


@pytest.mark.parametrize("how", ["stream", "flood"])
async def test_a_flood_of_100000_lines_is_stored_and_told_complete_and_in_order(machine: Machine, how: str) -> None:
    task_id = await machine.submit(f"{how} 100000")
    events, _lags = await machine.follow(task_id)
    wanted = "".join(line(number) for number in range(1, 100_001))
    assert "".join(event["data"]["text"] for event in events if event["type"] == "task.output") == wanted
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (await machine.completed(task_id))["result"] == f"{how} is done"
    assert await machine.text(task_id) == wanted
    await machine.nothing_left()


async def test_half_a_line_and_a_hang_end_with_the_time_limit(machine: Machine) -> None:
    task_id = await machine.submit("half", timeout_seconds=2)
    task = await machine.ended(task_id)
    assert (task["status"], task["failure"]["reason"]) == ("failed", "timeout")
    assert task["failure"]["hint"]
    assert await machine.text(task_id) == "a whole line"
    await machine.nothing_left()


async def test_a_cli_that_ignores_sigterm_is_gone_when_the_stop_answers(machine: Machine) -> None:
    task_id = await machine.submit("deaf")
    await machine.says(task_id, "I do not listen")
    assert (await machine.post(f"/api/tasks/{task_id}/stop", mode="stop"))["status"] == "cancelled"
    assert await machine.processes() == []
    assert (await machine.types(task_id))[-1] == "task.cancelled"


async def test_what_a_finished_cli_left_running_is_cleared_away(machine: Machine) -> None:
    strangers = {process.pid for word in ("600", "601") for process in running_with(word)}
    task_id = await machine.submit("background")
    assert (await machine.ended(task_id))["status"] == "completed"
    assert await machine.processes() == []
    assert {process.pid for word in ("600", "601") for process in running_with(word)} <= strangers


async def test_exit_1_before_the_first_line_fails_with_its_last_words(tmp_path: Path) -> None:
    cli = install(tmp_path, DIES_AT_ONCE)
    machine = Machine(tmp_path / "data", env={"CLAUDE_CLI_PATH": str(cli), "ANTHROPIC_API_KEY": "no-key"})
    try:
        await machine.start()
        task_id = await machine.submit("hello")
        task = await machine.ended(task_id)
        assert (task["status"], task["failure"]["reason"]) == ("failed", "cli_crashed")
        assert LAST_WORDS in task["failure"]["message"]
        assert "exit code 1" in task["failure"]["message"]
        assert task["failure"]["hint"]
        assert (await machine.types(task_id))[-1] == "task.failed"
        await machine.nothing_left()
    finally:
        await machine.close()


async def test_a_crash_in_the_middle_fails_with_exit_code_and_last_words_and_keeps_what_was_said(
    machine: Machine,
) -> None:
    task_id = await machine.submit("crash")
    task = await machine.ended(task_id)
    assert (task["status"], task["failure"]["reason"]) == ("failed", "cli_crashed")
    assert "code 3" in task["failure"]["message"]
    assert LAST_WORDS in task["failure"]["message"]
    assert await machine.text(task_id) == "before the crash"
    assert LAST_WORDS in "".join(piece["text"] for piece in await machine.outputs(task_id, "stderr"))
    await machine.nothing_left()


async def test_a_line_of_16_mib_passes_whole(machine: Machine) -> None:
    task_id = await machine.submit(f"long {16 * MIB}")
    assert (await machine.ended(task_id))["status"] == "completed"
    pieces = await machine.outputs(task_id, "text")
    assert sum(len(piece["text"]) for piece in pieces) == 16 * MIB
    assert max(len(piece["text"]) for piece in pieces) <= 64 * 1024
    assert set("".join(piece["text"] for piece in pieces)) == {"x"}
    await machine.nothing_left()


async def test_a_line_over_the_limit_fails_clearly(machine: Machine) -> None:
    task = await machine.ended(await machine.submit(f"long {20 * MIB}"))
    assert (task["status"], task["failure"]["reason"]) == ("failed", "cli_crashed")
    assert "could not be read" in task["failure"]["message"]
    await machine.nothing_left()


async def test_unknown_kinds_are_shown_and_end_nothing(machine: Machine) -> None:
    task_id = await machine.submit("unknown")
    assert (await machine.ended(task_id))["status"] == "completed"
    notes: dict[str, Any] = {piece["name"]: piece["data"] for piece in await machine.outputs(task_id, "system")}
    assert notes["hologram"]["colour"] == "green"
    assert notes["telepathy"]["thought"] == ["a", {"b": 1}]
    assert "coffee" in str(await machine.outputs(task_id))
    assert "after the unknown" in await machine.text(task_id)
    await machine.nothing_left()


async def test_a_cli_that_is_not_there_is_said_and_the_task_can_be_tried_again_once_it_is(tmp_path: Path) -> None:
    nowhere = tmp_path / "claude"
    machine = Machine(tmp_path / "data", env={"CLAUDE_CLI_PATH": str(nowhere), "ANTHROPIC_API_KEY": "no-key"})
    try:
        await machine.start()
        task_id = await machine.submit("hello")
        auth = (await machine.get("/api/status"))["auth"]
        assert auth["state"] == "unknown"
        assert str(nowhere) in auth["message"]
        assert auth["hint"]
        failure = (await machine.ended(task_id))["failure"]
        assert failure["reason"] == "cli_missing"
        assert str(nowhere) in failure["message"]
        assert "CLAUDE_CLI_PATH" in failure["hint"]
        install(tmp_path, "claude")
        again = await machine.post(f"/api/tasks/{task_id}/retry")
        assert (await machine.completed(again["task_id"]))["result"] == "You said: hello"
        await machine.nothing_left()
    finally:
        await machine.close()
