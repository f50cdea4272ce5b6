"""What happens when two things happen at once: claims, stops, interrupts, starts, and messages at the end of a turn.

Each race is held open in the store, at the very call where it once was lost.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, processes_of, workbench

from machine.demo.replies import Reply, Text
from machine.domain.aio import spawn
from machine.domain.task import FailureReason, QueueReason, Task, TaskStatus, WaitingReason
from machine.engine.live_task import LiveTask, RunEnd

SECONDS = 20.0


@pytest.fixture
def hold() -> asyncio.Event:
    """Ends what the model says to "block" and to "first"."""
    return asyncio.Event()


@pytest.fixture
def model(hold: asyncio.Event) -> ScriptedModel:
    slow = Reply((Text("Working on it.", hold=hold),))
    return ScriptedModel("Done.").on("extra wish", "the extra answer").on("block|first", slow).on("talk", "rested")


@pytest.fixture
async def bench(tmp_path: Path, model: ScriptedModel) -> AsyncIterator[Workbench]:
    async with workbench(tmp_path / "data", model, max_concurrent_tasks=1) as bench:
        yield bench


def live_of(bench: Workbench, task: Task) -> LiveTask | None:
    return bench.room.engine.manager._live.get(task.task_id)


async def soon(true: Callable[[], bool]) -> None:
    """Wait until `true()`; TimeoutError when it takes too long."""
    async with asyncio.timeout(SECONDS):
        while not true():
            await asyncio.sleep(0.002)


async def run_of(bench: Workbench, task: Task) -> LiveTask:
    """The run of a task, from the moment it was claimed."""
    await soon(lambda: live_of(bench, task) is not None)
    live = live_of(bench, task)
    assert live is not None
    return live


def times_asked(bench: Workbench, words: str) -> int:
    return sum(words in request.last_user_text for request in bench.model.requests)


class Window:
    """Delays the first call of a method of the store by one asyncio task until `leave` is set: before the call, or
    after it, when it has seen or done what it is called for."""

    def __init__(self, bench: Workbench, patch: pytest.MonkeyPatch, method: str, *, of: str, after: bool) -> None:
        self.entered = asyncio.Event()
        self.leave = asyncio.Event()
        self._used = False
        self._of = of
        self._after = after
        self._real = getattr(bench.room.api.tasks, method)
        patch.setattr(bench.room.api.tasks, method, self._call)

    async def _call(self, *args: Any, **named: Any) -> Any:
        asked_by = asyncio.current_task()
        if self._used or asked_by is None or not asked_by.get_name().startswith(self._of):
            return await self._real(*args, **named)
        self._used = True
        found = await self._real(*args, **named) if self._after else None
        self.entered.set()
        await self.leave.wait()
        return found if self._after else await self._real(*args, **named)


@pytest.mark.parametrize(("method", "after"), [("get", True), ("get", False), ("move", False)])
async def test_a_stop_that_meets_the_claim_of_its_task_never_lets_it_run(
    bench: Workbench, hold: asyncio.Event, monkeypatch: pytest.MonkeyPatch, method: str, after: bool
) -> None:
    blocking = await bench.submit("block")
    await bench.says(blocking, "Working")
    second = await bench.submit("second job")
    window = Window(bench, monkeypatch, method, of="stopper", after=after)
    stopping = spawn(bench.room.engine.manager.stop(second.task_id, by="me"), name="stopper")
    await window.entered.wait()
    hold.set()
    await run_of(bench, second)
    window.leave.set()
    assert await stopping
    assert (await bench.task(second.task_id)).status is TaskStatus.CANCELLED
    assert live_of(bench, second) is None
    assert not await asyncio.to_thread(processes_of, second.task_id)
    asked = times_asked(bench, "second job")
    await bench.ended(await bench.submit("another"))
    assert times_asked(bench, "second job") == asked
    assert (await bench.types(second))[-1] == "task.cancelled"


async def test_a_stop_never_ends_a_task_on_the_word_of_an_older_look_at_it(
    bench: Workbench, hold: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second look of a stop, had it one, would find a running task and cancel it beside its run."""
    blocking = await bench.submit("block")
    await bench.says(blocking, "Working")
    second = await bench.submit("second job")
    looks = 0
    real = bench.room.api.tasks.get

    async def get(task_id: str) -> Task:
        nonlocal looks
        asked_by = asyncio.current_task()
        if asked_by is not None and asked_by.get_name() == "stopper":
            looks += 1
            if looks == 2:
                hold.set()
                await run_of(bench, second)
        return await real(task_id)

    monkeypatch.setattr(bench.room.api.tasks, "get", get)
    assert await spawn(bench.room.engine.manager.stop(second.task_id), name="stopper")
    assert live_of(bench, second) is None
    assert (await bench.types(second))[-1] == "task.cancelled"


