"""Following a task over a real WebSocket that breaks, repeats, skips and lags."""

import asyncio
import contextlib
import itertools
import json
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from starlette.websockets import WebSocket
from tests.support.daemon import clean_environment
from tests.support.fake_daemon import FakeDaemon, ended, event, said, sends, silent
from tests.support.terminal import Terminal

from machine.cli.client import Api
from machine.cli.config import Endpoint
from machine.cli.output import CliError
from machine.cli.prompts import STOP_QUESTION
from machine.cli.stream import Event, EventStream, Notice, Over
from machine.domain.aio import spawn


@contextlib.asynccontextmanager
async def api_for(daemon: FakeDaemon) -> AsyncIterator[Api]:
    async with daemon.serve(), await asyncio.to_thread(Api, lambda: Endpoint(daemon.url, "secret", local=False)) as api:
        yield api


async def read(daemon: FakeDaemon, **options: Any) -> tuple[list[Event], list[str]]:
    events, notices = [], []
    async with api_for(daemon) as api:
        async for item in EventStream(api, "task_1", **options).read():
            if isinstance(item, Notice):
                notices.append(item.text)
            elif not isinstance(item, Over):
                events.append(item)
    return events, notices


def seqs(events: Sequence[Event]) -> list[int]:
    return [each["seq"] for each in events]


async def test_an_undisturbed_task_is_read_to_its_end_without_a_word_about_the_connection() -> None:
    daemon = FakeDaemon(sends(said(1, "a"), said(2, "b"), ended(3)))
    events, notices = await read(daemon)
    assert seqs(events) == [1, 2, 3]
    assert notices == []
    assert daemon.tokens == {"Bearer secret"}


async def test_after_a_lost_connection_it_goes_on_behind_the_last_event() -> None:
    daemon = FakeDaemon(sends(said(1, "a"), said(2, "b")), sends(said(2, "b"), said(3, "c"), ended(4)))
    events, notices = await read(daemon)
    assert seqs(events) == [1, 2, 3, 4]
    assert daemon.asked_after == [0, 2]
    assert len(notices) == 2
    assert notices[1] == "connected again"


async def test_what_comes_too_early_waits_for_its_turn() -> None:
    daemon = FakeDaemon(sends(event(3, "task.metrics"), said(1, "a"), said(2, "b"), said(2, "b"), ended(4)))
    assert seqs((await read(daemon))[0]) == [1, 2, 3, 4]
    assert daemon.asked_after == [0]


async def test_events_of_other_tasks_and_of_the_machine_are_left_out() -> None:
    other = {**said(1, "x"), "task_id": "task_2"}
    daemon = FakeDaemon(sends(other, {"type": "machine.status", "feed_seq": 9, "data": {}}, said(1, "a"), ended(2)))
    events, _ = await read(daemon)
    assert [each["task_id"] for each in events] == ["task_1", "task_1"]


async def test_a_reader_that_lagged_asks_again_from_its_last_event() -> None:
    daemon = FakeDaemon(sends(said(1, "a"), {"type": "lagged"}), sends(said(2, "b"), ended(3)))
    events, _ = await read(daemon)
    assert seqs(events) == [1, 2, 3]
    assert daemon.asked_after == [0, 1]


async def test_a_missing_event_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("machine.cli.stream._EARLY_SECONDS", 0.2)

    async def skips(socket: WebSocket, after: int) -> None:
        await sends(said(1, "a"), said(3, "c"))(socket, after)
        await asyncio.sleep(5)

    daemon = FakeDaemon(skips, sends(said(2, "b"), said(3, "c"), ended(4)))
    assert seqs((await read(daemon))[0]) == [1, 2, 3, 4]


async def test_a_daemon_that_stays_away_is_given_up_with_the_way_back() -> None:
    with pytest.raises(CliError) as caught:
        await read(FakeDaemon(sends(said(1, "a")), _refuses), patience_seconds=0.5)
    assert caught.value.exit_code == 4
    assert "machine tasks follow task_1" in caught.value.hint


