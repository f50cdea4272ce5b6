"""Triggers in a running machine: what is busy, replaced, gone on with, paused; on the real CLI, and over a restart."""

import asyncio
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.support.api import Served, served
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, processes_of, workbench

from machine.app.machine_room import FAILED_SIGNATURES
from machine.demo.replies import Reply
from machine.domain.task import Task, TaskStatus
from machine.domain.triggering import PAUSE_AFTER
from machine.domain.webhook import Delivery, WebhookForm
from machine.engine.webhook_intake import Received
from machine.webhooks.headers import Headers

SECRET = "a-long-enough-secret"


def form(**trigger: Any) -> dict[str, Any]:
    """A webhook whose events are about one thing each, called by its `thing`."""
    usual = {"events": ["*"], "agent": "planning", "concurrency_key": "{{ payload.thing }}", "prompt": "{{ title }}"}
    return {"name": "events", "provider": "generic", "secret": SECRET, "triggers": [{**usual, **trigger}]}


def event(title: str, thing: str = "a", **more: str) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a delivery, each another one."""
    body = json.dumps({"type": "note", "title": title, "thing": thing, "id": str(uuid4()), **more}).encode()
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return body, {"content-type": "application/json", "x-signature": digest}


async def set_up(bench: Workbench, **trigger: Any) -> None:
    webhook = WebhookForm.model_validate(form(**trigger))
    await bench.room.api.creator.create_webhook(webhook, bench.principal, replace_it=True)


async def arrive(bench: Workbench, title: str, thing: str = "a", **more: str) -> Delivery:
    body, sent = event(title, thing, **more)
    headers = Headers([(key.encode(), value.encode()) for key, value in sent.items()])
    received = await bench.room.api.webhooks.intake.receive("events", headers, body)
    assert isinstance(received, Received)
    return received.delivery


async def started(bench: Workbench, title: str, thing: str = "a", **more: str) -> Task:
    (task_id,) = (await arrive(bench, title, thing, **more)).task_ids
    return await bench.task(task_id)


async def post(machine: Served, title: str, *, secret: str | None = None) -> tuple[int, dict[str, Any]]:
    body, headers = event(title)
    if secret is not None:
        headers["x-signature"] = secret
    answer = await machine.client().post("/webhooks/events", content=body, headers=headers)
    return answer.status_code, {
        **answer.json(),
        **{key: answer.headers[key] for key in ("retry-after",) if key in answer.headers},
    }


# --- busy -----------------------------------------------------------------------------------------------------------


async def test_of_two_deliveries_at_the_same_time_one_passes_skip_and_both_are_stored(tmp_path: Path) -> None:
    async with served(tmp_path / "data") as machine:
        assert (await machine.admin.post("/api/webhooks", json=form(when_busy="skip"))).status_code == 201
        answers = await asyncio.gather(post(machine, "demo:slow"), post(machine, "demo:slow"))
        assert sorted(status for status, _ in answers) == [200, 202]
        (skipped,) = [answer for status, answer in answers if status == 200]
        (task_id,) = [answer["task_ids"][0] for status, answer in answers if status == 202]
        assert skipped["ignored"] == f"Trigger #1 is busy with {task_id} and skips this event."
        listed = (await machine.admin.get("/api/webhooks/events/deliveries")).json()["items"]
        assert {one["outcome"] for one in listed} == {"accepted", "ignored"}
        replay = f"/api/webhooks/events/deliveries/{skipped['delivery_id']}/replay"
        assert (await machine.admin.post(replay)).status_code == 200, "it is still busy"
        await machine.admin.post(f"/api/tasks/{task_id}/stop", json={"mode": "stop"})
        assert (await machine.admin.post(replay)).status_code == 202


async def test_what_runs_is_stopped_for_what_replaces_it_and_leaves_no_process(tmp_path: Path) -> None:
    model = ScriptedModel("Done.").on("first", Reply.text("word " * 400, word_delay_seconds=0.1))
    async with workbench(tmp_path / "data", model) as bench:
        await set_up(bench, when_busy="replace")
        old = await started(bench, "first")
        other = await started(bench, "another thing", "b")
        await bench.says(old, "word")
        new = await started(bench, "second")
        assert new.source_metadata["replaces"] == [old.task_id]
        assert (await bench.ended(new)).status is TaskStatus.COMPLETED
        assert (await bench.task(old.task_id)).status is TaskStatus.CANCELLED
        assert await asyncio.to_thread(processes_of, old.task_id) == []
        assert (await bench.ended(other)).status is TaskStatus.COMPLETED


async def test_what_was_to_be_replaced_when_the_daemon_died_is_stopped_at_the_next_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    model = ScriptedModel("Done.").on("first", Reply.text("word " * 400, word_delay_seconds=0.1))
    async with workbench(data, model) as bench:
        await set_up(bench, when_busy="replace")
        old = await started(bench, "first")
        await bench.says(old, "word")
        bench.room.engine.manager.stop_claiming()
        # The daemon dies between storing and stopping: nobody hears what is to be replaced.
        bench.room.api.webhooks.intake._replaced = lambda _: None
        new = await started(bench, "second")
        assert (await bench.task(old.task_id)).status is TaskStatus.RUNNING
    async with workbench(data, model) as bench:
        assert (await bench.task(old.task_id)).status is TaskStatus.CANCELLED
        assert (await bench.ended(new)).status is TaskStatus.COMPLETED


# --- going on -------------------------------------------------------------------------------------------------------


async def test_an_event_continues_the_conversation_of_its_key_on_the_real_cli(tmp_path: Path) -> None:
    model = ScriptedModel("Understood.")
    async with workbench(tmp_path / "data", model) as bench:
        await set_up(bench, when_busy="continue")
        first = await bench.ended(await started(bench, "The lamp is broken."))
        second = await bench.ended(await started(bench, "It is the one in the hall."))
        assert second.status is TaskStatus.COMPLETED, second.failure
        assert (second.claude_session_id, second.workspace) == (first.claude_session_id, first.workspace)
        asked = json.dumps(model.requests[-1].user_texts)
        assert "The lamp is broken." in asked
        assert "It is the one in the hall." in asked
        payload = tmp_path / "data" / "workspaces" / second.workspace / "webhook-payload.json"
        assert json.loads(payload.read_text())["title"] == "It is the one in the hall."
        other = await bench.ended(await started(bench, "Another lamp.", "b"))
        assert "The lamp is broken." not in json.dumps(model.requests[-1].user_texts)
        assert other.claude_session_id != first.claude_session_id


async def test_what_comes_while_the_conversation_is_busy_is_its_next_task_over_a_restart_as_well(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    model = ScriptedModel("Done.").on("first", Reply.text("word " * 400, word_delay_seconds=0.1))
    async with workbench(data, model) as bench:
        await set_up(bench, when_busy="continue")
        first = await started(bench, "first")
        await bench.says(first, "word")
        second = await started(bench, "second")
        assert (second.status, second.conversation_id) == (TaskStatus.QUEUED, first.conversation_id)
    model = ScriptedModel("Done.")
    async with workbench(data, model) as bench:
        assert (await bench.ended(second)).status is TaskStatus.COMPLETED
        assert (await bench.task(first.task_id)).status is TaskStatus.COMPLETED, "it went on before the second began"
        asked = json.dumps(model.requests[-1].user_texts)
        assert "first" in asked
        assert "second" in asked


async def test_strangers_do_not_continue_a_trusted_conversation(tmp_path: Path) -> None:
    model = ScriptedModel("Done.")
    async with workbench(tmp_path / "data", model) as bench:
        scheme = {"actor_path": "actor"}
        who = [{"id": "ann"}]
        webhook = {**form(when_busy="continue", who=who, others="untrusted"), "scheme": scheme}
        await bench.room.api.creator.create_webhook(
            WebhookForm.model_validate(webhook), bench.principal, replace_it=True
        )

        async def said_by(actor: str) -> Task:
            return await bench.ended(await started(bench, actor, actor=actor))

        trusted, stranger = await said_by("ann"), await said_by("mallory")
        assert stranger.conversation_id != trusted.conversation_id
        assert "Bash" not in model.requests[-1].tools
        again = await said_by("ann")
        assert again.conversation_id == trusted.conversation_id
        assert "mallory" not in json.dumps(model.requests[-1].user_texts)
        assert "Bash" in model.requests[-1].tools


# --- limits ---------------------------------------------------------------------------------------------------------


async def test_what_is_over_the_rate_is_acknowledged_stored_and_can_be_replayed(tmp_path: Path) -> None:
    async with served(tmp_path / "data") as machine:
        await machine.admin.post("/api/webhooks", json=form(rate_per_minute=2))
        answers = [await post(machine, "Look.") for _ in range(3)]
        assert [status for status, _ in answers] == [202, 202, 200]
        assert answers[2][1]["ignored"] == "Trigger #1 is over its rate limit of 2 a minute."
        (newest, *_) = (await machine.admin.get("/api/webhooks/events/deliveries")).json()["items"]
        assert (newest["outcome"], newest["why"]) == ("ignored", answers[2][1]["ignored"])
        await machine.admin.put("/api/webhooks/events", json=form(rate_per_minute=6000))
        await asyncio.sleep(0.1)  # at 100 a second there is room again
        replayed = await machine.admin.post(f"/api/webhooks/events/deliveries/{newest['delivery_id']}/replay")
        assert replayed.status_code == 202


async def test_a_trigger_whose_tasks_fail_is_paused_shown_and_resumed_by_a_person(tmp_path: Path) -> None:
    async with served(tmp_path / "data") as machine:
        await machine.admin.post("/api/webhooks", json=form(concurrency_key="{{ payload.id }}"))
        for _ in range(PAUSE_AFTER):
            status, answer = await post(machine, "demo:fail")
            assert status == 202, answer
            await ended(machine, answer["task_ids"][0])
        status, answer = await post(machine, "Look.")
        assert (status, answer["ignored"].split(":")[0]) == (200, "Trigger #1 is paused")
        (paused,) = (await machine.admin.get("/api/webhooks/events")).json()["paused"]
        assert (paused["trigger"], "5 of its tasks failed in a row" in paused["why"]) == ("#1", True)
        assert (await machine.admin.get("/api/webhooks")).json()["items"][0]["paused"] == [paused]
        assert (await machine.admin.post("/api/webhooks/nobody/resume")).status_code == 404
        assert (await machine.admin.post("/api/webhooks/events/resume")).json() == {"resumed": 1}
        assert (await machine.admin.get("/api/webhooks/events")).json()["paused"] == []
        replayed = await machine.admin.post(f"/api/webhooks/events/deliveries/{answer['delivery_id']}/replay")
        assert replayed.status_code == 202


async def test_a_deleted_webhook_takes_its_pause_with_it(tmp_path: Path) -> None:
    async with served(tmp_path / "data") as machine:
        await machine.admin.post("/api/webhooks", json=form(rate_per_minute=1))
        assert [(await post(machine, "Look."))[0] for _ in range(2)] == [202, 200]
        await machine.admin.delete("/api/webhooks/events")
        await machine.admin.post("/api/webhooks", json=form(rate_per_minute=1))
        assert (await post(machine, "Look."))[0] == 202


async def test_an_address_that_signs_wrongly_again_and_again_is_told_to_wait_and_right_ones_pass(
    tmp_path: Path,
) -> None:
    async with served(tmp_path / "data") as machine:
        await machine.admin.post("/api/webhooks", json=form())
        statuses = [(await post(machine, "Look.", secret="0" * 64))[0] for _ in range(FAILED_SIGNATURES + 2)]
        assert statuses[:FAILED_SIGNATURES] == [401] * FAILED_SIGNATURES
        status, answer = await post(machine, "Look.", secret="0" * 64)
        assert (status, answer["code"], 1 <= int(answer["retry-after"]) <= 60) == (429, "too_many_attempts", True)
        assert (await post(machine, "Look."))[0] == 202


async def ended(machine: Served, task_id: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while (task := (await machine.admin.get(f"/api/tasks/{task_id}")).json())["status"] not in (
            "failed",
            "completed",
        ):
            await asyncio.sleep(0.05)
    assert task["status"] == "failed", task
    return dict(task)