async def test_an_interrupt_while_the_cli_starts_interrupts_the_first_turn(bench: Workbench) -> None:
    task = await bench.submit("first of all")
    await run_of(bench, task)
    async with asyncio.timeout(SECONDS):
        interrupted = await bench.room.engine.manager.interrupt(task.task_id)
    assert (interrupted.status, interrupted.waiting_reason) == (TaskStatus.WAITING_INPUT, WaitingReason.INTERRUPTED)
    assert "Working on it." not in await bench.text(task)
    await bench.room.engine.manager.send_input(task.task_id, "extra wish", principal=bench.principal)
    assert (await bench.ended(task)).result == "the extra answer"


@pytest.fixture
async def hanging(tmp_path: Path, model: ScriptedModel) -> AsyncIterator[Workbench]:
    """A machine whose CLI starts and then says nothing, for ever."""
    cli = tmp_path / "hangs-for-ever"
    cli.write_text("#!/bin/sh\nexec sleep 900\n", encoding="utf-8")
    cli.chmod(0o755)
    async with workbench(tmp_path / "data", model, claude_cli_path=cli) as bench:
        yield bench


async def _started(bench: Workbench, task: Task) -> None:
    """Wait until the hanging CLI itself runs."""
    async with asyncio.timeout(SECONDS):
        while not any("900" in p.cmdline() for p in await asyncio.to_thread(processes_of, task.task_id)):
            await asyncio.sleep(0.02)


async def test_a_cli_that_hangs_at_its_start_is_ended_by_the_time_limit(hanging: Workbench) -> None:
    task = await hanging.submit("hello", timeout_seconds=1.5)
    async with asyncio.timeout(SECONDS):
        ended = await hanging.ended(task)
    assert ended.failure is not None
    assert ended.failure.reason is FailureReason.TIMEOUT
    assert not await asyncio.to_thread(processes_of, task.task_id)


async def test_a_cli_that_hangs_at_its_start_is_ended_by_a_stop_within_seconds(hanging: Workbench) -> None:
    task = await hanging.submit("hello")
    await _started(hanging, task)
    async with asyncio.timeout(8):
        assert await hanging.room.engine.manager.stop(task.task_id, by="me")
    assert (await hanging.task(task.task_id)).status is TaskStatus.CANCELLED
    assert not await asyncio.to_thread(processes_of, task.task_id)


async def test_a_task_whose_cli_hangs_at_its_start_is_parked_when_the_machine_shuts_down(hanging: Workbench) -> None:
    task = await hanging.submit("hello")
    await _started(hanging, task)
    async with asyncio.timeout(8):
        await hanging.room.engine.manager.drain(0)
    parked = await hanging.task(task.task_id)
    assert (parked.status, parked.queue_reason) == (TaskStatus.QUEUED, QueueReason.DRAIN)
    assert not await asyncio.to_thread(processes_of, task.task_id)


async def _said_at_the_end(bench: Workbench, task: Task, said: "asyncio.Task[Task]") -> Task:
    """Both the task and whatever took the message are over; returns the latter."""
    await bench.ended(task)
    async with asyncio.timeout(SECONDS):
        taken_by = await said
    return await bench.ended(taken_by)


