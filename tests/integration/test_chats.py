"""Conversations with the Brain over HTTP: listed, searched, named, deleted; files that come with a message."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.support.api import Served, person, resting_task, served
from tests.support.model import ScriptedModel
from tests.support.workbench import workbench

from machine.demo.model_request import ModelRequest
from machine.demo.replies import Reply
from machine.domain.principal import Role
from machine.domain.version import VERSION
from machine.engine.attachments import MOST_UNSENT
from machine.store.opening import open_database
from machine.store.past import Past

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


async def say(machine: Served, client: httpx2.AsyncClient, message: str, **more: Any) -> dict[str, Any]:
    """Say it and hear the answer out."""
    answer = await client.post("/api/chat", json={"message": message, **more})
    assert answer.status_code == 201, answer.text
    said = answer.json()
    async with asyncio.timeout(60):
        async for _ in machine.room.engine.manager.stream_output(said["task_id"]):
            pass
    return dict(said)


async def attach(client: httpx2.AsyncClient, *files: tuple[str, bytes]) -> httpx2.Response:
    return await client.post("/api/attachments", files=[("files", file) for file in files])


async def listed(client: httpx2.AsyncClient, query: str = "") -> list[str]:
    answer = await client.get(f"/api/chat{query}")
    assert answer.status_code == 200, answer.text
    return [one["title"] for one in answer.json()["items"]]


async def test_a_conversation_is_one_entry_with_all_its_messages_and_what_they_cost(machine: Served) -> None:
    first = await say(machine, machine.admin, "Say hello to the kettle\nand to the pot")
    other = await say(machine, machine.admin, "Another matter")
    again = await say(machine, machine.admin, "Once more", conversation_id=first["conversation_id"])
    assert again["conversation_id"] == first["conversation_id"]
    items = (await machine.admin.get("/api/chat")).json()["items"]
    assert [one["title"] for one in items] == ["Say hello to the kettle", "Another matter"]
    newest = items[0]
    assert (newest["messages"], newest["task_id"], newest["status"]) == (2, again["task_id"], "completed")
    assert (newest["cost_kind"], newest["conversation_id"]) == ("demo", first["conversation_id"])
    tasks = [(await machine.admin.get(f"/api/tasks/{one['task_id']}")).json() for one in (first, again)]
    assert newest["cost_usd"] == pytest.approx(sum(task["cost_usd"] for task in tasks))
    shown = (await machine.admin.get(f"/api/chat/{first['conversation_id']}?limit=1")).json()
    assert shown["conversation"] == newest
    assert [one["task_id"] for one in shown["items"]] == [again["task_id"]]
    older = (await machine.admin.get(f"/api/chat/{first['conversation_id']}?cursor={shown['next_cursor']}")).json()
    assert [one["task_id"] for one in older["items"]] == [first["task_id"]]
    assert older["next_cursor"] is None
    assert other["conversation_id"] != first["conversation_id"]


async def test_the_list_comes_in_pages_and_holds_conversations_with_the_brain_alone(machine: Served) -> None:
    for number in range(5):
        await resting_task(machine, message=f"Message {number}", with_brain=True)
    await resting_task(machine, message="Work of another agent")
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await machine.admin.get(f"/api/chat?limit=2{cursor and '&cursor='}{cursor}")).json()
        seen += [one["conversation_id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)
    assert (await machine.admin.get("/api/chat?cursor=nonsense")).status_code == 400


async def test_a_description_is_no_conversation(machine: Served) -> None:
    made = await machine.admin.post("/api/agents/describe", json={"description": "Reads logs."}, timeout=60)
    assert made.status_code == 200, made.text
    assert await listed(machine.admin) == []
    [task] = (await machine.admin.get("/api/tasks?lane=chat")).json()["items"]
    assert (task["lane"], task["describes"]) == ("chat", "agent"), "so that nobody looks for its conversation"


async def test_what_a_description_brings_is_no_reply_in_a_chat(machine: Served) -> None:
    async with machine.session() as talk:
        await machine.admin.post("/api/agents/describe", json={"description": "Reads logs."}, timeout=60)
        said = await say(machine, machine.admin, "Plan the tea party")
        assert (await talk.until("chat.reply"))[-1]["data"]["task_id"] == said["task_id"]


async def test_search_finds_titles_messages_and_answers_and_takes_signs_as_they_are(machine: Served) -> None:
    first = await say(machine, machine.admin, "Plan the tea party\nwith 100% of the Oolong_leaves")
    await say(machine, machine.admin, "demo:fail")
    assert await listed(machine.admin, "?search=TEA%20party") == ["Plan the tea party"]
    assert await listed(machine.admin, "?search=oolong_") == ["Plan the tea party"], "in the message"
    assert await listed(machine.admin, "?search=100%25") == ["Plan the tea party"]
    assert await listed(machine.admin, "?search=oolong%25") == [], "a % is a %"
    assert await listed(machine.admin, "?search=oolongXleaves") == [], "an _ is an _"
    result = (await machine.admin.get(f"/api/tasks/{first['task_id']}")).json()["result"]
    assert await listed(machine.admin, f"?search={result.split()[-1]}") == ["Plan the tea party"], "in the answer"
    await machine.admin.patch(f"/api/chat/{first['conversation_id']}", json={"title": "Samovar"})
    assert await listed(machine.admin, "?search=samovar") == ["Samovar"]


async def test_a_conversation_is_renamed_and_takes_its_first_message_again(machine: Served) -> None:
    task = await resting_task(machine, message="Rest.", with_brain=True)
    path = f"/api/chat/{task.conversation_id}"
    renamed = await machine.admin.patch(path, json={"title": " Tea,\n and  more "})
    assert (renamed.status_code, renamed.json()["title"]) == (200, "Tea, and more")
    assert await listed(machine.admin) == ["Tea, and more"]
    assert (await machine.admin.patch(path, json={"title": " "})).status_code == 422
    assert (await machine.admin.patch(path, json={"title": "x" * 201})).status_code == 422
    assert (await machine.admin.patch(path, json={"title": None})).json()["title"] == "Rest"
    audit = (await machine.admin.get("/api/audit?limit=1")).json()["items"][0]
    assert (audit["action"], audit["object_id"]) == ("conversation.rename", task.conversation_id)


async def test_each_sees_their_own_conversations_and_an_administrator_all(machine: Served) -> None:
    mine, my_token = await person(machine, Role.MEMBER)
    _, other_token = await person(machine, Role.MEMBER)
    task = await resting_task(machine, user_id=mine, with_brain=True)
    assert await listed(machine.client(my_token)) == ["Rest"]
    assert await listed(machine.client(other_token)) == []
    assert await listed(machine.client(other_token), "?search=rest") == []
    assert await listed(machine.admin) == ["Rest"]
    refused = await machine.client(other_token).get(f"/api/chat/{task.conversation_id}")
    assert (refused.status_code, refused.json()["detail"]) == (404, f"There is no conversation {task.conversation_id}.")


async def test_a_deleted_conversation_leaves_its_tasks_and_comes_back_when_it_goes_on(machine: Served) -> None:
    sent = (await attach(machine.admin, ("note.txt", b"tea"))).json()["items"][0]
    said = await say(machine, machine.admin, "Look at this", attachments=[sent["attachment_id"]])
    task = await machine.room.api.tasks.get(said["task_id"])
    settings = machine.room.api.settings
    copy = settings.workspaces_dir / task.workspace / "attachments" / "note.txt"
    kept = settings.attachments_dir / sent["attachment_id"]
    assert await asyncio.to_thread(copy.read_bytes) == await asyncio.to_thread(kept.read_bytes) == b"tea"
    path = f"/api/chat/{said['conversation_id']}"
    assert (await machine.admin.delete(path)).status_code == 204
    assert await listed(machine.admin) == []
    assert (await machine.admin.get(path)).status_code == 404
    assert not await asyncio.to_thread(copy.exists)
    assert not await asyncio.to_thread(kept.exists)
    assert (await machine.admin.get(f"/api/tasks/{said['task_id']}")).status_code == 200
    await say(machine, machine.admin, "Still there?", conversation_id=said["conversation_id"])
    assert await listed(machine.admin) == ["Look at this"]


async def test_a_conversation_that_waits_for_its_answer_is_not_deleted(machine: Served) -> None:
    task = await resting_task(machine, with_brain=True)
    refused = await machine.admin.delete(f"/api/chat/{task.conversation_id}")
    assert (refused.status_code, refused.json()["hint"]) == (409, "Stop the answer first.")


async def test_files_that_cannot_be_read_are_refused_with_their_name(machine: Served) -> None:
    for name, content, why in (
        ("shop.zip", b"PK\x03\x04\xff\xff", "shop.zip is of a kind that Claude Code cannot read."),
        ("empty.txt", b"", "empty.txt is empty."),
        ("large.txt", b"a" * (10 * 1024 * 1024 + 1), "large.txt is too large."),
    ):
        refused = await attach(machine.admin, ("fine.txt", b"fine"), (name, content))
        assert (refused.status_code, refused.json()["detail"]) == (400, why)
    assert (await attach(machine.admin, *[(f"{number}.txt", b"a") for number in range(11)])).status_code == 400
    assert (await machine.admin.post("/api/attachments", json={})).status_code == 415
    large = await attach(machine.admin, *[(f"{number}.txt", b"a" * 9_000_000) for number in range(3)])
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    kept = machine.room.api.settings.attachments_dir
    assert await asyncio.to_thread(lambda: list(kept.iterdir())) == []


async def test_an_attachment_is_its_owners_and_comes_with_one_message(machine: Served) -> None:
    _, token = await person(machine, Role.MEMBER)
    (sent,) = (await attach(machine.client(token), ("picture.png", PNG))).json()["items"]
    assert (sent["name"], sent["media_type"], sent["size_bytes"]) == ("picture.png", "image/png", len(PNG))
    wish: dict[str, Any] = {"message": "Look.", "attachments": [sent["attachment_id"]]}
    foreign = await machine.admin.post("/api/chat", json=wish)
    assert foreign.status_code == 404, "not even an administrator's: it is not in a conversation yet"
    said = await say(machine, machine.client(token), **wish)
    again = await machine.client(token).post("/api/chat", json=wish)
    assert (again.status_code, again.json()["detail"]) == (400, "picture.png came with another message.")
    shown = (await machine.client(token).get(f"/api/chat/{said['conversation_id']}")).json()
    assert shown["items"][0]["attachments"] == [sent]


async def test_what_is_never_sent_is_forgotten(machine: Served) -> None:
    ids = []
    for number in range(0, MOST_UNSENT + 10, 10):
        batch = await attach(machine.admin, *[(f"{number + one}.txt", b"a") for one in range(10)])
        ids += [one["attachment_id"] for one in batch.json()["items"]]
    kept = machine.room.api.settings.attachments_dir
    found = await asyncio.to_thread(lambda: {path.name for path in kept.iterdir()})
    assert found == set(ids[-MOST_UNSENT:]), "of one person's, the newest stay"
    chats = machine.room.api.chats
    gone = await chats.store.forget_unneeded(chats.clock() + timedelta(seconds=1))
    assert {one.attachment_id for one in gone} == found


async def test_attachments_go_with_the_tasks_that_they_came_with(machine: Served) -> None:
    (sent,) = (await attach(machine.admin, ("note.txt", b"tea"))).json()["items"]
    said = await say(machine, machine.admin, "Look at this", attachments=[sent["attachment_id"]])
    chats, settings = machine.room.api.chats, machine.room.api.settings
    in_a_day = chats.clock() + timedelta(days=1)
    assert await chats.store.forget_unneeded(in_a_day) == ()
    database = await open_database(settings.database_file, VERSION, on_committed=lambda _: None)
    assert await Past(database).drop_task(said["task_id"], in_a_day)
    await database.close()
    assert [one.attachment_id for one in await chats.store.forget_unneeded(in_a_day)] == [sent["attachment_id"]]


async def test_a_message_with_files_in_the_middle_of_an_answer_is_refused(machine: Served) -> None:
    task = await resting_task(machine, with_brain=True)
    (sent,) = (await attach(machine.admin, ("a.txt", b"a"))).json()["items"]
    wish = {"message": "And this", "conversation_id": task.conversation_id, "attachments": [sent["attachment_id"]]}
    refused = await machine.admin.post("/api/chat", json=wish)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


async def test_the_brain_reads_what_came_with_a_message_and_names_stay_apart(tmp_path: Path) -> None:
    def reads(request: ModelRequest) -> Reply:
        directory = str(request.working_directory).rstrip("/")
        return Reply.tool("Read", {"file_path": f"{directory}/attachments/note-2.txt"})

    def tells(request: ModelRequest) -> Reply:
        return Reply.text(f"It says: {request.tool_calls[-1].output}")

    model = ScriptedModel("Seen.").on("second", reads, tells)
    async with workbench(tmp_path / "data", model) as bench:
        desk, brain = bench.room.api.chats.attachments, bench.room.api.brain
        first, second = [
            (await desk.take([("note.txt", content)], bench.principal))[0].attachment_id
            for content in (b"the first", b"oolong at four")
        ]
        said = await brain.process_message("the one", principal=bench.principal, attachments=[first])
        await bench.ended(said.task_id)
        assert "attachments/note.txt (text/plain, 9 bytes)" in model.requests[-1].last_user_text
        said = await brain.process_message(
            "the second", principal=bench.principal, conversation_id=said.conversation_id, attachments=[second]
        )
        task = await bench.ended(said.task_id)
        assert "oolong at four" in (task.result or "")
        assert task.input_message == "the second", "what was said stays what was said"
        again = await bench.room.engine.manager.retry(task.task_id, bench.principal)
        task = await bench.ended(again)
        assert "oolong at four" in (task.result or ""), "a second try has the files, in a fresh workspace"
        assert await bench.room.api.tasks.approvals(task_id=task.task_id) == (), "and reads them without asking"


async def test_a_task_can_come_with_files_too(machine: Served) -> None:
    (sent,) = (await attach(machine.admin, ("a.txt", b"a"))).json()["items"]
    wish = {"message": "Say hello.", "agent": "planning", "attachments": [sent["attachment_id"]]}
    made = await machine.admin.post("/api/tasks", json=wish)
    assert made.status_code == 201, made.text
    assert made.json()["source_metadata"]["attachments"] == [sent]
