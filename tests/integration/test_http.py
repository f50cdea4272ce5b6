"""What HTTP and the WebSocket promise, over real sockets, a real database and, where a task runs, the real CLI."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import websockets
from tests.support.api import Served, Talk, close_code, person, resting_task, served, text

from machine.domain.events import ChatReply, ChatReplyData, StoredEvent
from machine.domain.principal import Role
from machine.domain.task import Task


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


async def say(machine: Served, task: Task, count: int, *, first: int = 1, size: int = 10) -> None:
    """Append that many pieces of text, in commits of 50."""
    for start in range(first, first + count, 50):
        numbers = range(start, min(start + 50, first + count))
        await machine.room.api.tasks.append(task.task_id, [text(f"{n:0{size}}\n") for n in numbers])


async def seqs_until(talk: Talk, task_id: str, last: int) -> list[int]:
    """The `seq` of every message about this task, up to `last`."""
    seen: list[int] = []
    while not seen or seen[-1] < last:
        heard = await talk.hear()
        if heard.get("task_id") == task_id and "seq" in heard:
            seen.append(heard["seq"])
    return seen


# --- HTTP -----------------------------------------------------------------------------------------------------------


async def test_a_wish_becomes_a_finished_task(machine: Served) -> None:
    client = machine.admin
    made = await client.post("/api/tasks", json={"message": "Say hello.", "agent": "planning"})
    assert made.status_code == 201
    assert made.json()["status"] in ("queued", "running")  # where the answer takes a moment, it may have begun
    path = f"/api/tasks/{made.json()['task_id']}"
    async with asyncio.timeout(60):
        while (task := (await client.get(path)).json())["status"] not in ("completed", "failed", "cancelled"):
            await asyncio.sleep(0.2)
    assert task["status"] == "completed", task["failure"]
    assert (task["assigned_agent"], task["source"], task["cost_kind"]) == ("planning", "api", "demo")
    assert task["result"]
    assert task["output_stream"].strip()
    assert (await client.get(f"{path}/output")).text == task["output_stream"]
    page = (await client.get(f"{path}/events")).json()
    assert [event["seq"] for event in page["events"]] == list(range(1, page["last_seq"] + 1))
    assert {event["type"] for event in page["events"]} >= {"task.created", "task.started", "task.completed"}
    follow_up = await client.post(f"{path}/input", json={"message": "And again."})
    assert follow_up.status_code == 202
    assert follow_up.json()["task_id"] != task["task_id"]
    stopped = await client.post(f"/api/tasks/{follow_up.json()['task_id']}/stop", json={"mode": "stop"})
    assert stopped.status_code == 200
    assert stopped.json()["status"] in ("cancelled", "completed")
    retried = await client.post(f"{path}/retry")
    assert retried.status_code == 201
    assert retried.json()["input_message"] == "Say hello."
    assert (await client.post(f"/api/tasks/{retried.json()['task_id']}/stop")).status_code == 200


async def test_the_list_is_paged_filtered_and_short(machine: Served) -> None:
    tasks = [await resting_task(machine, message="x" * 5000) for _ in range(5)]
    client = machine.admin
    first = (await client.get("/api/tasks?limit=3")).json()
    second = (await client.get("/api/tasks", params={"limit": 3, "cursor": first["next_cursor"]})).json()
    listed = [item["task_id"] for item in first["items"] + second["items"]]
    assert listed == [task.task_id for task in reversed(tasks)]
    assert second["next_cursor"] is None
    assert all(len(item["input_message"]) == 500 for item in first["items"])
    assert len((await client.get(f"/api/tasks/{tasks[0].task_id}")).json()["input_message"]) == 5000
    assert (await client.get("/api/tasks?status=running")).json()["items"] == []
    said = await resting_task(machine, with_brain=True)
    [alone] = (await client.get("/api/tasks?lane=chat")).json()["items"]
    assert [alone[name] for name in ("task_id", "lane", "describes")] == [said.task_id, "chat", None]
    work = (await client.get("/api/tasks?lane=work")).json()["items"]
    assert {task["task_id"] for task in work} == {task.task_id for task in tasks}
    assert (await client.get("/api/tasks?lane=fast")).status_code == 422
    assert len((await client.get("/api/tasks?status=queued&status=running&agent=planning")).json()["items"]) == 5


async def test_events_come_in_pages_bounded_by_number_and_by_size(machine: Served) -> None:
    task = await resting_task(machine)
    await say(machine, task, 300, size=60_000)
    client, seen, after, pages = machine.admin, [], 0, 0
    while True:
        answer = await client.get(f"/api/tasks/{task.task_id}/events?after={after}&limit=5000")
        page = answer.json()
        assert len(answer.content) < 20_000_000
        assert page["last_seq"] == 301
        if not page["events"]:
            break
        pages += 1
        seen += [event["seq"] for event in page["events"]]
        after = seen[-1]
    assert seen == list(range(1, 302))
    assert pages > 1
    some = (await client.get(f"/api/tasks/{task.task_id}/events?after=10&limit=2")).json()
    assert [event["seq"] for event in some["events"]] == [11, 12]
    assert set(some["events"][0]) >= {"type", "seq", "at", "data"}
    assert (await client.get(f"/api/tasks/{task.task_id}/events?limit=5001")).status_code == 422


async def test_a_task_s_text_is_whole_as_text_and_bounded_in_the_task(machine: Served) -> None:
    task = await resting_task(machine)
    await say(machine, task, 60, size=40_000)
    whole = (await machine.admin.get(f"/api/tasks/{task.task_id}/output")).text
    assert whole == "".join(f"{n:040000}\n" for n in range(1, 61))
    cut = (await machine.admin.get(f"/api/tasks/{task.task_id}")).json()["output_stream"]
    assert len(cut) == 1024 * 1024
    assert whole.endswith(cut)


async def test_the_status_says_what_the_machine_does_and_who_asks(machine: Served) -> None:
    await resting_task(machine)
    status = (await machine.admin.get("/api/status")).json()
    assert (status["machine_id"], status["demo"], status["me"]["role"]) == ("machine-001", True, "administrator")
    assert status["machine"]["queued"] == 1
    assert status["feed_seq"] >= 1


async def test_readiness_ends_when_the_machine_drains_and_health_does_not(machine: Served) -> None:
    assert (await machine.client().get("/readyz")).status_code == 200
    machine.room.engine.manager.stop_claiming()
    assert (await machine.client().get("/readyz")).status_code == 503
    assert (await machine.client().get("/healthz")).status_code == 200


async def test_the_description_holds_the_events_and_every_reference_leads_somewhere(machine: Served) -> None:
    description = (await machine.admin.get("/openapi.json")).json()
    schemas = description["components"]["schemas"]
    assert {"TaskEvent", "MachineEvent", "ClientMessage", "ServerMessage", "Problem", "TaskDetail"} <= set(schemas)
    text_of_it = json.dumps(description)
    references = {part.split('"')[0] for part in text_of_it.split('"#/components/schemas/')[1:]}
    assert references <= set(schemas)
    docs = await machine.admin.get("/docs")
    assert all(path in docs.text for path in description["paths"])


async def test_a_description_that_a_budget_holds_back_is_refused_and_not_waited_for(machine: Served) -> None:
    assert (await machine.admin.put("/api/budgets/machine", json={"daily_usd": 0})).status_code == 200
    async with asyncio.timeout(60):
        answer = await machine.admin.post("/api/agents/describe", json={"description": "Reviews pull requests."})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "budget" in answer.json()["detail"]
    (task,) = (await machine.admin.get("/api/tasks")).json()["items"]
    assert task["status"] == "cancelled"


# --- the WebSocket --------------------------------------------------------------------------------------------------


async def test_a_subscription_replays_and_goes_on_with_no_gap_and_no_double(machine: Served) -> None:
    task = await resting_task(machine)
    await say(machine, task, 1000)
    async with machine.session() as talk:
        await talk.say(id="a", type="subscribe", task_id=task.task_id, after=0)
        assert (await talk.until("ack"))[-1]["id"] == "a"
        async with asyncio.TaskGroup() as group:
            seen = group.create_task(seqs_until(talk, task.task_id, 2001))
            group.create_task(say(machine, task, 1000, first=1001))
        assert seen.result() == list(range(1, 2002))


async def test_one_hundred_readers_get_everything_in_order(machine: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    # All of them share this process with the daemon: on a busy computer one waits long for its turn, and is not slow.
    monkeypatch.setattr("machine.api.ws_writer.SEND_SECONDS", 100.0)
    task = await resting_task(machine)

    async def read() -> list[int]:
        async with machine.session() as talk:
            await talk.say(id=1, type="subscribe", task_id=task.task_id)
            ready.release()
            return await seqs_until(talk, task.task_id, 1001)

    ready = asyncio.Semaphore(0)
    async with asyncio.TaskGroup() as group:
        readers = [group.create_task(read()) for _ in range(100)]
        for _ in readers:
            await ready.acquire()
        await say(machine, task, 1000)
    assert all(reader.result() == list(range(1, 1002)) for reader in readers)


async def test_after_means_after(machine: Served) -> None:
    task = await resting_task(machine)
    await say(machine, task, 20)
    async with machine.session() as talk:
        await talk.say(id=1, type="subscribe", task_id=task.task_id, after=15)
        assert await seqs_until(talk, task.task_id, 21) == [16, 17, 18, 19, 20, 21]


async def test_output_comes_to_subscribers_only_and_everything_else_to_all(machine: Served) -> None:
    async with machine.session() as talk:
        task = await resting_task(machine)
        created = (await talk.until("task.created"))[-1]
        assert (created["task_id"], created["seq"]) == (task.task_id, 1)
        assert created["feed_seq"] > talk.ready["data"]["feed_seq"]
        await say(machine, task, 5)
        await machine.admin.post(f"/api/tasks/{task.task_id}/stop", json={"mode": "stop"})
        kinds = [message["type"] for message in await talk.until("task.cancelled")]
        assert "task.output" not in kinds


async def test_a_subscribed_task_s_events_come_once_and_after_the_end_of_it_the_feed_has_them_again(
    machine: Served,
) -> None:
    task = await resting_task(machine)
    other = await resting_task(machine)
    async with machine.session() as talk:
        await talk.asked(id=1, type="subscribe", task_id=task.task_id, after=1)
        await talk.asked(id=2, type="subscribe", task_id=other.task_id, after=1)
        await talk.asked(id=3, type="unsubscribe", task_id=other.task_id)
        await say(machine, task, 3)
        for stopped in (task, other):
            await machine.admin.post(f"/api/tasks/{stopped.task_id}/stop")
        heard = await talk.until("task.cancelled")
        heard += await talk.until("task.cancelled")
        assert (await talk.asked(id=4, type="unsubscribe", task_id="task_none"))["type"] == "ack"
        mine = [message["seq"] for message in heard if message.get("task_id") == task.task_id]
        assert mine == [2, 3, 4, 5]
        assert [m["type"] for m in heard if m.get("task_id") == other.task_id] == ["task.cancelled"]


async def test_the_feed_can_be_asked_for_from_where_one_was(machine: Served) -> None:
    first = await resting_task(machine)
    async with machine.session() as talk:
        position = talk.ready["data"]["feed_seq"]
    missed = [await resting_task(machine) for _ in range(3)]
    async with machine.session() as talk:
        assert (await talk.asked(id=1, type="feed", after=position))["type"] == "ack"
        heard = [(await talk.until("task.created"))[-1] for _ in missed]
        assert [message["task_id"] for message in heard] == [task.task_id for task in missed]
        live = await resting_task(machine)
        assert (await talk.until("task.created"))[-1]["task_id"] == live.task_id
        feed_seqs = [message["feed_seq"] for message in heard]
        assert feed_seqs == sorted(feed_seqs)
        assert first.task_id not in {message["task_id"] for message in heard}


async def test_what_the_feed_does_not_keep_any_more_is_said_to_be_gone(
    machine: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    await resting_task(machine)

    async def kept() -> tuple[int, int]:
        return 500, 900

    monkeypatch.setattr(machine.room.api.tasks, "feed_range", kept)
    async with machine.session() as talk:
        answer = await talk.asked(id=1, type="feed", after=498)
        assert (answer["type"], answer["code"], answer["status"]) == ("error", "feed_gone", 410)


async def test_people_see_what_is_theirs_and_what_is_everybody_s(machine: Served) -> None:
    user_id, token = await person(machine, Role.MEMBER)
    foreign = await resting_task(machine)
    async with machine.session(token=token) as talk:
        await resting_task(machine)
        mine = await resting_task(machine, user_id=user_id)
        assert (await talk.until("task.created"))[-1]["task_id"] == mine.task_id
        reply = ChatReply(data=ChatReplyData(conversation_id="conv_x", task_id=foreign.task_id, text="private"))
        await machine.room.api.tasks.publish(reply, user_id=foreign.user_id)
        await machine.room.api.tasks.publish(reply, user_id=user_id)
        assert len([m for m in await talk.until("chat.reply") if m["type"] == "chat.reply"]) == 1
        answer = await talk.asked(id=1, type="subscribe", task_id=foreign.task_id)
        assert (answer["type"], answer["code"]) == ("error", "not_found")


async def test_commands_are_answered_with_what_came_of_them(machine: Served) -> None:
    async with machine.session() as talk:
        task = await resting_task(machine)
        answer = await talk.asked(id="s", type="task.stop", task_id=task.task_id, mode="stop")
        assert answer == {"type": "ack", "id": "s", "data": {"task_id": task.task_id, "status": "cancelled"}}
        answer = await talk.asked(id="c", type="chat.message", message="Say hello.")
        assert set(answer["data"]) == {"conversation_id", "task_id"}
        assert (await talk.until("chat.reply"))[-1]["data"]["conversation_id"] == answer["data"]["conversation_id"]
        chat = (await machine.admin.get(f"/api/tasks/{answer['data']['task_id']}")).json()
        assert chat["session_id"] == talk.ready["data"]["session_id"]
        answer = await talk.asked(id="a", type="approval.answer", approval_id="approval_none", decision="allow")
        assert (answer["type"], answer["code"]) == ("error", "not_found")
        answer = await talk.asked(id="i", type="task.input", task_id="task_none", message="hi")
        assert (answer["type"], answer["code"]) == ("error", "not_found")


async def test_a_connection_has_at_most_200_subscriptions(machine: Served) -> None:
    async with machine.session() as talk:
        tasks = [await resting_task(machine) for _ in range(201)]
        answers = [
            await talk.asked(id=n, type="subscribe", task_id=task.task_id, after=1) for n, task in enumerate(tasks)
        ]
        assert [answer["type"] for answer in answers] == ["ack"] * 200 + ["error"]
        assert answers[-1]["code"] == "too_many_subscriptions"


async def test_a_gone_client_leaves_nothing_in_the_hub_and_ends_its_session(machine: Served) -> None:
    task = await resting_task(machine)
    before = machine.room.api.hub.subscriptions  # type: ignore[attr-defined]  # of the real hub, not of the port
    async with machine.session() as talk:
        await talk.asked(id=1, type="subscribe", task_id=task.task_id)
        session_id = talk.ready["data"]["session_id"]
    async with asyncio.timeout(5):
        while (await machine.admin.get(f"/api/sessions/{session_id}")).json()["disconnected_at"] is None:
            await asyncio.sleep(0.05)
    assert machine.room.api.hub.subscriptions == before  # type: ignore[attr-defined]  # as above


async def test_a_client_that_never_reads_is_dropped_and_holds_nobody_up(
    machine: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("machine.api.ws_writer.SEND_SECONDS", 0.5)
    monkeypatch.setattr("machine.api.ws_connection.LAST_WORD_SECONDS", 0.5)
    task = await resting_task(machine)
    mute = await _mute_subscriber(machine, task)
    async with machine.session() as talk:
        await talk.say(id=1, type="subscribe", task_id=task.task_id)
        async with asyncio.TaskGroup() as group:
            seen = group.create_task(seqs_until(talk, task.task_id, 401))
            group.create_task(say(machine, task, 400, size=60_000))
        assert seen.result() == list(range(1, 402))
    async with asyncio.timeout(10):
        while machine.room.api.hub.subscriptions:  # type: ignore[attr-defined]  # of the real hub, not of the port
            await asyncio.sleep(0.05)
    with pytest.raises(ConnectionError):
        await _keep_sending(mute, seconds=10)
    mute.close()


async def test_a_slow_client_is_told_that_it_lagged(machine: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("machine.api.ws_writer.SEND_SECONDS", 0.5)
    task = await resting_task(machine)
    async with machine.session() as talk:
        await talk.asked(id=1, type="subscribe", task_id=task.task_id, after=1)
        talk.connection.transport.pause_reading()
        await say(machine, task, 400, size=60_000)
        await asyncio.sleep(1.5)
        talk.connection.transport.resume_reading()
        assert (await talk.until("lagged"))[-1]["data"]["message"]
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await talk.connection.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4408


async def test_what_overflows_during_a_replay_is_read_from_the_store(
    machine: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub's queue holds far less than is said while the replay runs; nothing may be missing."""
    hub: Any = machine.room.api.hub
    monkeypatch.setattr(hub, "_max_events", 20)
    task = await resting_task(machine)
    await say(machine, task, 500)
    store = machine.room.api.tasks
    read_events = store.events
    said = iter(range(501, 2001, 100))

    async def busy_events(task_id: str, *, after: int = 0, limit: int = 1000) -> Sequence[StoredEvent]:
        if (first := next(said, None)) is not None:
            await say(machine, task, 100, first=first)
        return await read_events(task_id, after=after, limit=limit)

    monkeypatch.setattr(store, "events", busy_events)
    async with machine.session() as talk:
        await talk.say(id=1, type="subscribe", task_id=task.task_id)
        assert await seqs_until(talk, task.task_id, 2001) == list(range(1, 2002))


