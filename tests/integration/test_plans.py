"""An approved plan of `planning` becomes a task of `executor`: the real CLI, the scripted model."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.api import Served, served
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, processes_of, workbench

from machine.demo.model_request import ModelRequest
from machine.demo.replies import Reply
from machine.domain.agent import AgentForm
from machine.domain.approval import Answer, ApprovalStatus, Decision
from machine.domain.code import CodeSource
from machine.domain.errors import Conflict
from machine.domain.task import Task, TaskStatus
from machine.ports import TaskFilter

PLAN = "1. First this.\n2. Then that."
CODE = CodeSource(repository="https://example.com/shop.git", ref="main")
ALLOW = Answer(decision=Decision.ALLOW, reason="But be quick.")


def _writes_plan(request: ModelRequest) -> Reply:
    [path] = set(re.findall(r"/[^\s`'\"]*/plans/[\w-]+\.md", json.dumps(request.raw)))
    return Reply.tool("Write", {"file_path": path, "content": PLAN})


@pytest.fixture
async def model() -> ScriptedModel:
    model = ScriptedModel("All done.")
    model.on("Carry out this plan", "Carried out.")
    return model.on("make a plan", _writes_plan, Reply.tool("ExitPlanMode", {"plan": PLAN}), "Then I do it myself.")


@pytest.fixture
async def bench(tmp_path: Path, model: ScriptedModel) -> AsyncIterator[Workbench]:
    async with workbench(tmp_path / "data", model) as bench:
        form = AgentForm(name="planning", description="Plans.", instructions="Plan.", permission_mode="plan")
        await bench.room.api.creator.create_agent(form, bench.principal, replace_it=True)
        yield bench


async def successors(bench: Workbench, task: Task) -> tuple[Task, ...]:
    return (await bench.room.api.tasks.list(TaskFilter(parent_task_id=task.task_id), limit=10)).items


async def test_approving_a_plan_ends_the_planning_and_starts_the_executor(
    bench: Workbench, model: ScriptedModel
) -> None:
    task = await bench.submit("make a plan", source_metadata={"url": "https://example.com/1"}, is_interactive=True)
    card = await bench.pending(task)
    answered = await bench.room.engine.approvals.answer(card.approval_id, ALLOW, bench.principal)
    assert (answered.status, answered.applied) == (ApprovalStatus.ANSWERED, True)
    planned = await bench.task(task.task_id)
    assert (planned.status, planned.result) == (TaskStatus.COMPLETED, PLAN)
    [carried] = await successors(bench, task)
    assert (carried.assigned_agent, carried.user_id) == ("executor", task.user_id)
    assert carried.source_metadata["url"] == "https://example.com/1"
    assert PLAN in carried.input_message
    assert "But be quick." in carried.input_message
    assert (await bench.ended(carried)).result == "Carried out."
    types = await bench.types(task)
    assert types[-2:] == ["approval.answered", "task.completed"]
    assert "Then I do it myself." not in await bench.text(task)
    assert not processes_of(task.task_id)
    assert (await bench.task(task.task_id)).usage.cost_usd > 0


async def test_the_executor_works_on_the_same_code(bench: Workbench) -> None:
    new = bench.room.engine.new_tasks
    planned = (await bench.ended(await bench.submit("Say something."))).model_copy(update={"code": CODE})
    assert new.from_plan(planned, PLAN, bench.principal).code == CODE


async def test_a_plan_that_is_sent_back_stays_with_planning(bench: Workbench) -> None:
    task = await bench.submit("make a plan")
    card = await bench.pending(task)
    await bench.room.engine.approvals.answer(card.approval_id, Answer(decision=Decision.DENY), bench.principal)
    assert (await bench.ended(task)).result == "Then I do it myself."
    assert await successors(bench, task) == ()


async def test_a_plan_is_approved_once(bench: Workbench) -> None:
    task = await bench.submit("make a plan")
    card = await bench.pending(task)
    await bench.room.engine.approvals.answer(card.approval_id, ALLOW, bench.principal)
    with pytest.raises(Conflict):
        await bench.room.engine.approvals.answer(card.approval_id, ALLOW, bench.principal)
    with pytest.raises(Conflict):
        await bench.room.api.plans.carry_out(await bench.task(task.task_id), bench.principal)
    assert len(await successors(bench, task)) == 1


async def test_a_plan_is_approved_after_a_restart(tmp_path: Path, model: ScriptedModel) -> None:
    async with workbench(tmp_path / "data", model) as bench:
        form = AgentForm(name="planning", description="Plans.", instructions="Plan.", permission_mode="plan")
        await bench.room.api.creator.create_agent(form, bench.principal, replace_it=True)
        task = await bench.submit("make a plan")
        card = await bench.pending(task)
    async with workbench(tmp_path / "data", model) as bench:
        await bench.room.engine.approvals.answer(card.approval_id, ALLOW, bench.principal)
        [carried] = await successors(bench, task)
        assert (await bench.ended(carried)).result == "Carried out."
        assert (await bench.task(task.task_id)).status is TaskStatus.COMPLETED


async def test_an_answer_that_is_not_stored_leaves_the_plan_waiting(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = await bench.submit("make a plan")
    card = await bench.pending(task)
    with monkeypatch.context() as broken:
        broken.setattr("machine.store.plans.put_task", _no_room)
        with pytest.raises(Conflict, match="no room"):
            await bench.room.engine.approvals.answer(card.approval_id, ALLOW, bench.principal)
    assert (await bench.task(task.task_id)).status is TaskStatus.WAITING_INPUT
    assert (await bench.pending(task)).approval_id == card.approval_id
    await bench.room.engine.approvals.answer(card.approval_id, ALLOW, bench.principal)
    assert len(await successors(bench, task)) == 1


def _no_room(*_arguments: object) -> None:
    raise Conflict("no room")


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


async def test_a_completed_plan_is_approved_over_http_once_or_again_on_purpose(machine: Served) -> None:
    client = machine.admin
    made = (await client.post("/api/tasks", json={"message": "hello there", "agent": "planning"})).json()
    early = await client.post(f"/api/tasks/{made['task_id']}/approve-plan")
    assert early.status_code in (201, 409)  # it may have been quick
    async for _ in machine.room.engine.manager.stream_output(made["task_id"]):
        pass
    path = f"/api/tasks/{made['task_id']}/approve-plan"
    first = await client.post(path, json={"comment": "Go."}) if early.status_code == 409 else early
    assert first.status_code == 201, first.text
    carried = first.json()
    assert (carried["assigned_agent"], carried["parent_task_id"]) == ("executor", made["task_id"])
    refused = await client.post(path)
    assert refused.status_code == 409
    assert carried["task_id"] in refused.json()["detail"]
    again = await client.post(path, json={"again": True})
    assert again.status_code == 201
    assert again.json()["task_id"] != carried["task_id"]
    other = await client.post(f"/api/tasks/{carried['task_id']}/approve-plan")
    assert other.status_code == 409
    assert "only plans of planning" in other.json()["detail"]
    assert (await client.post("/api/tasks/task_none/approve-plan")).status_code == 404
