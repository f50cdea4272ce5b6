"""A person corrects the choice of an agent, and the correction may become a rule."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.api import Served, person, resting_task, served
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, processes_of, workbench

from machine.demo.replies import Reply, Text
from machine.domain.errors import Conflict
from machine.domain.principal import Role
from machine.domain.task import Task, TaskStatus


@pytest.fixture
async def model() -> ScriptedModel:
    return ScriptedModel("All done.")


@pytest.fixture
async def bench(tmp_path: Path, model: ScriptedModel) -> AsyncIterator[Workbench]:
    async with workbench(tmp_path / "data", model) as bench:
        yield bench


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


async def corrected(bench: Workbench, task: Task, *, restart: bool = False) -> Task:
    now = await bench.task(task.task_id)
    done = await bench.room.api.corrections.correct(now, "executor", bench.principal, restart=restart)
    return done.task


async def test_a_queued_task_gets_the_other_agent_in_place(bench: Workbench, model: ScriptedModel) -> None:
    hold = asyncio.Event()
    model.on("Which agent", Reply((Text("Let me think.", hold=hold),)))
    task = await bench.submit("Make it better.", agent=None)
    await model.wait_for_requests(1)
    given = await corrected(bench, task)
    assert not await asyncio.to_thread(processes_of, task.task_id) or not given.awaits_routing
    hold.set()
    ended = await bench.ended(task)
    assert (given.task_id, ended.assigned_agent, ended.result) == (task.task_id, "executor", "All done.")
    assert ended.routing is not None
    assert ended.routing.corrected_by == bench.principal.user_id
    assert "waiting for the Brain" in ended.routing.reason
    assert (await bench.types(task))[:3] == ["task.created", "task.routed", "task.started"]


async def test_a_running_task_is_stopped_only_when_that_is_said(bench: Workbench, model: ScriptedModel) -> None:
    hold = asyncio.Event()
    model.on("slow", Reply((Text("First words.", hold=hold),)), "Done.")
    task = await bench.submit("go slow")
    await bench.says(task, "First")
    with pytest.raises(Conflict, match="is running at planning"):
        await corrected(bench, task)
    assert (await bench.task(task.task_id)).status is TaskStatus.RUNNING
    hold.set()
    anew = await corrected(bench, task, restart=True)
    assert (anew.parent_task_id, anew.assigned_agent) == (task.task_id, "executor")
    assert (await bench.task(task.task_id)).ended
    assert (await bench.ended(anew)).status is TaskStatus.COMPLETED


async def test_an_ended_task_is_tried_again_by_the_other_agent(bench: Workbench) -> None:
    task = await bench.ended(await bench.submit("hello", max_turns=5))
    anew = await corrected(bench, task)
    assert (anew.task_id != task.task_id, anew.assigned_agent, anew.input_message) == (True, "executor", "hello")
    assert anew.limits.max_turns == 5
    assert anew.routing is not None
    assert (anew.routing.corrected_by, anew.routing.runner_up) == (bench.principal.user_id, "planning")
    with pytest.raises(Conflict, match="executor's already"):
        await corrected(bench, await bench.ended(anew))


async def test_a_correction_shows_its_rule_and_becomes_one_when_that_is_said(machine: Served) -> None:
    task, rule = await resting_task(machine), {"keywords": ["outage"]}
    path = f"/api/tasks/{task.task_id}/routing"
    shown = await machine.admin.post(path, json={"agent": "executor", "rule": rule})
    assert shown.status_code == 200, shown.text
    said = shown.json()
    assert (said["task"]["assigned_agent"], said["rule_saved"]) == ("executor", False)
    assert (said["rule_preview"]["name"], said["rule_preview"]["overrides_builtin"]) == ("executor", True)
    assert (await machine.admin.get("/api/agents/executor")).json()["settings"]["routing"] == []
    other = await resting_task(machine)
    body = {"agent": "executor", "rule": rule, "make_rule": True}
    made = await machine.admin.post(f"/api/tasks/{other.task_id}/routing", json=body)
    assert made.json()["rule_saved"]
    executor = (await machine.admin.get("/api/agents/executor")).json()
    assert executor["settings"]["routing"][0]["keywords"] == ["outage"]
    assert executor["overrides_builtin"]
    new = (await machine.admin.post("/api/tasks", json={"message": "There is an outage!"})).json()
    assert new["assigned_agent"] == "executor"
    assert new["routing"]["reason"] == "rule 1 of agent executor: keyword outage"
    third = await resting_task(machine)
    again = await machine.admin.post(f"/api/tasks/{third.task_id}/routing", json=body)
    assert again.status_code == 409
    assert (await machine.room.api.tasks.get(third.task_id)).assigned_agent == "planning"


async def test_rules_are_made_by_administrators_and_corrections_by_who_may_write(machine: Served) -> None:
    user_id, token = await person(machine, Role.MEMBER)
    own, others = await resting_task(machine, user_id=user_id), await resting_task(machine)
    client = machine.client(token)
    body = {"agent": "executor", "rule": {"keywords": ["x"]}}
    assert (await client.post(f"/api/tasks/{own.task_id}/routing", json=body)).status_code == 403
    assert (await client.post(f"/api/tasks/{others.task_id}/routing", json={"agent": "executor"})).status_code == 404
    assert (await client.post(f"/api/tasks/{own.task_id}/routing", json={"agent": "executor"})).status_code == 200
    viewer_id, token = await person(machine, Role.VIEWER)
    seen = await resting_task(machine, user_id=viewer_id)
    answer = await machine.client(token).post(f"/api/tasks/{seen.task_id}/routing", json={"agent": "executor"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"agent": "nobody"}, 404),
        ({"agent": "executor", "make_rule": True}, 400),
        ({"agent": "executor", "rule": {}}, 422),
        ({"agent": "executor", "rule": {"sources": ["nowhere"]}}, 422),
        ({}, 422),
    ],
)
async def test_a_correction_that_cannot_be_is_refused(machine: Served, body: dict[str, object], status: int) -> None:
    task = await resting_task(machine)
    answer = await machine.admin.post(f"/api/tasks/{task.task_id}/routing", json=body)
    assert answer.status_code == status, answer.text
    assert (await machine.room.api.tasks.get(task.task_id)).assigned_agent == "planning"
