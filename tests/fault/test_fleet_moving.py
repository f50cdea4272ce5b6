"""A worker is killed in mid-turn: the real CLI goes on with the conversation elsewhere, with its words and files."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.fault.hands import TableWatch, marked
from tests.support.fleet import Fleet, fleet
from tests.support.model import ScriptedModel
from tests.support.postgres import PostgresServer
from tests.support.redis_server import needs_redis

from machine.demo.model_request import ModelRequest
from machine.demo.replies import Reply, Text

pytestmark = pytest.mark.timeout(900)

ROLES = {"web-1": "web", "web-2": "web", "w1": "worker", "w2": "worker", "w3": "worker"}


@pytest.fixture
async def model() -> ScriptedModel:
    return ScriptedModel("Nothing.")


@pytest.fixture
async def members(tmp_path: Path, postgres: PostgresServer, model: ScriptedModel) -> AsyncIterator[Fleet]:
    needs_redis()
    database = await asyncio.to_thread(postgres.fresh_database)
    async with model.serve() as url:
        env = {
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_API_KEY": "no-key-is-needed",
            "MACHINE_LEASE_SECONDS": "12",
            "MACHINE_SHARED_DIR": str(tmp_path / "shared"),
        }
        async with fleet(tmp_path, postgres, database, roles=ROLES, env=env) as made:
            await made.start()
            yield made


async def test_the_conversation_goes_on_elsewhere_with_its_words_and_its_files(
    members: Fleet, model: ScriptedModel
) -> None:
    told: list[ModelRequest] = []

    def second(request: ModelRequest) -> Reply:
        told.append(request)
        if len(told) == 1:
            return Reply((Text("Once upon a time " + "and on and on " * 2000, word_delay_seconds=0.05),))
        return Reply.tool("Read", {"file_path": "notes.txt"})

    write = Reply.tool("Write", {"file_path": "notes.txt", "content": "a kumquat in a file\n"})
    model.on("first", write, "The word is pomegranate.").on("second", second, "I have read it.")
    first = await members.ended(await members.submit("first", agent="executor"))
    assert first["status"] == "completed", first["failure"]
    task_id = await members.submit("second", agent="executor", conversation_id=first["conversation_id"])
    task = await members.says(task_id, "and on")
    assert task["machine_id"] == first["machine_id"], "a conversation stays where it is as long as it can"
    with TableWatch([task_id]) as watch:
        await members.worker(task["machine_id"]).kill()
        task = await members.ended(task_id)
    assert (task["status"], task["result"]) == ("completed", "I have read it."), task["failure"]
    assert task["machine_id"] != first["machine_id"]
    assert watch.most[task_id] == 1
    messages = next(request.body.messages for request in reversed(model.requests) if request.last_user_text == "second")
    assert "The word is pomegranate." in "".join(message.model_dump_json() for message in messages)
    assert "a kumquat in a file" in messages[-1].model_dump_json(), "it was read on the other machine"
    events = await members.events(task_id)
    started = [event["data"] for event in events if event["type"] == "task.started"]
    assert [start["attempt"] for start in started] == list(range(1, task["attempt"] + 1))
    assert [event["type"] for event in events].count("task.completed") == 1
    other = await members.client(members.webs[1]).get(f"/api/tasks/{task_id}")
    assert other.json()["result"] == task["result"]
    assert not await asyncio.to_thread(marked, {task_id, first["task_id"]})