async def _refuses(socket: WebSocket, after: int) -> None:
    await socket.close(1012)


async def test_a_page_of_a_proxy_is_no_answer_of_the_daemon() -> None:
    with pytest.raises(CliError, match="is no answer of a daemon") as caught:
        await read(FakeDaemon(sends(ended(1)), pages={1}))
    assert caught.value.exit_code == 4


async def test_a_proxy_that_answers_for_the_daemon_for_a_while_is_waited_for() -> None:
    daemon = FakeDaemon(sends(said(1, "a")), sends(ended(2)), pages={2, 3})
    assert seqs((await read(daemon))[0]) == [1, 2]


async def test_what_is_asked_while_the_daemon_is_looked_for_again_is_answered() -> None:
    first, second = FakeDaemon(sends()), FakeDaemon(sends())
    async with first.serve(), second.serve():
        endpoints = [Endpoint(one.url, "secret", local=False) for one in (first, second)]
        there = iter(endpoints)
        async with await asyncio.to_thread(Api, lambda: next(there)) as api:
            moving = spawn(api.relocate(), name="relocate")
            asked = []
            while not moving.done():
                asked.append(spawn(api.get("/api/tasks/task_1"), name="ask"))
                await asyncio.sleep(0.001)
            assert {answer["task_id"] for answer in await asyncio.gather(*asked)} == {"task_1"}
            assert api.endpoint == endpoints[1]


async def test_a_foreign_session_is_not_tried_again() -> None:
    async def foreign(socket: WebSocket, after: int) -> None:
        await socket.close(4403, "not yours")

    daemon = FakeDaemon(foreign)
    with pytest.raises(CliError, match="4403 not yours"):
        await read(daemon)
    assert daemon.asked_after == [0]


async def test_an_error_for_the_subscription_is_shown_as_the_daemon_says_it() -> None:
    daemon = FakeDaemon(sends({"type": "error", "id": "1", "code": "not_found", "detail": "There is no task task_1."}))
    with pytest.raises(CliError, match=r"There is no task task_1\."):
        await read(daemon)


async def test_output_that_is_kept_in_part_is_read_from_where_it_begins() -> None:
    kept = (said(1001, "a"), ended(1002))
    events, notices = await read(FakeDaemon(sends(*kept), status="completed", stored=kept, last_seq=1002))
    assert seqs(events) == [1001, 1002]
    assert notices == ["what the task wrote before this is no longer kept"]


# --- the whole command against it -----------------------------------------------------------------------------------


