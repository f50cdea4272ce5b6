"""Machines over HTTP: one that works alone, and a web process with a worker on one PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from tests.support.api import Served, person, served

from machine.domain.agent import AgentForm
from machine.domain.principal import Principal, Role, User, Via


@pytest.fixture
async def fleet(tmp_path: Path, postgres_url: SecretStr) -> AsyncIterator[tuple[Served, Served]]:
    """(web, worker)"""
    common = {"DATABASE_URL": postgres_url.get_secret_value(), "MACHINE_LEASE_SECONDS": "3"}
    web = {**common, "MACHINE_ID": "web-1", "MACHINE_ROLE": "web"}
    worker = {**common, "MACHINE_ID": "w.1", "MACHINE_ROLE": "worker", "MACHINE_LABELS": "gpu"}
    async with (
        served(tmp_path / "web", environ=web) as one,
        served(tmp_path / "worker", environ=worker) as two,
    ):
        yield one, two


async def machines(machine: Served) -> dict[str, Any]:
    """By name."""
    answer = (await machine.admin.get("/api/machines")).json()
    return {one["machine_id"]: one for one in answer["items"]}


async def test_a_machine_that_works_alone_is_listed_with_real_figures_and_is_not_drained(tmp_path: Path) -> None:
    async with served(tmp_path / "data") as machine:
        answer = (await machine.admin.get("/api/machines")).json()
        assert answer["in_fleet"] is False
        [one] = answer["items"]
        assert (one["machine_id"], one["role"], one["state"], one["current"]) == ("machine-001", "all", "ready", True)
        assert one["load"]["memory_percent"] > 0
        assert one["lease_until"] is None
        refused = await machine.admin.post("/api/machines/machine-001/drain")
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
        assert "End the daemon instead" in refused.json()["hint"]
        assert (await machine.admin.get("/api/machines/other")).status_code == 404


async def test_a_worker_is_drained_and_resumed_and_everybody_who_looks_hears_of_it(
    fleet: tuple[Served, Served],
) -> None:
    web, _ = fleet
    found = await machines(web)
    assert [(one["role"], one["slots"], one["labels"]) for one in found.values()] == [
        ("worker", 5, ["gpu"]),
        ("web", 0, []),
    ]
    _, viewer = await person(web, Role.VIEWER)
    async with web.session(token=viewer) as talk:
        drained = await web.admin.post("/api/machines/w.1/drain")
        assert (drained.status_code, drained.json()["state"]) == (200, "draining")
        heard = (await talk.until("machine.changed"))[-1]
        assert heard["data"] == {"machine_id": "w.1", "role": "worker", "state": "draining"}
    task = (await web.admin.post("/api/tasks", json={"message": "hello", "agent": "executor"})).json()
    detail = (await web.admin.get(f"/api/tasks/{task['task_id']}")).json()
    assert (detail["status"], detail["waits_for"]) == ("queued", "No machine that runs tasks is ready.")
    newest = (await web.admin.get("/api/audit?action=machine.drain")).json()["items"][0]
    assert (newest["action"], newest["object_id"]) == ("machine.drain", "w.1")
    assert (await web.admin.post("/api/machines/w.1/resume")).json()["state"] == "ready"
    async with asyncio.timeout(30):
        while (detail := (await web.admin.get(f"/api/tasks/{task['task_id']}")).json())["status"] != "completed":
            await asyncio.sleep(0.1)
    assert (detail["machine_id"], detail["waits_for"]) == ("w.1", "")
    there = (await web.admin.get("/api/tasks?machine_id=w.1")).json()["items"]
    assert [one["task_id"] for one in there] == [task["task_id"]]
    assert (await web.admin.get("/api/tasks?machine_id=web-1")).json()["items"] == []


async def test_a_worker_that_a_person_drained_is_drained_after_a_restart_and_one_that_only_stopped_is_ready(
    tmp_path: Path, postgres_url: SecretStr
) -> None:
    def started(name: str, role: str) -> AbstractAsyncContextManager[Served]:
        environ = {"DATABASE_URL": postgres_url.get_secret_value(), "MACHINE_ID": name, "MACHINE_ROLE": role}
        return served(tmp_path / name, environ=environ)

    async with started("web-1", "web") as web:
        for act, state in (("drain", "draining"), ("resume", "ready")):
            async with started("w.1", "worker"):
                assert (await web.admin.post(f"/api/machines/w.1/{act}")).json()["state"] == state
            assert (await machines(web))["w.1"]["state"] == "gone"
            async with started("w.1", "worker"):
                assert (await machines(web))["w.1"]["state"] == state


async def test_a_worker_whose_disk_is_nearly_full_claims_nothing_and_is_named_at_the_web_process(
    tmp_path: Path, postgres_url: SecretStr
) -> None:
    def started(name: str, **more: str) -> AbstractAsyncContextManager[Served]:
        common = {"DATABASE_URL": postgres_url.get_secret_value(), "MACHINE_LEASE_SECONDS": "3"}
        return served(tmp_path / name, environ={**common, "MACHINE_ID": name, **more})

    async def status() -> dict[str, Any]:
        found: dict[str, Any] = (await web.admin.get("/api/status")).json()
        return found

    async with (
        started("web-1", MACHINE_ROLE="web") as web,
        started("full", MACHINE_ROLE="worker", MACHINE_MIN_FREE_MB=str(10**9)) as full,
    ):
        task = (await web.admin.post("/api/tasks", json={"message": "hello", "agent": "executor"})).json()
        async with asyncio.timeout(30):
            while not (said := (await machines(web))["full"]["held_back"]):
                await asyncio.sleep(0.1)
        assert "(MACHINE_MIN_FREE_MB)" in said
        for _ in range(2):  # of which the second is for certain a look at a queue with the task in it
            full.room.engine.manager.look_at_queue()
            await full.room.engine.manager.something_happened()
        detail = (await web.admin.get(f"/api/tasks/{task['task_id']}")).json()
        assert (detail["status"], detail["waits_for"].endswith(f"On full: {said}")) == ("queued", True)
        assert (await status())["machine"]["held_back"] == f"On full: {said}"
        async with started("roomy", MACHINE_ROLE="worker"), asyncio.timeout(30):
            while (detail := (await web.admin.get(f"/api/tasks/{task['task_id']}")).json())["status"] != "completed":
                await asyncio.sleep(0.1)
            assert (detail["machine_id"], (await machines(web))["roomy"]["held_back"]) == ("roomy", "")
            now = await status()
            assert now["machine"]["held_back"] == ""
            assert [one["about"] for one in now["warnings"] if one["code"] == "disk_nearly_full"] == ["machine/full"]


async def test_without_redis_what_a_worker_does_is_followed_live_at_the_web_process_all_the_same(
    fleet: tuple[Served, Served],
) -> None:
    web, _ = fleet
    async with web.session() as talk:
        task = (await web.admin.post("/api/tasks", json={"message": "hello", "agent": "executor"})).json()
        await talk.asked(type="subscribe", id="s", task_id=task["task_id"], after=0)
        heard = await talk.until("task.completed")
        assert [one["seq"] for one in heard if one.get("task_id") == task["task_id"] and one["type"] == "task.output"]
        ended = heard[-1]
        assert (ended["task_id"], ended["type"]) == (task["task_id"], "task.completed")


async def test_labels_that_no_machine_has_are_said_at_the_task_and_to_administrators(
    fleet: tuple[Served, Served],
) -> None:
    web, _ = fleet
    row = await web.room.api.people.local_administrator()
    user = User(user_id=row.user_id, name=row.name, role=row.role)
    by = Principal(user=user, via=Via.INTERNAL, credential_id="test")
    form = {"name": "painter", "description": "Paints.", "instructions": "Paint.", "labels": ["easel"]}
    await web.room.api.creator.create_agent(AgentForm.model_validate(form), by)
    task = (await web.admin.post("/api/tasks", json={"message": "paint", "agent": "painter"})).json()
    detail = (await web.admin.get(f"/api/tasks/{task['task_id']}")).json()
    assert detail["waits_for"] == "No machine that is ready has the label easel, which painter asks for."
    warnings = (await web.admin.get("/api/status")).json()["warnings"]
    assert [one["about"] for one in warnings if one["code"] == "labels_missing"] == ["agent/painter"]


async def test_a_conversation_goes_on_where_the_labels_are_that_its_agent_asks_for_by_now(
    tmp_path: Path, postgres_url: SecretStr
) -> None:
    def started(name: str, **more: str) -> AbstractAsyncContextManager[Served]:
        common = {"DATABASE_URL": postgres_url.get_secret_value(), "MACHINE_SHARED_DIR": str(tmp_path / "shared")}
        return served(tmp_path / name, environ={**common, "MACHINE_ID": name, **more})

    async with started("plain") as plain:
        form = {"name": "painter", "description": "Paints.", "instructions": "Paint."}
        made = await plain.admin.post("/api/agents", json=form)
        assert made.status_code == 201, made.text
        task = (await plain.admin.post("/api/tasks", json={"message": "paint", "agent": "painter"})).json()
        async with asyncio.timeout(60):
            while (await plain.admin.get(f"/api/tasks/{task['task_id']}")).json()["status"] != "completed":
                await asyncio.sleep(0.1)
        changed = await plain.admin.put("/api/agents/painter", json={**form, "labels": ["gpu"]})
        assert changed.status_code == 200, changed.text
        said = await plain.admin.post(f"/api/tasks/{task['task_id']}/input", json={"message": "more"})
        follow_up = said.json()["task_id"]
        detail = (await plain.admin.get(f"/api/tasks/{follow_up}")).json()
        assert detail["waits_for"] == "No machine that is ready has the label gpu, which painter asks for."
        async with started("able", MACHINE_LABELS="gpu"), asyncio.timeout(60):
            while (detail := (await plain.admin.get(f"/api/tasks/{follow_up}")).json())["status"] != "completed":
                await asyncio.sleep(0.1)
        assert detail["machine_id"] == "able"
        said = await plain.admin.get(f"/api/tasks/{follow_up}/events")
        assert "were fetched as plain left them" in said.text


async def test_what_each_machine_says_of_itself_is_in_the_database_and_not_over_http(
    fleet: tuple[Served, Served],
) -> None:
    web, worker = fleet
    store = worker.room.api.machines._store
    async with asyncio.timeout(30):
        while (said := (await store.get("w.1")).facts).cli_version is None:
            await asyncio.sleep(0.1)
    assert said.cli_version[0].isdigit()
    assert (said.redis, said.shared_dir, said.lease_seconds) == ("unset", "unset", 3)
    assert said.keys is not None
    offset = (await store.get("w.1")).clock_offset_seconds
    assert offset is not None
    assert abs(offset) < 1
    assert "facts" not in (await machines(web))["w.1"]
