"""From a sentence in the chat to work that another system causes: the whole way, in the demo."""

import asyncio
from pathlib import Path

from tests.support.api import served

from machine.demo import MARKER

MERGE_REQUEST = Path(__file__).parents[1] / "data" / "webhooks" / "gitlab_merge_request.json"


async def test_a_webhook_that_is_asked_for_in_the_chat_starts_a_task_for_a_merge_request(tmp_path: Path) -> None:
    async with served(tmp_path / "data") as machine:
        wish = {"message": "Create a webhook for GitLab merge requests"}
        said = (await machine.admin.post("/api/chat", json=wish)).json()
        async with asyncio.timeout(60):
            async for _ in machine.room.engine.manager.stream_output(said["task_id"]):
                pass
        answer = (await machine.admin.get(f"/api/tasks/{said['task_id']}")).json()["result"]
        (webhook,) = (await machine.admin.get("/api/webhooks")).json()["items"]
        assert (webhook["name"], webhook["provider"]) == ("gitlab-merge-requests", "gitlab")
        assert f"- Address: {webhook['url']}\n- Secret: One was made." in answer
        assert MARKER in answer
        fresh = await machine.admin.post("/api/webhooks/gitlab-merge-requests/secret")
        assert fresh.status_code == 200, fresh.text
        secret = fresh.json()["secret"]

        body = await asyncio.to_thread(MERGE_REQUEST.read_bytes)
        sent = {"content-type": "application/json", "x-gitlab-event": "Merge Request Hook", "x-gitlab-token": secret}
        refused = await machine.client().post(webhook["url"], content=body, headers={**sent, "x-gitlab-token": "x"})
        assert refused.status_code == 401
        taken = await machine.client().post(webhook["url"], content=body, headers=sent)
        assert taken.status_code == 202, taken.text
        (task_id,) = taken.json()["task_ids"]
        async with asyncio.timeout(60):
            async for _ in machine.room.engine.manager.stream_output(task_id):
                pass
        task = (await machine.admin.get(f"/api/tasks/{task_id}")).json()
        assert (task["status"], task["source"], task["assigned_agent"]) == ("completed", "webhook", "planning")
        assert "Oil the hinge" in task["input_message"]
