"""People see everything as it happens: one machine, real sockets, the real CLI and the demo model."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.api import Served, Talk, resting_task, served, text
from tests.support.workbench import processes_of

from machine.api.ws_sources import LIVE, PAGE, FeedSource, TaskSource
from machine.domain.events import ChatReply, ChatReplyData
from machine.domain.principal import Principal, Role, User, Via

ENDED = ("task.completed", "task.failed", "task.cancelled")


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


async def start(machine: Served, message: str, **wish: Any) -> str:
    answer = await machine.admin.post("/api/tasks", json={"agent": "planning", "message": message, **wish})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["task_id"])


async def events_of(talk: Talk, task_id: str, *until: str, count: int = 10_000) -> list[dict[str, Any]]:
    """Events of a task as this client is told them, up to the first of these types or so many."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(40):
        while len(found) < count and not (found and found[-1]["type"] in until):
            message = await talk.hear()
            if message.get("task_id") == task_id and "seq" in message:
                found.append(message)
    return found


async def stop(machine: Served, task_id: str) -> None:
    assert (await machine.admin.post(f"/api/tasks/{task_id}/stop")).status_code == 200


async def test_output_reaches_every_subscriber_in_order(machine: Served) -> None:
    task_id = await start(machine, "demo:slow")
    async with machine.session() as one, machine.session() as two, machine.session() as three:
        talks = (one, two, three)
        for talk in talks:
            await talk.say(type="subscribe", id=1, task_id=task_id)
        heard = await asyncio.gather(*(events_of(talk, task_id, count=15) for talk in talks))
        assert heard[0] == heard[1] == heard[2]
        assert [event["seq"] for event in heard[0]] == list(range(1, 16))
        words = "".join(e["data"]["text"] for e in heard[0] if e["type"] == "task.output" and e["data"]["text"])
        assert "word-001 word-002 word-003" in words
        await stop(machine, task_id)


async def test_nobody_is_shown_what_is_not_stored(machine: Served) -> None:
    task_id = await start(machine, "demo:slow")
    async with machine.session() as talk:
        await talk.say(type="subscribe", id=1, task_id=task_id)
        for shown in await events_of(talk, task_id, count=12):
            page = await machine.admin.get(f"/api/tasks/{task_id}/events?after={shown['seq'] - 1}&limit=1")
            stored = page.json()["events"][0]
            assert {name: stored[name] for name in ("type", "seq", "at", "data")} == {
                name: shown[name] for name in ("type", "seq", "at", "data")
            }
        await stop(machine, task_id)


async def test_cost_and_tokens_reach_them_as_they_change(machine: Served) -> None:
    async with machine.session() as talk:
        task_id = await start(machine, "demo:edit")
        metrics = [e for e in await events_of(talk, task_id, *ENDED) if e["type"] == "task.metrics"]
        assert len(metrics) >= 2  # told by the feed: nobody has subscribed
        tokens = [event["data"]["usage"]["output_tokens"] for event in metrics]
        assert tokens == sorted(tokens)
        assert 0 < tokens[0] < tokens[-1]
        costs = [event["data"]["usage"]["cost_usd"] for event in metrics]
        assert 0 < costs[0] <= costs[-1]
        assert {event["data"]["cost_kind"] for event in metrics} == {"demo"}
        task = (await machine.admin.get(f"/api/tasks/{task_id}")).json()
        assert task["output_tokens"] == tokens[-1]
        assert task["cost_usd"] == pytest.approx(costs[-1])


async def test_a_message_from_the_page_reaches_the_cli(machine: Served) -> None:
    async with machine.session() as talk:
        task_id = await start(machine, "hello", is_interactive=True)
        await events_of(talk, task_id, "task.waiting")
        answer = await talk.asked(type="task.input", id="say", task_id=task_id, message="demo:edit")
        assert answer == {"type": "ack", "id": "say", "data": {"task_id": task_id}}
        await events_of(talk, task_id, "task.waiting")
        files = await asyncio.to_thread(lambda: list(workspaces(machine).glob("*/demo-notes.md")))
        assert len(files) == 1
        await stop(machine, task_id)


async def test_a_chat_message_from_the_page_is_answered_there(machine: Served) -> None:
    async with machine.session() as talk:
        answer = await talk.asked(type="chat.message", id=1, message="hello")
        reply = (await talk.until("chat.reply"))[-1]
        assert reply["data"]["task_id"] == answer["data"]["task_id"]
        assert reply["data"]["text"]


async def test_stop_from_the_page_stops_it(machine: Served) -> None:
    task_id = await start(machine, "demo:slow")
    async with machine.session() as talk, machine.session() as other:
        await talk.say(type="subscribe", id=1, task_id=task_id)
        await events_of(talk, task_id, count=10)
        assert await asyncio.to_thread(processes_of, task_id)
        await talk.say(type="task.stop", id="stop", task_id=task_id, mode="stop")
        assert (await events_of(other, task_id, *ENDED))[-1]["type"] == "task.cancelled"
        while (heard := await talk.hear()).get("id") != "stop":
            continue
        assert heard == {"type": "ack", "id": "stop", "data": {"task_id": task_id, "status": "cancelled"}}
        assert await asyncio.to_thread(processes_of, task_id) == []


async def test_an_interrupt_from_the_page_keeps_the_conversation_open(machine: Served) -> None:
    task_id = await start(machine, "demo:slow")
    async with machine.session() as talk:
        await talk.say(type="subscribe", id=1, task_id=task_id)
        await events_of(talk, task_id, count=10)
        answer = await talk.asked(type="task.stop", id="i", task_id=task_id, mode="interrupt")
        assert answer["data"] == {"task_id": task_id, "status": "waiting_input"}
        await stop(machine, task_id)


