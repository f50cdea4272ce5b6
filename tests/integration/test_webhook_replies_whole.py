"""Replies of a whole machine: from a signed merge request over the real CLI to a note on a server, and no further."""

import asyncio
import json
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.api import served
from tests.support.daemon import DaemonProcess, demo_daemon_on
from tests.support.provider_api import ProviderApi, provider_api

from machine.auth.secrets import open_secrets
from machine.domain.clock import utc_now
from machine.domain.redaction import Redactor
from machine.settings import read_settings
from machine.webhooks.replies import mark_in

SAMPLES = Path(__file__).resolve().parents[1] / "data" / "webhooks"
SECRET = "a-long-enough-secret"
TOKEN = "glpat-of-the-test"
TRIGGER = {"events": ["merge_request.*", "note.*"], "agent": "planning", "prompt": "Plan: {{ title }}.", "reply": True}
HOOK = {"name": "reviews", "provider": "gitlab", "secret": SECRET, "reply": {"token_ref": "GITLAB_TOKEN"}}


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderApi]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with provider_api() as serving:
        yield serving


async def give_token(data_dir: Path) -> None:
    settings = read_settings({}, data_dir=data_dir)
    key, key_file = settings.secret_key, settings.secret_key_file

    def opened() -> Any:
        return open_secrets(settings.variables_dir, key=key, key_file=key_file, clock=utc_now, redactor=Redactor())

    secrets = await asyncio.to_thread(opened)
    await secrets.set({"GITLAB_TOKEN": TOKEN}, by="tests")


def merge_request(branch: str = "") -> bytes:
    payload = json.loads((SAMPLES / "gitlab_merge_request.json").read_text())
    if branch:
        payload["object_attributes"]["source_branch"] = branch
    return json.dumps(payload).encode()


def note(text: str) -> bytes:
    payload = json.loads((SAMPLES / "gitlab_note.json").read_text())
    payload["object_attributes"]["note"] = text
    return json.dumps(payload).encode()


def signed(event: str, number: int) -> dict[str, str]:
    return {
        "content-type": "application/json",
        "x-gitlab-event": event,
        "x-gitlab-token": SECRET,
        "idempotency-key": f"delivery-{number}",
    }


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(40):
        while not await true():
            await asyncio.sleep(0.05)


async def test_a_merge_request_gets_a_note_with_the_result_and_the_note_starts_nothing(
    tmp_path: Path, api: ProviderApi
) -> None:
    await give_token(tmp_path / "data")
    async with served(tmp_path / "data", environ={"PUBLIC_URL": "https://m.example"}) as machine:
        form = {**HOOK, "base_url": api.url, "triggers": [TRIGGER]}
        made = await machine.admin.post("/api/webhooks", json=form)
        assert made.status_code == 201, made.text
        assert (made.json()["base_url"], made.json()["reply"]["token_ref"]) == (api.url, "GITLAB_TOKEN")

        async def deliver(body: bytes, event: str, number: int) -> dict[str, Any]:
            answer = await machine.client().post("/webhooks/reviews", content=body, headers=signed(event, number))
            assert answer.status_code in (200, 202), answer.text
            return dict(answer.json())

        (task_id,) = (await deliver(merge_request(), "Merge Request Hook", 1))["task_ids"]

        async def view(of: str = task_id) -> dict[str, Any]:
            return dict((await machine.admin.get(f"/api/tasks/{of}")).json())

        async def is_sent() -> bool:
            return ((await view())["reply"] or {}).get("state") == "sent"

        await until(is_sent)
        (posted,) = api.posts()
        assert posted.path == "/api/v4/projects/31/merge_requests/4/notes"
        assert posted.headers["private-token"] == TOKEN
        said, task = posted.body["body"], await view()
        assert said.startswith(task["result"].strip()[:40])
        assert f"(demo) · [task](https://m.example/tasks/{task_id})_" in said
        assert (found := mark_in(said)) is not None
        assert (found.task_id, found.hops) == (task_id, 1)
        again = await machine.admin.post(f"/api/tasks/{task_id}/reply")
        assert (again.status_code, again.json()["code"]) == (409, "conflict")

        assert "reply of this machine" in (await deliver(note(said), "Note Hook", 2))["ignored"]
        (caused,) = (await deliver(merge_request(f"machine/{task_id}"), "Merge Request Hook", 3))["task_ids"]
        (next_one,) = (await deliver(merge_request(f"machine/{caused}"), "Merge Request Hook", 4))["task_ids"]
        assert [(await view(one))["source_metadata"]["hops"] for one in (task_id, caused, next_one)] == [0, 1, 2]
        too_far = await deliver(merge_request(f"machine/{next_one}"), "Merge Request Hook", 5)
        assert "over 3 steps; 2 are allowed" in too_far["ignored"]
        assert TOKEN not in json.dumps([await view(), (await machine.admin.get("/api/webhooks")).json()])


async def test_a_reply_that_is_refused_is_said_at_the_task_and_can_be_tried_by_hand(
    tmp_path: Path, api: ProviderApi
) -> None:
    await give_token(tmp_path / "data")
    api.steps = [403]
    async with served(tmp_path / "data") as machine:
        form = {**HOOK, "base_url": api.url, "triggers": [TRIGGER]}
        assert (await machine.admin.post("/api/webhooks", json=form)).status_code == 201
        answer = await machine.client().post(
            "/webhooks/reviews", content=merge_request(), headers=signed("Merge Request Hook", 1)
        )
        (task_id,) = answer.json()["task_ids"]
        early = await machine.admin.post(f"/api/tasks/{task_id}/reply")
        assert early.status_code == 404

        async def state(wanted: str) -> bool:
            seen = (await machine.admin.get(f"/api/tasks/{task_id}")).json()["reply"]
            return bool(seen) and seen["state"] == wanted

        await until(lambda: state("given_up"))
        seen = (await machine.admin.get(f"/api/tasks/{task_id}")).json()["reply"]
        assert (seen["last_error"], seen["next_at"]) == ("the server answered 403: No.", None)
        tried = await machine.admin.post(f"/api/tasks/{task_id}/reply")
        assert (tried.status_code, tried.json()["state"]) == (202, "due")
        await until(lambda: state("sent"))
        assert len(api.comments) == 1


def test_a_machine_that_dies_while_it_replies_does_not_reply_twice(tmp_path: Path, api: ProviderApi) -> None:
    asyncio.run(give_token(tmp_path / "data"))
    api.steps = ["take and hold"]
    with demo_daemon_on(tmp_path / "data") as daemon:
        daemon.post("/api/webhooks", {**HOOK, "base_url": api.url, "triggers": [TRIGGER]})
        request = urllib.request.Request(  # noqa: S310 - loopback only
            f"{daemon.url}/webhooks/reviews", data=merge_request(), headers=signed("Merge Request Hook", 1)
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - loopback only
            (task_id,) = json.loads(answer.read())["task_ids"]
        wait_for(lambda: len(api.comments) == 1)
        assert daemon.get(f"/api/tasks/{task_id}")["reply"]["state"] == "sending"
        daemon.kill9()
        daemon.launch()
        wait_for(lambda: reply_of(daemon, task_id)["state"] == "sent")
        time.sleep(1.5)  # time for what should not happen
        assert [asked.method for asked in api.asked] == ["POST", "GET"]
        assert len(api.comments) == 1
        assert TOKEN not in daemon.log_text()


def reply_of(daemon: DaemonProcess, task_id: str) -> dict[str, Any]:
    return dict(daemon.get(f"/api/tasks/{task_id}")["reply"])


def wait_for(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
