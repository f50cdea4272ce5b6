"""Webhooks: stored and acknowledged per second under 32 connections, and from a delivery to the start of the CLI."""

import asyncio
import hashlib
import hmac
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.support import hello
from bench.support.daemon import Daemon, daemon, free_port, wait_healthy, with_program
from bench.support.figures import Figure, Samples
from bench.support.programs import Program

CONNECTIONS = 32
SECRET = "a-secret-of-the-benchmark"
GAP_SECONDS = 0.2
WEBHOOK = {
    "name": "bench",
    "provider": "generic",
    "secret": SECRET,
    "triggers": [{"events": ["*"], "agent": "planning", "prompt": "Do it.", "rate_per_minute": 6000}],
}


def run(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Beside a bare FastAPI route that reads the same bodies; while nobody is logged in, so that no task runs."""
    count = 640 if quick else 4_800  # fewer than the trigger may start at once
    with daemon(folder, CLAUDE_CLI_PATH=str(_logged_out(folder))) as machine:
        machine.request("POST", "/api/webhooks", WEBHOOK)
        machine.rest()
        spent = machine.cpu_seconds()
        taken, took = asyncio.run(_flood(machine.port, count, first=0))
        spent = machine.cpu_seconds() - spent
        stored = _stored(folder)
    if stored != count:
        raise RuntimeError(f"{count} deliveries were acknowledged, {stored} are stored with their tasks")
    bare_took, bare = _bare(count)
    each = Samples.of([spent / count * 1e3])
    delays, bare_delays = Samples.of(taken), Samples.of(bare)
    remark = f"{count:,} deliveries over {CONNECTIONS} connections, all acknowledged ones stored with their tasks"
    rate, bare_rate = Samples.of([count / took]), Samples.of([count / bare_took])
    yield Figure("webhooks stored (aim: at least 1,000)", "a second", rate, bare_rate, _BARE, remark=remark)
    yield Figure("webhook stored, processor time of the daemon", "ms", each)
    yield Figure("webhook to acknowledgement", "ms", delays, bare_delays, _BARE)
    slowest = Samples.of([_p99(taken)])
    yield Figure("webhook to acknowledgement, p99", "ms", slowest, Samples.of([_p99(bare)]), _BARE, aim=50)
    yield _to_exec(folder / "exec", 5 if quick else 40)


_BARE = "a bare FastAPI route"


def _logged_out(folder: Path) -> Path:
    """A CLI that says that nobody is logged in; of one that says nothing a task would have to find out."""
    program = folder / "logged-out-cli"
    program.write_text("#!/bin/sh\necho '{\"loggedIn\": false}'\n", encoding="utf-8")
    program.chmod(0o700)
    return program


def _to_exec(folder: Path, runs: int) -> Figure:
    folder.mkdir()
    program = Program(folder)
    with daemon(folder, **with_program(program.path)) as machine:
        machine.completed(machine.submit("Warm up."))
        machine.request("POST", "/api/webhooks", WEBHOOK)
        delays = [_after_delivery(machine, program, number) for number in range(runs)]
    return Figure("webhook to CLI exec", "ms", Samples.of(delays), aim=50)


def _after_delivery(machine: Daemon, program: Program, number: int) -> float:
    known = len(program.starts())
    begun = time.monotonic_ns()
    taken, _ = asyncio.run(_flood(machine.port, 1, first=number))
    took = (program.started_after(known) - begun) / 1e6
    if len(taken) != 1:
        raise RuntimeError("the delivery was not acknowledged")
    time.sleep(GAP_SECONDS)
    return took


def _bare(count: int) -> tuple[float, list[float]]:
    port = free_port()
    process = subprocess.Popen([sys.executable, *hello.COMMAND, str(port)], cwd=Path(__file__).parents[1])
    try:
        wait_healthy(port, process)
        delays, took = asyncio.run(_flood(port, count, first=0))
    finally:
        process.terminate()
        process.wait(10)
    return took, delays


async def _flood(port: int, count: int, *, first: int) -> tuple[list[float], float]:
    """(milliseconds of each, seconds of all): `count` deliveries, each another one. Raises for any that is refused."""
    requests = iter([_request(number) for number in range(first, first + count)])
    delays: list[float] = []
    begun = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for _ in range(min(CONNECTIONS, count)):
            group.create_task(_send(port, requests, delays))
    return delays, time.monotonic() - begun


async def _send(port: int, requests: Iterator[bytes], delays: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for request in requests:
            begun = time.monotonic()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            body = await reader.readexactly(int(length.partition(b":")[2]))
            if not head.startswith(b"HTTP/1.1 202"):
                raise RuntimeError(f"{head[:40]!r} {body[:300]!r}")
            delays.append((time.monotonic() - begun) * 1e3)
    finally:
        writer.close()
        await writer.wait_closed()


def _request(number: int) -> bytes:
    about: dict[str, Any] = {"type": "order.placed", "id": number, "title": f"Order {number}", "text": "x" * 2_000}
    body = json.dumps(about).encode()
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    head = (
        "POST /webhooks/bench HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"X-Signature: {digest}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _stored(folder: Path) -> int:
    """Deliveries in the database that have a task there."""
    (path,) = folder.rglob("machine.db")
    with sqlite3.connect(path) as database:
        query = "SELECT count(*) FROM deliveries JOIN tasks ON task_id = json_extract(task_ids, '$[0]')"
        return int(database.execute(query).fetchone()[0])


def _p99(delays: list[float]) -> float:
    return sorted(delays)[int(len(delays) * 0.99)]
