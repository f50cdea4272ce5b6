"""SIGKILL of one CLI or one warden in mid-turn: that task fails clearly, the others notice nothing."""

import asyncio

from tests.fault.conftest import StartMachine
from tests.fault.hands import running_with
from tests.support.model import ScriptedModel

from machine.demo.replies import Reply, Text


async def test_a_killed_cli_fails_its_own_task_and_no_other(start: StartMachine, model: ScriptedModel) -> None:
    hold = asyncio.Event()
    model.on("hold", Reply((Text("Held back until the end.", hold=hold),)))
    machine = await start()
    victim, other = [await machine.submit(f"hold {name}") for name in ("one", "two")]
    for task_id in (victim, other):
        await machine.says(task_id, "Held")
    (await machine.the("cli", victim)).kill()
    task = await machine.ended(victim)
    assert (task["status"], task["failure"]["reason"]) == ("failed", "cli_crashed")
    assert "code 137" in task["failure"]["message"]
    assert task["failure"]["hint"]
    assert task["estimated"]
    await machine.nothing_left(victim)
    assert (await machine.task(other))["status"] == "running"
    hold.set()
    assert (await machine.completed(other))["result"] == "Held back until the end."
    await machine.nothing_left()


async def test_a_follow_up_of_a_task_whose_cli_was_killed_goes_on_in_its_conversation(
    start: StartMachine, model: ScriptedModel
) -> None:
    model.on("hold", Reply((Text("Held back " * 500, word_delay_seconds=0.05),)))
    model.on("go on", lambda request: f"I remember {request.user_texts[0]!r}.")
    machine = await start()
    task_id = await machine.submit("hold this")
    await machine.says(task_id, "back Held back Held")  # by now the CLI has written its transcript
    (await machine.the("cli", task_id)).kill()
    await machine.ended(task_id)
    follow_up = (await machine.post(f"/api/tasks/{task_id}/input", message="go on"))["task_id"]
    machine.tasks.append(follow_up)
    assert (await machine.completed(follow_up))["result"] == "I remember 'hold this'."
    await machine.nothing_left()


async def test_a_killed_warden_takes_its_whole_tree_along_and_no_other(start: StartMachine) -> None:
    machine = await start(cli="fake-cli")
    victim, other = await machine.submit("nest"), await machine.submit("talk")
    for task_id in (victim, other):
        await machine.says(task_id, "word-3")
    mine = {process.pid for process in await machine.processes(victim)}
    assert len(mine) == 3  # the warden, the CLI, and what it has started
    (await machine.the("warden", victim)).kill()
    task = await machine.ended(victim)
    assert (task["status"], task["failure"]["reason"]) == ("failed", "cli_crashed")
    assert task["failure"]["hint"]
    assert await machine.processes(victim) == []
    assert not mine & {process.pid for process in running_with("602")}
    said = len(await machine.text(other))
    assert (await machine.task(other))["status"] == "running"
    await asyncio.sleep(0.5)
    assert len(await machine.text(other)) > said
    assert (await machine.post(f"/api/tasks/{other}/stop"))["status"] == "cancelled"
    assert await machine.processes() == []
