"""A worker is drained: its conversations go on elsewhere, with their words and their files, where these are stored."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from tests.integration.test_moving_whole import machine, shell
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, processes_of

from machine.domain.task import Task, TaskStatus
from machine.engine import clearing

Start = Callable[..., Awaitable[Workbench]]


@pytest.fixture
async def model() -> ScriptedModel:
    model = ScriptedModel("Nothing.").on("first", shell("echo one > one.txt"), "The word is kumquat.")
    return model.on("second", shell("cat one.txt"), "Read.").on("large", shell("seq 1000000 > large.txt"), "Made.")


@pytest.fixture
async def start(
    tmp_path: Path, postgres_url: SecretStr, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Start]:
    monkeypatch.setattr(clearing, "LOOK_SECONDS", 0.2)
    async with AsyncExitStack() as stack:

        async def started(name: str, **settings: Any) -> Workbench:
            given = {"database_url": postgres_url, "lease_seconds": 5.0, "max_concurrent_tasks": 2, **settings}
            return await stack.enter_async_context(machine(tmp_path, name, model, **given))

        yield started


async def drained(bench: Workbench) -> None:
    await bench.room.api.machines.drain(bench.settings.machine_id)
    async with asyncio.timeout(20):
        while bench.room.engine.membership.may_claim:
            await asyncio.sleep(0.05)


async def resting(bench: Workbench) -> Task:
    """A conversation after its first turn, with a CLI that waits."""
    return await bench.until(await bench.submit("first", agent="worker", is_interactive=True), TaskStatus.WAITING_INPUT)


async def say(bench: Workbench, task: Task, message: str) -> None:
    await bench.room.engine.steering.send_input(task.task_id, message, principal=bench.principal)


async def test_what_rests_on_a_drained_machine_goes_on_elsewhere_when_somebody_speaks_to_it(
    start: Start, model: ScriptedModel
) -> None:
    one = await start("w1")
    task = await resting(one)
    two = await start("w2")
    await drained(one)
    async with asyncio.timeout(30):
        while await asyncio.to_thread(processes_of, task.task_id):
            await asyncio.sleep(0.1)
    assert (await two.task(task.task_id)).status is TaskStatus.WAITING_INPUT
    await say(two, task, "second")
    moved = await two.until(task, TaskStatus.WAITING_INPUT, where=lambda now: now.attempt == 2)
    assert moved.machine_id == "w2"
    told = [piece.text for piece in await two.outputs(moved) if piece.name == "moving"]
    assert told == ["The files and the conversation were fetched as w1 left them"]
    assert "kumquat" in model.requests[-1].body.model_dump_json()


@pytest.mark.parametrize("why", ["no shared folder", "too large"])
async def test_what_is_not_stored_for_other_machines_stays_on_a_drained_one(start: Start, why: str) -> None:
    settings: dict[str, Any] = {"shared_dir": None} if why == "no shared folder" else {"snapshot_max_mb": 1}
    one = await start("w1", **settings)
    ended = await one.ended(await one.submit("first", agent="worker"))
    if why == "too large":
        ended = await one.ended(await one.submit("large", agent="worker", conversation_id=ended.conversation_id))
    await start("w2", **settings)
    await drained(one)
    after = await one.submit("second", agent="worker", conversation_id=ended.conversation_id)
    await asyncio.sleep(4)  # w2 looks for work every two seconds
    waiting = await one.task(after.task_id)
    assert (waiting.status, waiting.machine_id) == (TaskStatus.QUEUED, "w1")
    await one.room.api.machines.resume("w1")
    assert (await one.ended(after)).machine_id == "w1"