async def test_a_message_stored_after_the_last_look_for_messages_is_answered_once(
    bench: Workbench, hold: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = await bench.submit("first")
    await bench.says(task, "Working")
    window = Window(bench, monkeypatch, "inputs", of="conversation of", after=True)
    hold.set()
    await window.entered.wait()
    said = spawn(bench.room.engine.manager.send_input(task.task_id, "extra wish", principal=bench.principal), name="p")
    await asyncio.wait({said}, timeout=1)
    window.leave.set()
    assert (await _said_at_the_end(bench, task, said)).result == "the extra answer"
    assert times_asked(bench, "extra wish") == 1


@pytest.mark.parametrize("seen", [True, False], ids=["seen by the last look", "stored after the last look"])
async def test_a_message_that_is_announced_after_the_end_of_the_run_is_answered_once(
    bench: Workbench, hold: asyncio.Event, monkeypatch: pytest.MonkeyPatch, seen: bool
) -> None:
    task = await bench.submit("first")
    await bench.says(task, "Working")
    live = await run_of(bench, task)
    look = Window(bench, monkeypatch, "inputs", of="conversation of", after=not seen)
    hold.set()
    await look.entered.wait()
    real = bench.room.api.tasks.add_input
    stored = asyncio.Event()

    async def add_input(*args: Any) -> None:
        await real(*args)
        stored.set()
        await live.done.wait()

    monkeypatch.setattr(bench.room.api.tasks, "add_input", add_input)
    said = spawn(bench.room.engine.manager.send_input(task.task_id, "extra wish", principal=bench.principal), name="p")
    await stored.wait()
    look.leave.set()
    assert (await _said_at_the_end(bench, task, said)).result == "the extra answer"
    assert times_asked(bench, "extra wish") == 1
    assert (said.result().task_id == task.task_id) is seen


async def test_a_message_that_is_read_while_the_last_turn_ends_is_answered_once(
    bench: Workbench, hold: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = await bench.submit("first")
    await bench.says(task, "Working")
    reading = Window(bench, monkeypatch, "inputs", of="inputs", after=True)
    look = Window(bench, monkeypatch, "inputs", of="conversation of", after=True)
    said = spawn(bench.room.engine.manager.send_input(task.task_id, "extra wish", principal=bench.principal), name="p")
    await reading.entered.wait()
    hold.set()
    await bench.says(task, "Working on it.")
    await asyncio.wait({spawn(look.entered.wait(), name="look")}, timeout=1)  # no last look while a message is read
    reading.leave.set()
    async with asyncio.timeout(SECONDS):
        while await bench.room.api.tasks.inputs(task.task_id, unsent_only=True):
            await asyncio.sleep(0.002)
    look.leave.set()
    assert (await _said_at_the_end(bench, task, said)).result == "the extra answer"
    assert times_asked(bench, "extra wish") == 1
    assert said.result().task_id == task.task_id


async def test_a_message_stored_for_a_resting_conversation_is_taken_up_after_a_restart(
    tmp_path: Path, model: ScriptedModel
) -> None:
    async with workbench(tmp_path / "data", model) as bench:
        task = await bench.submit("talk", is_interactive=True)
        await bench.until(task, TaskStatus.WAITING_INPUT)
        live = await run_of(bench, task)
        live.end(RunEnd.LINGER)
        await live.done.wait()
        manager = bench.room.engine.manager
        with pytest.MonkeyPatch.context() as patch:  # the daemon dies when the message is stored and nothing else
            window = Window(bench, patch, "move", of="speaker", after=False)
            said = spawn(manager.send_input(task.task_id, "extra wish", principal=bench.principal), name="speaker")
            await window.entered.wait()
            said.cancel()
            await asyncio.wait({said})
        assert (await bench.task(task.task_id)).status is TaskStatus.WAITING_INPUT
    async with workbench(tmp_path / "data", model) as bench:
        rested = await bench.until(task, TaskStatus.WAITING_INPUT, where=lambda now: now.attempt > 1)
        assert rested.result == "the extra answer"
        assert times_asked(bench, "extra wish") == 1
