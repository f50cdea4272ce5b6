"""Several machines on one PostgreSQL: limits and budgets are those of all together, and what costs money or reaches
people is done by one of them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, workbench

from machine.demo.model_request import ModelRequest
from machine.demo.replies import Reply, Text, ToolUse, Usage
from machine.domain.day_budget import BudgetScope
from machine.domain.task import QueueReason, Task, TaskStatus
from machine.engine import budget_board, replacing, work_bell

AGENT = "description: One at a time.\nmax_concurrent: 2\ndaily_budget_usd: 50\n"
DEAR = Usage(input_tokens=10_000, output_tokens=10_000)
"""About a quarter of a dollar."""
NAMES = ("w1", "w2", "w3")


@pytest.fixture
async def model() -> ScriptedModel:
    return ScriptedModel("All done.")


@pytest.fixture
async def workers(tmp_path: Path, postgres_url: SecretStr, model: ScriptedModel) -> AsyncIterator[list[Workbench]]:
    """Three, with four slots each."""
    async with contextlib.AsyncExitStack() as stack:
        found = []
        for name in NAMES:
            folder = tmp_path / name / "config" / "agents" / "narrow"
            await asyncio.to_thread(folder.mkdir, parents=True)
            await asyncio.to_thread((folder / "agent.yaml").write_text, AGENT)
            await asyncio.to_thread((folder / "CLAUDE.md").write_text, "Be quick.")
            settings: dict[str, Any] = {"machine_id": name, "database_url": postgres_url, "max_concurrent_tasks": 4}
            found.append(await stack.enter_async_context(workbench(tmp_path / name, model, **settings)))
        yield found


async def most_at_once(bench: Workbench, tasks: list[Task]) -> int:
    """How many of them ran at one time, by the times of their events."""
    steps = {"task.started": 1, "task.completed": -1}
    moments = [
        (event.at, steps[event.type]) for task in tasks for event in await bench.events(task) if event.type in steps
    ]
    running = most = 0
    for _, step in sorted(moments):
        running += step
        most = max(most, running)
    return most


async def test_an_agent_runs_no_more_tasks_than_it_may_on_all_machines_together(
    workers: list[Workbench], model: ScriptedModel
) -> None:
    model.on("slowly", Reply((Text("word " * 5, word_delay_seconds=0.05),)))
    wishes = [worker.submit("do it slowly", agent="narrow") for worker in workers for _ in range(3)]
    tasks = list(await asyncio.gather(*wishes))
    ended = [await workers[0].ended(task) for task in tasks]
    assert {task.status for task in ended} == {TaskStatus.COMPLETED}
    assert await most_at_once(workers[0], tasks) == 2
    others = [await workers[0].ended(await worker.submit("freely")) for worker in workers]
    assert {task.status for task in others} == {TaskStatus.COMPLETED}


async def test_what_a_day_may_cost_is_spent_once_by_all_machines_and_told_once(
    workers: list[Workbench], model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget_board, "LOOK_SECONDS", 0.1)
    model.on("dear", Reply((Text("Here."),), usage=DEAR))
    first, *_ = workers

    async def told() -> list[str]:
        feed = [event for event in await first.room.api.tasks.feed(after=0) if event.type == "budget.status"]
        return [event.body.partition('"state":"')[2].partition('"')[0] for event in feed]

    async def until_told(word: str) -> None:
        async with asyncio.timeout(30):
            while word not in await told():
                await asyncio.sleep(0.05)

    budgets, me = first.room.engine.day_budgets, first.principal.user_id
    await budgets.set(BudgetScope.USER, me, 0.2, by=me)
    paid = await first.ended(await first.submit("something dear"))
    assert paid.usage.cost_usd > 0.2
    held = [await worker.submit("something dear") for worker in workers for _ in range(2)]
    for task in held:
        parked = await first.until(task, TaskStatus.QUEUED, where=lambda now: now.queue_reason is QueueReason.BUDGET)
        assert parked.parked_until is not None
    await until_told("used_up")
    ran = [task for task in held if "task.started" in await first.types(task)]
    assert ran == []
    await budgets.set(BudgetScope.USER, me, 20, by=me)
    assert {(await first.ended(task)).status for task in held} == {TaskStatus.COMPLETED}

    await until_told("free")
    assert await told() == ["used_up", "free"]


async def test_the_brain_is_asked_once_about_a_task_however_many_could_ask(
    workers: list[Workbench], model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work_bell, "LOOK_SECONDS", 0.1)

    async def answer(_request: ModelRequest) -> Reply:
        await asyncio.sleep(4)  # the others see meanwhile that the task has no agent
        return Reply((ToolUse("StructuredOutput", {"agent": "executor", "reason": "It is small."}),))

    model.on("Which agent takes this task", answer)
    tasks = [await workers[0].submit(f"Make it better, {number}.", agent=None) for number in range(2)]
    for task in tasks:
        ended = await workers[0].ended(task)
        assert (ended.status, ended.assigned_agent) == (TaskStatus.COMPLETED, "executor")
    questions = [one for one in model.requests if "Which agent takes this task" in one.last_user_text]
    assert len(questions) == len(tasks)


async def test_what_a_process_was_to_stop_that_is_gone_is_stopped_by_another(
    workers: list[Workbench], model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replacing, "LOOK_SECONDS", 0.1)
    model.on("for ever", Reply((Text("word " * 500, word_delay_seconds=0.1),)))
    first, second, _ = workers
    key = "webhook x trigger 1"
    before = await first.until(await first.submit("for ever", concurrency_key=key), TaskStatus.RUNNING)
    # As a delivery stores its task, in a process that dies before it has anything stopped.
    wish = {"concurrency_key": key, "source_metadata": {"replaces": [before.task_id]}}
    after = await second.submit("the newer one", **wish)
    assert (await second.ended(before)).status is TaskStatus.CANCELLED
    assert (await second.ended(after)).status is TaskStatus.COMPLETED