async def test_the_daemon_s_end_is_told_to_the_client(tmp_path: Path) -> None:
    async with served(tmp_path / "data") as machine:
        session_id = await machine.session_id()
        connection = await machine.socket(session_id)
        await connection.send(json.dumps({"type": "hello", "token": machine.token}))
        await connection.recv()
    assert await close_code(connection) == 1012


async def _keep_sending(client: socket.socket, *, seconds: float) -> None:
    """Pongs that nobody asked for, until the connection is cut."""
    async with asyncio.timeout(seconds):
        while True:
            await asyncio.get_running_loop().sock_sendall(client, b"\x8a\x80abcd")
            await asyncio.sleep(0.05)


async def _mute_subscriber(machine: Served, task: Task) -> socket.socket:
    """A client that subscribes and then never reads again, with small buffers."""
    loop = asyncio.get_running_loop()
    session_id = await machine.session_id()
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setblocking(False)
    await loop.sock_connect(client, ("127.0.0.1", machine.port))
    head = (
        f"GET /ws/{session_id} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n"
    )
    await loop.sock_sendall(client, head.encode())
    assert b"101" in await loop.sock_recv(client, 4096)
    for message in ({"type": "hello", "token": machine.token}, {"id": 1, "type": "subscribe", "task_id": task.task_id}):
        payload = json.dumps(message).encode()
        length = bytes([0x80 | 126]) + len(payload).to_bytes(2) if len(payload) > 125 else bytes([0x80 | len(payload)])
        await loop.sock_sendall(client, b"\x81" + length + b"\0\0\0\0" + payload)
    async with asyncio.timeout(5):
        while not machine.room.api.hub._tasks.get(task.task_id):  # type: ignore[attr-defined]  # of the real hub
            await asyncio.sleep(0.02)
    return client
