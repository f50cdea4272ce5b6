"""However a webhook is made, by chat, by form or by upload: after a restart, a signed merge request ends in a note."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.integration.test_webhook_replies_whole import TOKEN, merge_request
from tests.support.api import Served, served
from tests.support.provider_api import ProviderApi, provider_api

NAME = "gitlab-merge-requests"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderApi]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with provider_api() as serving:
        yield serving


def whole(api: ProviderApi) -> dict[str, Any]:
    trigger = {"events": ["merge_request.open"], "agent": "planning", "prompt": "Plan: {{ title }}.", "reply": True}
    reply = {"token_ref": "GITLAB_TOKEN"}
    return {"name": NAME, "provider": "gitlab", "base_url": api.url, "reply": reply, "triggers": [trigger]}


async def by_chat(machine: Served, api: ProviderApi) -> None:
    """Asked for in a sentence; how to reply is added on its page."""
    said = await machine.admin.post("/api/chat", json={"message": "Create a webhook for GitLab merge requests"})
    async with asyncio.timeout(60):
        async for _ in machine.room.engine.manager.stream_output(said.json()["task_id"]):
            pass
    assert [item["name"] for item in (await machine.admin.get("/api/webhooks")).json()["items"]] == [NAME]
    changed = await machine.admin.put(f"/api/webhooks/{NAME}", json=whole(api))
    assert changed.status_code == 200, changed.text


async def by_form(machine: Served, api: ProviderApi) -> None:
    made = await machine.admin.post("/api/webhooks", json={**whole(api), "secret": "of the first day, 16+"})
    assert made.status_code == 201, made.text


async def by_upload(machine: Served, api: ProviderApi) -> None:
    text = yaml.safe_dump({**whole(api), "secret": "of the first day, 16+"})
    made = await machine.admin.post("/api/webhooks/upload", files={"files": (f"{NAME}.yaml", text.encode())})
    assert made.status_code == 201, made.text


@pytest.mark.parametrize("make", [by_chat, by_form, by_upload])
async def test_a_merge_request_ends_in_a_note_after_a_restart(tmp_path: Path, api: ProviderApi, make: Any) -> None:
    async with served(tmp_path / "data") as machine:
        assert (await machine.admin.put("/api/env/GITLAB_TOKEN", json={"value": TOKEN})).status_code in (200, 201)
        await make(machine, api)
        secret = (await machine.admin.post(f"/api/webhooks/{NAME}/secret")).json()["secret"]
    async with served(tmp_path / "data") as machine:
        headers = {"content-type": "application/json", "x-gitlab-event": "Merge Request Hook", "x-gitlab-token": secret}
        taken = await machine.client().post(f"/webhooks/{NAME}", content=merge_request(), headers=headers)
        assert taken.status_code == 202, taken.text
        (task_id,) = taken.json()["task_ids"]
        async with asyncio.timeout(60):
            while not api.posts():
                await asyncio.sleep(0.05)
        task = (await machine.admin.get(f"/api/tasks/{task_id}")).json()
        assert (task["status"], task["source"]) == ("completed", "webhook")
    (posted,) = api.posts()
    assert posted.path == "/api/v4/projects/31/merge_requests/4/notes"
    assert posted.headers["private-token"] == TOKEN
    assert posted.body["body"].startswith(task["result"].strip()[:40])
