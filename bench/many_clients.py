"""100 WebSocket clients on one task that prints 5,000 lines: all complete and in order, how long, how much memory."""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from bench.support.daemon import Daemon, daemon, with_program
from bench.support.figures import Figure, Samples
from bench.support.listening import MAX_FRAME
from bench.support.programs import Program, user_message

CLIENTS = 100
LINES = 5_000
SECONDS = 120.0


def run(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Beside the program alone, and one client instead of 100."""
    runs = 2 if quick else 5
    program, alone = Program(folder, lines=LINES), Program(folder, "alone", lines=LINES)
    with daemon(folder, **with_program(program.path)) as machine:
        machine.completed(machine.submit("Warm up."))
        bare = Samples.of([_bare_seconds(alone) for _ in range(runs)])
        one = Samples.of([asyncio.run(seconds([machine], 1, LINES)) for _ in range(runs)])
        before = machine.memory_mb()
        many = Samples.of([asyncio.run(seconds([machine], CLIENTS, LINES)) for _ in range(runs)])
        after = machine.memory_mb()
    remark = f"all {CLIENTS} complete and in order in each run; the clients share the machine"
    yield Figure(f"{LINES:,} lines to {CLIENTS} clients, POST to the last", "s", many, one, "one client", remark=remark)
    yield Figure(f"{LINES:,} lines to one client, POST to the end", "s", one, bare, "the program alone")
    yield Figure(f"memory after {CLIENTS} clients", "MB", Samples.of([after]), Samples.of([before]), "before them")


def _bare_seconds(program: Program) -> float:
    begun = time.monotonic()
    with program.spawned() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(user_message("Write."))
        process.stdin.flush()
        for line in process.stdout:
            if b'"idle"' in line:
                break
    return time.monotonic() - begun


async def seconds(machines: Sequence[Daemon], clients: int, lines: int) -> float:
    """From POST to the moment when the last client has the task's last event; `clients` are spread over `machines`.

    Raises RuntimeError when a client misses anything of the task's `lines`.
    """
    of = [machines[number % len(machines)] for number in range(clients)]
    sessions = [(machine, machine.request("POST", "/api/sessions")["session_id"]) for machine in of]
    task: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    ready: asyncio.Queue[None] = asyncio.Queue()
    async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
        watching = [
            group.create_task(_watch(f"ws://127.0.0.1:{machine.port}/ws/{session}", machine.token, task, ready, lines))
            for machine, session in sessions
        ]
        for _ in sessions:
            await ready.get()
        begun = time.monotonic()
        task.set_result(await asyncio.to_thread(machines[0].submit, "Write."))
    return max(one.result() for one in watching) - begun


async def _watch(
    address: str, token: str, task: "asyncio.Future[str]", ready: "asyncio.Queue[None]", lines: int
) -> float:
    """When this client had everything."""
    async with connect(address, max_size=MAX_FRAME, proxy=None, compression=None, open_timeout=SECONDS) as socket:
        await socket.send(json.dumps({"type": "hello", "token": token}))
        await socket.recv()
        ready.put_nowait(None)
        task_id = await task
        await socket.send(json.dumps({"type": "subscribe", "id": 1, "task_id": task_id, "after": 0}))
        events: list[dict[str, Any]] = []
        async for frame in socket:
            event = json.loads(frame)
            if event.get("task_id") != task_id or "seq" not in event:
                continue
            events.append(event)
            if event["type"] in ("task.completed", "task.failed", "task.cancelled"):
                break
        at = time.monotonic()
    _check(events[_first_of_subscription(events) :], lines)
    return at


def _first_of_subscription(events: list[dict[str, Any]]) -> int:
    """What came through the feed before the subscription began comes once more with it."""
    return next(index for index in reversed(range(len(events))) if events[index]["seq"] == 1)


def _check(events: list[dict[str, Any]], lines: int) -> None:
    seqs = [event["seq"] for event in events]
    if seqs != list(range(1, len(seqs) + 1)):
        raise RuntimeError(f"a client missed something: {seqs[:10]}…{seqs[-10:]}")
    text = "".join(e["data"]["text"] for e in events if e["type"] == "task.output" and e["data"]["kind"] == "text")
    numbers = [int(line.split()[0]) for line in text.splitlines()]
    if numbers != list(range(1, lines + 1)):
        raise RuntimeError(f"a client has {len(numbers)} lines of {lines}")