async def test_an_approval_is_asked_and_answered_on_the_page(machine: Served) -> None:
    async with machine.session() as talk, machine.session() as other:
        task_id = await start(machine, "demo:permission")
        card = (await events_of(talk, task_id, "approval.requested"))[-1]["data"]
        answer = await talk.asked(type="approval.answer", id=1, approval_id=card["approval_id"], decision="allow")
        assert answer["data"]["status"] == "answered"
        told = await events_of(other, task_id, *ENDED)
        assert told[-1]["type"] == "task.completed"
        assert [e["data"]["status"] for e in told if e["type"] == "approval.answered"] == ["answered"]


async def test_a_client_that_comes_late_or_comes_back_misses_nothing_and_gets_nothing_twice(machine: Served) -> None:
    task_id = await start(machine, "demo:slow")
    told: list[dict[str, Any]] = []
    for _ in range(4):
        async with machine.session() as talk:
            await talk.say(type="subscribe", id=1, task_id=task_id, after=len(told))
            told += await events_of(talk, task_id, count=5)
    await stop(machine, task_id)
    async with machine.session() as talk:
        await talk.say(type="subscribe", id=1, task_id=task_id, after=len(told))
        told += await events_of(talk, task_id, *ENDED)
    async with machine.session() as late:
        await late.say(type="subscribe", id=1, task_id=task_id)
        assert await events_of(late, task_id, *ENDED) == told
    assert [event["seq"] for event in told] == list(range(1, len(told) + 1))


async def test_what_comes_from_the_store_and_live_as_well_is_told_once(machine: Served) -> None:
    api = machine.room.api
    task = await resting_task(machine)
    source = TaskSource(api.tasks, api.hub, task.task_id, 0, lambda: None)
    told: list[int] = []
    for word in ("one", "two", "three"):  # each is stored after the subscription, so the first reading has it twice
        await api.tasks.append(task.task_id, [text(word)])
        told += [json.loads(frame)["seq"] for frame in await source.next()]
    told += [json.loads(frame)["seq"] for frame in await source.next()]
    source.close()
    assert told == [1, 2, 3, 4]


async def test_what_is_new_behind_much_that_the_store_has_brought_already_is_told_at_once(machine: Served) -> None:
    api = machine.room.api
    task = await resting_task(machine)
    source = TaskSource(api.tasks, api.hub, task.task_id, 0, lambda: None)
    await api.tasks.append(task.task_id, [text("old") for _ in range(2 * LIVE)])
    while source.last < 2 * LIVE + 1:
        assert await source.next()
    await api.tasks.append(task.task_id, [text("new")])
    assert [json.loads(frame)["seq"] for frame in await source.next()] == [2 * LIVE + 2]
    source.close()


async def test_what_is_new_in_the_feed_behind_much_that_is_not_is_told_at_once(machine: Served) -> None:
    api = machine.room.api
    anybody = User(user_id="user_1", name="anybody", role=Role.MEMBER)
    reader = Principal(user=anybody, via=Via.INTERNAL, credential_id="test")
    feed = FeedSource(api.tasks, api.hub, lambda: None)
    reply = ChatReply(data=ChatReplyData(conversation_id="conv_1", task_id="task_1", text="hello"))
    for _ in range(2 * LIVE):
        await api.tasks.publish(reply)
    await feed.begin()
    new = await api.tasks.publish(reply)
    told, more = list[str](), True
    while more:  # as a connection does: it sleeps until the next event once there is no more
        frames, more = await feed.next(reader, {})
        told += frames
    feed.close()
    assert [json.loads(frame)["feed_seq"] for frame in told] == [new.feed_seq]


async def test_the_feed_is_replayed_after_a_gap(machine: Served) -> None:
    async with machine.session() as talk:
        before = talk.ready["data"]["feed_seq"]
    task_id = await start(machine, "hello")
    async with machine.session() as talk:
        await events_of(talk, task_id, *ENDED)
    async with machine.session() as back:
        await back.say(type="feed", id=1, after=before)
        told = await events_of(back, task_id, *ENDED)
    assert [event["type"] for event in told if event["type"] != "task.metrics"] == [
        "task.created",
        "task.started",
        "task.completed",
    ]
    numbers = [event["feed_seq"] for event in told]
    assert numbers == sorted(set(numbers))
    assert numbers[0] > before


async def test_what_was_missed_of_the_feed_comes_before_what_is_live(machine: Served) -> None:
    known = await said_in_chat(machine)
    for _ in range(2 * PAGE):
        await said_in_chat(machine)
    async with machine.session(feed_after=known) as talk:
        live = await said_in_chat(machine)
        assert talk.ready["data"]["feed_after"] == known
        told = [(await talk.hear())["feed_seq"] for _ in range(known, live)]
    assert told == list(range(known + 1, live + 1))


async def test_a_feed_that_cannot_go_on_from_there_begins_with_what_is_live(machine: Served) -> None:
    for nowhere in (None, 10**9):  # a place in another machine's feed
        async with machine.session(feed_after=nowhere) as talk:
            newest = talk.ready["data"]["feed_seq"]
            assert talk.ready["data"]["feed_after"] == newest
            await said_in_chat(machine)
            assert (await talk.hear())["feed_seq"] == newest + 1


async def said_in_chat(machine: Served) -> int:
    reply = ChatReply(data=ChatReplyData(conversation_id="conv_1", task_id="task_1", text="hello"))
    feed_seq = (await machine.room.api.tasks.publish(reply)).feed_seq
    assert feed_seq is not None
    return feed_seq


def workspaces(machine: Served) -> Path:
    return machine.room.api.settings.workspaces_dir
