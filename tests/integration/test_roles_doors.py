"""What a web process and a worker answer over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from tests.support.api import Served, served

ENDED = ("completed", "failed", "cancelled")


def in_role(folder: Path, url: SecretStr, role: str, machine_id: str) -> AbstractAsyncContextManager[Served]:
    """A demo machine that shares the database at `url`."""
    shared = {"DATABASE_URL": url.get_secret_value()}
    return served(folder / machine_id, environ={"MACHINE_ROLE": role, "MACHINE_ID": machine_id, **shared})


@pytest.fixture
async def web(tmp_path: Path, postgres_url: SecretStr) -> AsyncIterator[Served]:
    async with in_role(tmp_path, postgres_url, "web", "web-1") as web:
        yield web


@pytest.fixture
async def worker(tmp_path: Path, postgres_url: SecretStr, web: Served) -> AsyncIterator[Served]:
    async with in_role(tmp_path, postgres_url, "worker", "w1") as worker:
        yield worker


async def until(web: Served, task_id: str, *status: str) -> Any:
    """The task once it is in one of `status`."""
    async with asyncio.timeout(30):
        while True:
            task = (await web.admin.get(f"/api/tasks/{task_id}")).json()
            if task["status"] in status:
                return task
            await asyncio.sleep(0.1)


async def test_a_worker_answers_health_and_figures_and_says_who_answers_the_rest(worker: Served) -> None:
    assert (await worker.client().get("/healthz")).json()["machine_id"] == "w1"
    assert (await worker.client().get("/readyz")).status_code == 200
    assert (await worker.admin.get("/metrics")).status_code == 200
    assert (await worker.client().get("/metrics")).status_code == 401
    for method, path in (("GET", "/api/tasks"), ("POST", "/api/tasks"), ("GET", "/"), ("POST", "/webhooks/x")):
        refused = await worker.admin.request(method, path, json={} if method == "POST" else None)
        assert refused.status_code == 404
        assert "w1 is a worker" in refused.json()["detail"]
    assert (await worker.client().get("/api/tasks")).status_code == 401


async def test_a_web_process_says_its_role_and_the_slots_and_the_login_of_the_workers(
    web: Served, worker: Served
) -> None:
    async with asyncio.timeout(20):
        while (status := (await web.admin.get("/api/status")).json())["auth"]["state"] != "demo":
            await asyncio.sleep(0.2)
    assert status["role"] == "web"
    assert status["machine"]["slots"] == worker.room.api.settings.max_concurrent_tasks
    assert all(one["message"].startswith("On w1: ") for one in status["warnings"])
    refused = await web.admin.post("/api/credentials/validate")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "demo uses no login" in refused.json()["detail"]


async def test_a_question_is_answered_and_a_task_is_stopped_through_the_web_process(
    web: Served, worker: Served
) -> None:
    made = (await web.admin.post("/api/tasks", json={"message": "demo:ask", "agent": "executor"})).json()["task_id"]
    await until(web, made, "waiting_input")
    [card] = (await web.admin.get("/api/approvals")).json()["items"]
    question = card["input"]["questions"][0]
    answers = {question["question"]: question["options"][0]["label"]}
    answered = await web.admin.post(
        f"/api/approvals/{card['approval_id']}", json={"decision": "allow", "answers": answers}
    )
    assert (answered.status_code, answered.json()["status"]) == (200, "answered"), answered.text
    assert (await until(web, made, *ENDED))["status"] == "completed"

    slow = (await web.admin.post("/api/tasks", json={"message": "demo:slow", "agent": "executor"})).json()["task_id"]
    await until(web, slow, "running")
    stopped = await web.admin.post(f"/api/tasks/{slow}/stop", json={"mode": "stop"})
    assert (stopped.status_code, stopped.json()["status"]) == (200, "cancelled"), stopped.text
    files = await web.admin.get(f"/api/tasks/{made}/files")
    assert files.status_code == 200, files.text
    assert any(entry["name"] == "CLAUDE.md" for entry in files.json()["entries"])


async def test_files_are_not_attached_where_they_would_not_arrive(web: Served) -> None:
    refused = await web.admin.post("/api/attachments", files={"files": ("a.txt", b"hello", "text/plain")})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict"), refused.text


async def test_two_daemons_of_one_database_keep_each_their_own_token(web: Served, worker: Served) -> None:
    from machine.app.daemon import _own_token

    first = await _own_token(web.room)
    await _own_token(worker.room)
    assert (await web.client(first).get("/api/status")).status_code == 200
    await _own_token(web.room)
    assert (await web.client(first).get("/api/status")).status_code == 401
