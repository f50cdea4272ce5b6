"""SIGTERM: running tasks get a bounded time, then they are parked, and the next start resumes them."""

import asyncio
import signal
import time

from tests.fault.conftest import StartMachine
from tests.support.model import ScriptedModel

from machine.demo.model_request import ModelRequest
from machine.demo.replies import Reply, Text

CUT_OFF = "Continue where you left off"


def went_on(request: ModelRequest) -> str:
    return f"Went on with {request.user_texts[0]!r}."


async def test_sigterm_parks_what_still_runs_after_the_drain_and_the_next_start_completes_it(
    start: StartMachine, model: ScriptedModel
) -> None:
    model.on(CUT_OFF, went_on).on("long", Reply((Text("Going " + "on and on " * 600, word_delay_seconds=0.05),)))
    machine = await start(env={"MACHINE_DRAIN_SECONDS": "1"})
    tasks = [await machine.submit(f"long {number}") for number in range(3)]
    for task_id in tasks:
        await machine.says(task_id, "on and")
    began = time.monotonic()
    assert await machine.terminate() == 0
    assert time.monotonic() - began < 20
    assert await machine.processes() == []
    assert "Traceback" not in machine.daemon.log_text()
    assert not (machine.daemon.data_dir / "run" / "daemon.json").exists()
    await machine.start()
    for number, task_id in enumerate(tasks):
        assert (await machine.completed(task_id))["result"] == f"Went on with 'long {number}'."
        types = ["task.created", "task.started", "task.parked", "task.started", "task.completed"]
        assert await machine.types(task_id) == types
        parked = [event["data"] for event in await machine.events(task_id) if event["type"] == "task.parked"]
        assert parked[0]["reason"] == "drain"
    await machine.nothing_left()


async def test_what_ends_within_the_drain_is_completed_and_nothing_new_starts(
    start: StartMachine, model: ScriptedModel
) -> None:
    hold = asyncio.Event()
    model.on("hold", Reply((Text("Held back.", hold=hold),)))
    machine = await start(env={"MACHINE_DRAIN_SECONDS": "20"})
    task_id = await machine.submit("hold")
    await machine.says(task_id, "Held")
    async with machine.listening(task_id) as listener:
        await listener.until("task.output")
        machine.daemon.send(signal.SIGTERM)
        while (await machine.client.get("/readyz")).status_code != 503:
            await asyncio.sleep(0.05)
        assert (await machine.client.get("/healthz")).status_code == 200
        refused = await machine.client.post("/api/tasks", json={"message": "too late"})
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        hold.set()
        await listener.until("task.completed")
    assert await asyncio.to_thread(machine.daemon.wait) == 0
    await machine.start()
    assert (await machine.task(task_id))["result"] == "Held back."
    assert (await machine.types(task_id)).count("task.started") == 1
    await machine.nothing_left()


async def test_a_second_sigterm_hurries(start: StartMachine, model: ScriptedModel) -> None:
    model.on(CUT_OFF, went_on).on("long", Reply((Text("Going " + "on and on " * 600, word_delay_seconds=0.05),)))
    machine = await start(env={"MACHINE_DRAIN_SECONDS": "60"})
    task_id = await machine.submit("long")
    await machine.says(task_id, "on and")
    machine.daemon.send(signal.SIGTERM)
    await asyncio.sleep(0.5)
    assert machine.daemon.process is not None
    assert machine.daemon.process.poll() is None
    machine.daemon.send(signal.SIGTERM)
    assert await asyncio.to_thread(machine.daemon.wait, 12) == 0
    assert await machine.processes() == []
    await machine.start()
    assert (await machine.completed(task_id))["result"] == "Went on with 'long'."
    await machine.nothing_left()


async def test_sigterm_while_a_person_is_asked_keeps_the_card(start: StartMachine, model: ScriptedModel) -> None:
    call = Reply.tool("Bash", {"command": "git init asked", "description": "make a repository"})
    model.on(CUT_OFF, call, "It was allowed.").on("ask", call)
    machine = await start(env={"MACHINE_DRAIN_SECONDS": "1"})
    task_id = await machine.submit("ask me")
    card = await machine.pending(task_id)
    assert await machine.terminate() == 0
    assert await machine.processes() == []
    await machine.start()
    assert await machine.pending(task_id) == card
    await machine.allow(card)
    assert (await machine.completed(task_id))["result"] == "It was allowed."
    assert (await machine.types(task_id)).count("approval.requested") == 1
    await machine.nothing_left()
