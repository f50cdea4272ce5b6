"""A client that never reads is told and dropped; it slows nobody down and keeps nothing in the daemon."""

import asyncio
import contextlib
import json
import time

import psutil
import websockets
from tests.fault.conftest import StartMachine
from tests.fault.hands import Machine

MIB = 1024 * 1024


def is_served(machine: Machine, socket: websockets.ClientConnection) -> bool:
    """Whether the daemon still has its end of a connection. Blocking."""
    port = socket.local_address[1]
    found = psutil.Process(machine.daemon.pid).net_connections("tcp")
    return any(c.raddr and c.raddr.port == port and c.status == psutil.CONN_ESTABLISHED for c in found)


async def test_a_client_that_never_reads_is_dropped_and_another_one_gets_everything(start: StartMachine) -> None:
    machine = await start(cli="fake-cli")
    tasks = [await machine.submit(f"long {16 * MIB}") for _ in range(2)]
    for task_id in tasks:
        await machine.completed(task_id)
    session_id = (await machine.post("/api/sessions"))["session_id"]
    url = f"{machine.daemon.url.replace('http:', 'ws:')}/ws/{session_id}"
    socket = await websockets.connect(url, proxy=None, compression=None, max_queue=1, max_size=2**26, close_timeout=1)
    await socket.send(json.dumps({"type": "hello", "token": machine.token}))
    for number, task_id in enumerate(tasks):
        await socket.send(json.dumps({"type": "subscribe", "id": number, "task_id": task_id, "after": 0}))
    assert await asyncio.to_thread(is_served, machine, socket)
    live = await machine.submit("stream 20000")
    events, _ = await machine.follow(live)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["type"] == "task.completed"
    deadline = time.monotonic() + 40
    while await asyncio.to_thread(is_served, machine, socket):  # it still does not read
        assert time.monotonic() < deadline, "the daemon keeps a connection that nobody reads"
        await asyncio.sleep(0.2)
    with contextlib.suppress(websockets.ConnectionClosed, TimeoutError):
        async with asyncio.timeout(10):
            while True:
                await socket.recv()
    assert (await machine.client.get("/healthz")).status_code == 200
    await socket.close()
    await machine.nothing_left()


async def test_a_client_that_falls_behind_is_told_lagged_and_gets_the_rest_when_it_asks_again(
    start: StartMachine,
) -> None:
    machine = await start(cli="fake-cli")
    task_id = await machine.submit("flood 30000")
    async with machine.listening(task_id) as listener:
        await listener.count(10)
        await machine.until(task_id, "completed")  # it reads nothing meanwhile
        told = await listener.until("lagged", "task.completed")
        heard = listener.events
    assert told["type"] == "lagged", "30,000 events were kept for a reader that did not read"
    rest, _ = await machine.follow(task_id, after=heard[-1]["seq"])
    assert [event["seq"] for event in heard + rest] == list(range(1, len(heard) + len(rest) + 1))
    assert rest[-1]["type"] == "task.completed"


async def test_clients_that_come_while_much_is_said_miss_nothing_and_get_nothing_twice(
    start: StartMachine,
) -> None:
    machine = await start(cli="fake-cli")
    task_id = await machine.submit("pages 400")

    async def come(late_seconds: float) -> list[int]:
        await asyncio.sleep(late_seconds)
        return [event["seq"] for event in (await machine.follow(task_id))[0]]

    told = await asyncio.gather(*(come(0.2 * number) for number in range(8)))
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in told)
    assert {len(numbers) for numbers in told} == {(await machine.completed(task_id))["last_seq"]}
