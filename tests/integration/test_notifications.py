"""Notifications of a whole machine, told to a real server: once, signed, tried again, given up; and what is not."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.api import Served, resting_task, served
from tests.support.receiver import Posted, Receiver, receiver

from machine.domain.errors import BadRequest
from machine.domain.notification import NoticeState, checked_address
from machine.domain.task import Lane, Task, TaskStatus
from machine.engine import notifier
from machine.webhooks.headers import Headers
from machine.webhooks.signatures import Verified, check_standard

ALL = ["completed", "failed", "cancelled", "waiting"]


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setattr(notifier, "DELAYS_SECONDS", (0.0, 0.0))
    monkeypatch.setattr(notifier, "MAX_ATTEMPTS", 3)
    monkeypatch.setattr(notifier, "LOOK_SECONDS", 0.05)
    with receiver() as serving:
        yield serving


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data", environ={"PUBLIC_URL": "https://m.example/"}) as running:
        yield running


async def add(machine: Served, there: Receiver, **changes: Any) -> dict[str, Any]:
    form = {"name": "ops", "kind": "webhook", "url": f"{there.url}/s3cret-path", "occasions": ALL, **changes}
    answer = await machine.admin.post("/api/notifications", json=form)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def last(machine: Served, name: str = "ops") -> dict[str, Any]:
    items = (await machine.admin.get("/api/notifications")).json()["items"]
    return next(dict(one["last"] or {}) for one in items if one["name"] == name)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(40):
        while not await true():
            await asyncio.sleep(0.05)


async def until_over(machine: Served, name: str = "ops") -> dict[str, Any]:
    async def is_over() -> bool:
        return (await last(machine, name)).get("state") in ("sent", "given_up")

    await until(is_over)
    return await last(machine, name)


async def ends(machine: Served, task: Task, status: TaskStatus = TaskStatus.FAILED) -> None:
    room = machine.room.api
    await room.tasks.move(task, task.moved_to(status, room.clock()), [])


def verified(post: Posted, secret: str, machine: Served) -> bool:
    headers = Headers([(name.encode(), value.encode()) for name, value in post.headers.items()])
    return isinstance(check_standard(headers, post.body, secret, machine.room.api.clock()), Verified)


async def test_a_task_of_the_real_cli_that_ends_is_told_once_and_signed(machine: Served, there: Receiver) -> None:
    secret = (await add(machine, there))["signing_secret"]
    made = (await machine.admin.post("/api/tasks", json={"message": "Say hello.", "agent": "executor"})).json()
    end = await until_over(machine)
    assert (end["state"], end["attempts"], end["task_id"]) == ("sent", 1, made["task_id"])
    (post,) = there.posts
    said = json.loads(post.body)
    assert verified(post, secret, machine)
    assert not verified(Posted(post.path, post.headers, post.body + b" "), secret, machine)
    assert (said["type"], said["data"]["task_id"]) == ("task.completed", made["task_id"])
    assert said["data"]["url"] == f"https://m.example/tasks/{made['task_id']}"
    assert said["data"]["result"]


async def test_a_task_that_asks_is_told_when_it_begins_to_wait(machine: Served, there: Receiver) -> None:
    await add(machine, there, kind="slack", occasions=["waiting"])
    wish = {"message": "demo:permission", "agent": "executor", "title": "<!channel> & <https://evil.example|click>"}
    made = (await machine.admin.post("/api/tasks", json=wish)).json()
    assert (await until_over(machine))["state"] == "sent"
    (post,) = there.posts
    text = json.loads(post.body)["text"]
    assert text.startswith("*&lt;!channel&gt; &amp; &lt;https://evil.example|click&gt;* waits for an answer. executor")
    assert text.endswith(f"<https://m.example/tasks/{made['task_id']}|Open the task>")
    await machine.admin.post(f"/api/tasks/{made['task_id']}/stop", json={"mode": "stop"})
    assert (await last(machine))["occasion"] == "waiting"


async def test_a_failure_is_tried_again_under_the_same_id(machine: Served, there: Receiver) -> None:
    there.steps = [503, "drop"]
    await add(machine, there)
    await ends(machine, await resting_task(machine))
    end = await until_over(machine)
    assert (end["state"], end["attempts"], end["last_error"]) == ("sent", 3, "")
    assert len({post.headers["webhook-id"] for post in there.posts}) == 1
    assert len(there.posts) == 3


@pytest.mark.parametrize(("steps", "attempts"), [([404], 1), ([503, 503, 503], 3)])
async def test_what_does_not_help_is_given_up(
    machine: Served, there: Receiver, steps: list[int], attempts: int
) -> None:
    there.steps = list(steps)
    await add(machine, there)
    await ends(machine, await resting_task(machine))
    end = await until_over(machine)
    assert (end["state"], end["attempts"]) == ("given_up", attempts)
    assert end["last_error"] == f"It was answered with {steps[-1]}."
    assert len(there.posts) == attempts


async def test_in_slack_nothing_is_said_twice(machine: Served, there: Receiver) -> None:
    there.steps = ["drop"]
    await add(machine, there, kind="slack")
    await ends(machine, await resting_task(machine))
    assert (await until_over(machine))["state"] == "given_up"
    assert len(there.posts) == 1


@pytest.mark.parametrize(("kind", "state", "posts"), [("webhook", "sent", 1), ("slack", "given_up", 0)])
async def test_a_notice_whose_daemon_died_is_sent_again_only_where_that_is_known(
    machine: Served, there: Receiver, kind: str, state: str, posts: int
) -> None:
    await add(machine, there, kind=kind, occasions=["failed"])
    await machine.admin.patch("/api/notifications/ops", json={"occasions": ["completed"]})
    task = await resting_task(machine)
    moment = "2026-01-01T00:00:00.000000Z"
    row = ("notice_x", "ops", task.task_id, "failed", NoticeState.SENDING.value, 1, moment, "", moment, moment)
    with sqlite3.connect(machine.room.api.settings.database_file, timeout=10) as database:
        database.execute("INSERT INTO notices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    assert (await until_over(machine))["state"] == state
    assert [post.headers.get("webhook-id") for post in there.posts] == ["notice_x"] * posts


async def test_only_what_was_asked_for_is_told(machine: Served, there: Receiver) -> None:
    await add(machine, there, occasions=["completed"])
    await ends(machine, await resting_task(machine), TaskStatus.FAILED)
    assert await last(machine) == {}
    await machine.admin.patch("/api/notifications/ops", json={"occasions": ["failed"], "enabled": False})
    await ends(machine, await resting_task(machine), TaskStatus.FAILED)
    assert await last(machine) == {}
    await machine.admin.patch("/api/notifications/ops", json={"enabled": True})
    await ends(machine, await resting_task(machine), TaskStatus.FAILED)
    assert (await until_over(machine))["state"] == "sent"
    assert len(there.posts) == 1


async def test_an_answer_of_the_chat_is_not_told(machine: Served, there: Receiver) -> None:
    await add(machine, there)
    task = await resting_task(machine)
    with sqlite3.connect(machine.room.api.settings.database_file, timeout=10) as database:
        database.execute("UPDATE tasks SET lane = ? WHERE task_id = ?", (Lane.CHAT.value, task.task_id))
    await ends(machine, await machine.room.api.tasks.get(task.task_id))
    assert await last(machine) == {}


async def test_the_address_goes_in_and_never_comes_out(machine: Served, there: Receiver, tmp_path: Path) -> None:
    made = await add(machine, there)
    assert made["signing_secret"].startswith("whsec_")
    listed = (await machine.admin.get("/api/notifications")).text
    audited = (await machine.admin.get("/api/audit")).text
    for text in (json.dumps({**made, "signing_secret": ""}), listed, audited):
        assert "s3cret-path" not in text
        assert made["signing_secret"] not in text
    kept = [path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert not any(b"s3cret-path" in content for content in kept)
    there.steps = [500]
    tested = (await machine.admin.post("/api/notifications/ops/test")).json()
    assert tested == {"arrived": False, "why": "It was answered with 500."}
    assert (await machine.admin.post("/api/notifications/ops/test")).json()["arrived"]
    assert json.loads(there.posts[1].body)["type"] == "test"
    assert (await machine.admin.delete("/api/notifications/ops")).status_code == 204
    assert list((tmp_path / "data" / "credentials" / "channels").iterdir()) == []
    assert (await machine.admin.post("/api/notifications/ops/test")).status_code == 404


async def test_a_name_that_is_taken_keeps_its_address(machine: Served, there: Receiver) -> None:
    await add(machine, there)
    form = {"name": "ops", "kind": "slack", "url": "https://hooks.example.com/other", "occasions": ["failed"]}
    assert (await machine.admin.post("/api/notifications", json=form)).status_code == 409
    assert (await machine.admin.post("/api/notifications/ops/test")).json()["arrived"]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/x",
        "example.com/hook",
        "https://",
        "http://example.com/hook",
        "https://user:password@example.com/",
        "https://169.254.169.254/latest/meta-data",
        "http://[fe80::1]/",
        "https://0.0.0.0/",
        "https://example.com/a b",
        "https://example.com:99999/",
        "https://[::1",
    ],
)
def test_an_address_that_is_none_or_leads_where_clouds_keep_keys_is_refused(url: str) -> None:
    with pytest.raises(BadRequest, match="not taken"):
        checked_address(url)


def test_private_networks_may_be_told_without_encryption() -> None:
    urls = ("https://hooks.slack.com/services/T/B/x", "http://10.0.0.3:8065/hooks/x", "http://localhost:1/")
    assert [checked_address(url) for url in urls] == ["hooks.slack.com", "10.0.0.3", "localhost"]
