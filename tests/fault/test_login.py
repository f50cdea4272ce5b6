"""Without a login the queue is parked; nothing fails, and everything goes on by itself afterwards."""

import asyncio
import time

from tests.fault.conftest import StartMachine
from tests.fault.hands import Machine
from tests.support.model import ScriptedModel

from machine.demo.model_request import ModelRequest
from machine.demo.replies import ApiError, Reply

KEY = "ANTHROPIC_API_KEY"


async def auth_is(machine: Machine, state: str) -> None:
    deadline = time.monotonic() + 20
    while (auth := (await machine.get("/api/status"))["auth"])["state"] != state:
        assert time.monotonic() < deadline, auth
        await asyncio.sleep(0.1)
    assert state == "ready" or auth["hint"]


async def test_a_machine_without_login_keeps_tasks_in_the_queue_until_it_has_one(start: StartMachine) -> None:
    machine = await start(env={KEY: None})
    await auth_is(machine, "needs_login")
    task_id = await machine.submit("hello")
    await asyncio.sleep(1)
    task = await machine.task(task_id)
    assert (task["status"], task["attempt"]) == ("queued", 0)
    assert await machine.processes() == []
    assert await machine.terminate() == 0
    machine.daemon.extra_env[KEY] = "a-key"
    await machine.start()
    assert (await machine.completed(task_id))["result"] == "All done."
    await machine.nothing_left()


async def test_a_machine_without_login_tells_that_its_disk_is_nearly_full_as_well(start: StartMachine) -> None:
    machine = await start(env={KEY: None, "MACHINE_MIN_FREE_MB": "1000000000"})
    await auth_is(machine, "needs_login")
    await machine.submit("hello")
    async with asyncio.timeout(10):
        while not (said := (await machine.get("/api/status"))["machine"]["held_back"]):
            await asyncio.sleep(0.1)
    assert "less than 1000000000 MB" in said


async def test_a_401_in_the_middle_parks_the_task_and_the_queue_and_a_restart_with_a_login_goes_on(
    start: StartMachine, model: ScriptedModel
) -> None:
    locked = True

    def answer(request: ModelRequest) -> Reply | ApiError:
        if locked:
            return ApiError(401, "authentication_error", "invalid x-api-key")
        return Reply.text(f"Went on with {request.user_texts[0]!r}.")

    step = Reply.tool("Read", {"file_path": "CLAUDE.md"}, say="I look first.")
    model.on("Continue where you left off", answer).on("look", step, answer)
    machine = await start()
    task_id = await machine.submit("look around")
    async with machine.listening(task_id) as listener:
        told = await listener.until("auth.status")
        assert told["data"]["state"] == "refused"
    parked = await machine.until(task_id, "queued")
    assert (parked["queue_reason"], parked["failure"]) == ("not_logged_in", None)
    await machine.nothing_left()
    await auth_is(machine, "refused")
    waiting = await machine.submit("another one")
    await asyncio.sleep(0.5)
    assert (await machine.task(waiting))["attempt"] == 0
    before = await machine.events(task_id)
    assert await machine.terminate() == 0
    locked = False
    await machine.start()
    assert "Went on with 'look around'." in (await machine.completed(task_id))["result"]
    assert (await machine.events(task_id))[: len(before)] == before
    assert (await machine.completed(waiting))["result"] == "All done."
    assert "task.failed" not in await machine.types(task_id)
    await machine.nothing_left()