async def run_command(daemon: FakeDaemon, home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    async with daemon.serve():
        environ = clean_environment(home, MACHINE_URL=daemon.url, MACHINE_TOKEN="secret")
        command = [sys.executable, "-m", "machine", *arguments]
        return await asyncio.to_thread(
            subprocess.run, command, env=environ, capture_output=True, text=True, timeout=30, check=False
        )


@pytest.mark.parametrize(("how", "code"), [("completed", 0), ("failed", 1), ("cancelled", 3)])
async def test_the_exit_code_tells_how_the_task_ended(tmp_path: Path, how: str, code: int) -> None:
    done = await run_command(FakeDaemon(sends(said(1, "hello"), ended(2, how))), tmp_path, "run", "hi")
    assert done.returncode == code, done.stderr
    assert "hello\n" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(("status", "code"), [("completed", 0), ("failed", 1), ("cancelled", 3)])
@pytest.mark.parametrize("after", [0, 7, 9])
async def test_a_task_that_is_over_and_of_which_nothing_more_is_kept_keeps_nobody_waiting(
    tmp_path: Path, after: int, status: str, code: int
) -> None:
    daemon = FakeDaemon(silent, status=status, last_seq=7)
    done = await run_command(daemon, tmp_path, "tasks", "follow", "task_1", "--after", str(after))
    assert (done.returncode, done.stdout) == (code, "")
    assert f"the task is {status}" in done.stderr


async def test_json_prints_each_event_once_also_over_a_broken_connection(tmp_path: Path) -> None:
    daemon = FakeDaemon(sends(said(1, "a"), said(2, "b")), sends(said(2, "b"), ended(3)))
    done = await run_command(daemon, tmp_path, "run", "hi", "--json")
    assert [json.loads(line)["seq"] for line in done.stdout.splitlines()] == [1, 2, 3]


ASKED = event(1, "approval.requested", approval_id="approval_1", kind="permission", tool_name="Bash", input={})
WAITS = event(2, "task.waiting", reason="approval")


async def test_without_anybody_to_answer_no_wait_ends_with_5_and_names_the_command(tmp_path: Path) -> None:
    async def waits(socket: WebSocket, after: int) -> None:
        await sends(ASKED, WAITS)(socket, after)
        await asyncio.sleep(20)

    done = await run_command(FakeDaemon(waits, last_seq=2), tmp_path, "run", "hi", "--no-wait")
    assert done.returncode == 5
    assert "machine approvals allow approval_1" in done.stderr


async def test_a_question_that_was_answered_long_ago_ends_no_replay_that_takes_its_time(tmp_path: Path) -> None:
    answered = event(3, "approval.answered", approval_id="approval_1", status="answered")

    async def pauses(socket: WebSocket, after: int) -> None:
        await sends(ASKED, WAITS)(socket, after)
        await asyncio.sleep(1)
        await sends(answered, ended(4))(socket, after)

    done = await run_command(FakeDaemon(pauses, last_seq=4), tmp_path, "run", "hi", "--no-wait")
    assert done.returncode == 0, done.stderr
    assert "waits for an answer" not in done.stderr


async def test_the_command_ends_where_a_proxy_answers_for_the_daemon(tmp_path: Path) -> None:
    done = await run_command(FakeDaemon(sends(ended(1)), pages={1}), tmp_path, "run", "hi")
    assert done.returncode == 4
    assert "is no answer of a daemon" in done.stderr


async def test_the_question_of_ctrl_c_stands_in_any_flood_until_it_is_answered(tmp_path: Path) -> None:
    async def floods(socket: WebSocket, after: int) -> None:
        for seq in itertools.count(after + 1):
            await socket.send_json(said(seq, "flooded"))
            if seq % 100 == 0:
                await asyncio.sleep(0)

    def person() -> int:
        environ = clean_environment(tmp_path, MACHINE_URL=daemon.url, MACHINE_TOKEN="secret")
        terminal = Terminal(environ, "run", "hi")
        terminal.read_until("flooded")
        terminal.interrupt()
        terminal.read_until(re.escape(STOP_QUESTION))
        time.sleep(2)  # a flood brings thousands of events meanwhile
        terminal.type("d\n")
        return terminal.end()

    daemon = FakeDaemon(floods)
    async with daemon.serve():
        assert await asyncio.to_thread(person) == 130


async def test_a_refused_task_is_shown_with_its_hint(tmp_path: Path) -> None:
    done = await run_command(FakeDaemon(sends(), task_status=404), tmp_path, "run", "hi", "--agent", "x")
    assert done.returncode == 2
    assert done.stderr == "machine: There is no agent x.\n  Try y.\n"


async def test_the_message_and_its_limits_are_sent_as_given(tmp_path: Path) -> None:
    daemon = FakeDaemon(sends(ended(1)))
    options = ("--agent", "executor", "--timeout", "60", "--max-turns", "3", "--max-budget", "0.5", "--interactive")
    await run_command(daemon, tmp_path, "run", "do it", *options)
    assert daemon.posted[0] == (
        "/api/tasks",
        {
            "message": "do it",
            "agent": "executor",
            "is_interactive": True,
            "timeout_seconds": 60.0,
            "max_turns": 3,
            "max_budget_usd": 0.5,
        },
    )
