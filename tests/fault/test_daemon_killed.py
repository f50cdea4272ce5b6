"""SIGKILL of the daemon: every task goes on, nothing stored is lost or doubled, nobody is asked twice."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.fault.conftest import StartMachine
from tests.fault.hands import Machine, TableWatch
from tests.support.model import ScriptedModel

from machine.demo.model_request import ModelRequest
from machine.demo.replies import Reply, Text

CUT_OFF = "Continue where you left off"


def story() -> Reply:
    return Reply((Text("Once upon a time " + "and on and on " * 600, word_delay_seconds=0.05),))


def look_first() -> Reply:
    return Reply.tool("Read", {"file_path": "CLAUDE.md"}, say="I look first. ")


def attempted(times: int) -> Callable[[dict[str, Any]], bool]:
    return lambda task: bool(task["attempt"] == times)


def the_end(request: ModelRequest) -> str:
    """Says which conversation it is, from what the model is told of its past."""
    return f" The end of {request.user_texts[0]!r}, told {len(request.user_texts)} times."


async def test_five_tasks_in_mid_turn_go_on_in_their_conversations_and_complete(
    start: StartMachine, model: ScriptedModel
) -> None:
    model.on(CUT_OFF, the_end).on("story", look_first(), story())
    machine = await start()
    tasks = [await machine.submit(f"tell story {number}") for number in range(5)]
    with TableWatch(tasks) as watch:
        for task_id in tasks:
            await machine.says(task_id, "and on")
        assert len(await machine.processes()) >= 10  # five CLIs and their wardens
        before = {task_id: await machine.events(task_id) for task_id in tasks}
        await machine.kill9()
        await machine.nothing_left()
        await machine.start()
        ended = [await machine.completed(task_id) for task_id in tasks]
    for number, task in enumerate(ended):
        after = await machine.events(task["task_id"])
        assert after[: len(before[task["task_id"]])] == before[task["task_id"]]
        assert f"The end of 'tell story {number}'" in task["result"]
        text = await machine.text(task["task_id"])
        assert (text.count("I look first."), text.count("Once upon a time")) == (1, 1)
        assert len(await machine.outputs(task["task_id"], "tool_result")) == 1
        starts = [event["data"]["resumed"] for event in after if event["type"] == "task.started"]
        assert starts == [False, True]
        assert after[-1]["type"] == "task.completed"
    assert watch.looks > 10
    assert dict(watch.most) == dict.fromkeys(tasks, 1)
    await machine.nothing_left()


async def test_what_the_conversation_holds_beyond_the_stored_events_is_stored_after_the_restart_once(
    start: StartMachine, model: ScriptedModel
) -> None:
    model.on(CUT_OFF, the_end).on("story", look_first(), story())
    machine = await start()
    task_id = await machine.submit("tell a story")
    await machine.says(task_id, "and on")
    await machine.kill9()
    await asyncio.to_thread(forget_output, machine.daemon.data_dir / "db" / "machine.db", task_id)
    await machine.start()
    await machine.completed(task_id)
    assert (await machine.text(task_id)).count("I look first.") == 1
    assert [piece["name"] for piece in await machine.outputs(task_id, "tool_use")] == ["Read"]
    assert len(await machine.outputs(task_id, "tool_result")) == 1
    await machine.nothing_left()


def forget_output(database: Path, task_id: str) -> None:
    """Take all that came after the start out of the database, as if the daemon had died before it was stored."""
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        where = "WHERE task_id = ? AND seq > (SELECT min(seq) FROM events WHERE task_id = ? AND type = 'task.started')"
        connection.execute(f"DELETE FROM events {where}", (task_id, task_id))  # noqa: S608 - no input of anybody's
        newest = "(SELECT max(seq) FROM events WHERE task_id = ?)"
        connection.execute(f"UPDATE tasks SET last_seq = {newest} WHERE task_id = ?", (task_id, task_id))  # noqa: S608 - the same


async def test_a_task_that_loses_its_daemon_again_and_again_fails_as_lost(
    start: StartMachine, model: ScriptedModel
) -> None:
    model.on("", story())
    machine = await start()
    task_id = await machine.submit("tell a story")
    for attempt in range(1, 5):
        await machine.until(task_id, "running", where=attempted(attempt))
        await machine.kill9()
        await machine.start()
    task = await machine.ended(task_id)
    assert (task["status"], task["failure"]["reason"]) == ("failed", "lost")
    assert task["failure"]["hint"]
    assert (await machine.types(task_id)).count("task.started") == 4
    await machine.nothing_left()


async def test_a_client_that_comes_late_and_comes_back_misses_nothing_and_gets_nothing_twice(
    start: StartMachine, model: ScriptedModel
) -> None:
    model.on(CUT_OFF, the_end).on("story", story())
    machine = await start()
    task_id = await machine.submit("tell a story")
    told: list[dict[str, Any]] = []
    for _ in range(5):  # it comes, hears a little, and goes again
        told += await hear_some(machine, task_id, told, 4)
    async with machine.listening(task_id, after=len(told)) as listener:
        await listener.count(4)
        await machine.kill9()
        told += listener.events
    await machine.start()
    late, _ = await machine.follow(task_id)
    rest, _ = await machine.follow(task_id, after=len(told))
    assert told + rest == late
    assert [event["seq"] for event in late] == list(range(1, len(late) + 1))
    assert late == await machine.events(task_id)
    assert late[-1]["type"] == "task.completed"


async def hear_some(machine: Machine, task_id: str, told: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    async with machine.listening(task_id, after=len(told)) as listener:
        await listener.count(count)
        return listener.events


# --- while a person is asked ----------------------------------------------------------------------------------------


def command(name: str) -> Reply:
    return Reply.tool("Bash", {"command": f"git init {name}", "description": "make a repository"})


async def test_a_card_outlives_the_daemon_and_its_answer_reaches_the_same_request(
    start: StartMachine, model: ScriptedModel
) -> None:
    model.on(CUT_OFF, command("asked"), "It was allowed.").on("ask", command("asked"))
    machine = await start()
    task_id = await machine.submit("ask me")
    card = await machine.pending(task_id)
    await machine.written_down("git init asked")
    await machine.kill9()
    await machine.nothing_left()
    await machine.start()
    assert await machine.pending(task_id) == card
    assert (await machine.task(task_id))["status"] == "waiting_input"
    assert await machine.processes() == []
    await machine.allow(card)
    assert (await machine.completed(task_id))["result"] == "It was allowed."
    types = await machine.types(task_id)
    assert types.count("approval.requested") == types.count("approval.answered") == 1
    assert [item["applied"] for item in await machine.approvals(task_id)] == [True]
    assert list(machine.daemon.data_dir.glob("workspaces/*/asked/.git"))
    await machine.nothing_left()


async def test_a_request_with_another_input_asks_anew_and_the_old_card_is_superseded(
    start: StartMachine, model: ScriptedModel
) -> None:
    model.on(CUT_OFF, command("other"), "The other one.").on("ask", command("asked"))
    machine = await start()
    task_id = await machine.submit("ask me")
    old = await machine.pending(task_id)
    await machine.written_down("git init asked")
    await machine.kill9()
    await machine.start()
    await machine.allow(old)
    new = await machine.pending(task_id)
    assert new["approval_id"] != old["approval_id"]
    assert new["input"]["command"] == "git init other"
    cards = {card["approval_id"]: card["status"] for card in await machine.approvals(task_id)}
    assert cards == {old["approval_id"]: "superseded", new["approval_id"]: "pending"}
    assert not list(machine.daemon.data_dir.glob("workspaces/*/other"))
    await machine.allow(new)
    assert (await machine.completed(task_id))["result"] == "The other one."
    assert not list(machine.daemon.data_dir.glob("workspaces/*/asked"))
    await machine.nothing_left()


async def test_an_answer_and_a_kill_at_the_same_moment_allow_once_and_never_twice(
    start: StartMachine, model: ScriptedModel
) -> None:
    model.on(CUT_OFF, command("asked"), "It was allowed.").on("ask", command("asked"), "It was allowed.")
    machine = await start()
    task_id = await machine.submit("ask me")
    card = await machine.pending(task_id)
    await machine.written_down("git init asked")
    await machine.allow(card)
    await machine.kill9()
    await machine.start()
    task = await machine.until(task_id, "completed", "waiting_input")
    if task["status"] == "waiting_input":  # the answer had reached the agent, who asks for the same once more
        assert (await machine.approvals(task_id, "answered"))[0]["applied"]
        await machine.allow(await machine.pending(task_id))
    assert (await machine.completed(task_id))["result"] == "It was allowed."
    assert all(card["applied"] for card in await machine.approvals(task_id))
    await machine.nothing_left()
