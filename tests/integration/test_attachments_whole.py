"""Files that are attached at a web process, for an agent that runs on a worker."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from tests.support.api import Served, served

Start = Callable[..., AbstractAsyncContextManager[Served]]


@pytest.fixture
def start(tmp_path: Path, postgres_url: SecretStr) -> Start:
    """Starts a demo machine of one fleet, in a role and with settings of its own."""

    def started(role: str, name: str, **environ: str) -> AbstractAsyncContextManager[Served]:
        fleet = {"DATABASE_URL": postgres_url.get_secret_value(), "MACHINE_ROLE": role, "MACHINE_ID": name}
        return served(tmp_path / name, environ={**fleet, **environ})

    return started


@pytest.fixture
async def sharing(start: Start, tmp_path: Path) -> AsyncIterator[tuple[Served, Served]]:
    """A web process and a worker that see the same folder."""
    where = {"MACHINE_SHARED_DIR": str(tmp_path / "shared")}
    async with AsyncExitStack() as stack:
        web = await stack.enter_async_context(start("web", "web-1", **where))
        yield web, await stack.enter_async_context(start("worker", "w1", **where))


async def attached(client: httpx2.AsyncClient) -> httpx2.Response:
    return await client.post("/api/attachments", files=[("files", ("note.txt", b"tea"))])


async def until_ended(web: Served, task_id: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            task: dict[str, Any] = (await web.admin.get(f"/api/tasks/{task_id}")).json()
            if task["status"] in ("completed", "failed", "cancelled"):
                return task
            await asyncio.sleep(0.1)


async def test_what_is_attached_at_a_web_process_lies_before_the_agent_on_a_worker_and_goes_with_its_conversation(
    sharing: tuple[Served, Served], tmp_path: Path
) -> None:
    web, worker = sharing
    sent = (await attached(web.admin)).json()["items"][0]["attachment_id"]
    kept = tmp_path / "shared" / "attachments" / sent
    assert (kept.read_bytes(), oct(kept.stat().st_mode)[-3:]) == (b"tea", "600")
    said = await web.admin.post("/api/tasks", json={"message": "Look.", "agent": "planning", "attachments": [sent]})
    task = await until_ended(web, said.json()["task_id"])
    assert task["status"] == "completed", task["failure"]
    [copy] = (worker.room.api.settings.workspaces_dir).glob("*/attachments/note.txt")
    assert copy.read_bytes() == b"tea"
    shown = await web.admin.get(f"/api/tasks/{task['task_id']}/files/content", params={"path": "attachments/note.txt"})
    assert shown.text == "tea", "brought by the worker, which has the workspace"
    assert list(web.room.api.settings.attachments_dir.iterdir()) == []


async def test_an_attachment_goes_with_its_conversation_wherever_that_is_deleted(
    sharing: tuple[Served, Served], tmp_path: Path
) -> None:
    web, _worker = sharing
    sent = (await attached(web.admin)).json()["items"][0]["attachment_id"]
    chat = (await web.admin.post("/api/chat", json={"message": "Look.", "attachments": [sent]})).json()
    await web.admin.post(f"/api/tasks/{chat['task_id']}/stop", json={"mode": "stop"})
    await until_ended(web, chat["task_id"])
    kept = tmp_path / "shared" / "attachments" / sent
    assert kept.exists()
    gone = await web.admin.delete(f"/api/chat/{chat['conversation_id']}")
    assert gone.status_code < 300, gone.text
    assert not kept.exists()


async def test_a_shared_folder_that_is_not_mounted_any_more_is_said_and_not_made_anew(
    sharing: tuple[Served, Served], tmp_path: Path
) -> None:
    web, _worker = sharing
    await asyncio.to_thread(shutil.rmtree, tmp_path / "shared" / "attachments")
    refused = await attached(web.admin)
    assert refused.status_code == 503
    assert "their folder is not there" in refused.json()["detail"]
    assert not (tmp_path / "shared" / "attachments").exists()


async def test_without_a_shared_folder_attachments_are_refused_with_what_to_do(start: Start) -> None:
    async with start("web", "web-1") as web:
        refused = await attached(web.admin)
        assert refused.status_code == 409
        assert "MACHINE_SHARED_DIR" in refused.json()["hint"]


async def test_a_worker_that_does_not_see_the_shared_folder_fails_the_task_and_says_why(
    start: Start, tmp_path: Path
) -> None:
    async with start("web", "web-1", MACHINE_SHARED_DIR=str(tmp_path / "shared")) as web, start("worker", "w1"):
        sent = (await attached(web.admin)).json()["items"][0]["attachment_id"]
        wish = {"message": "Look.", "agent": "planning", "attachments": [sent]}
        said = await web.admin.post("/api/tasks", json=wish)
        task = await until_ended(web, said.json()["task_id"])
        assert task["status"] == "failed"
        assert "folder that this machine does not see" in task["failure"]["message"]
        assert "MACHINE_SHARED_DIR" in task["failure"]["message"]
