"""1,000 queued tasks of a program that ends at once: how many a minute, and the daemon's memory."""

import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.support.daemon import Daemon, daemon, with_program
from bench.support.figures import Figure, Samples
from bench.support.programs import INITIALIZE, Program, ended, user_message

SLOTS = 5
CLIENTS = 16
SECONDS = 300.0


def run(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Beside the same program spawned and spoken to by as many threads as there are slots."""
    count = 200 if quick else 1_000
    program, alone = Program(folder), Program(folder, "alone")
    with daemon(folder, MAX_CONCURRENT_TASKS=str(SLOTS), **with_program(program.path)) as machine:
        machine.completed(machine.submit("Warm up."))
        before = machine.memory_mb()
        begun = time.monotonic()
        ids = _posted(machine, count)
        posted = time.monotonic()
        queued = machine.request("GET", "/api/status")["machine"]["queued"]
        most = _wait_until_done(machine, before)
        done = time.monotonic()
        after = machine.memory_mb()
        failed = [one for one in ids if machine.task(one)["status"] != "completed"]
    if failed:
        raise RuntimeError(f"{len(failed)} of {count} tasks did not complete: {failed[:3]}")
    bare = Samples.of([_bare_rate(alone, count)])
    rate = Samples.of([count / (done - begun)])
    name = f"the bare program, {SLOTS} at a time"
    remark = f"{count:,} tasks in {done - begun:.0f} s from the first POST, {SLOTS} slots, all completed"
    yield Figure("dispatch rate of queued tasks", "tasks/s", rate, bare, name, remark=remark)
    remark = f"{CLIENTS} clients; {queued} tasks were queued when all were posted"
    yield Figure("POST /api/tasks while they run", "requests/s", Samples.of([count / (posted - begun)]), remark=remark)
    memory = Samples.of([most])
    remark = f"the most while they ran; {after:.0f} MB afterwards"
    yield Figure(f"memory with {count:,} queued tasks", "MB", memory, Samples.of([before]), "before", remark=remark)


def _posted(machine: Daemon, count: int) -> list[str]:
    """Post from several clients at once, so that a queue builds up."""

    def share(first: int) -> list[str]:
        client = machine.client()
        try:
            bodies = [
                {"message": f"Do number {number}.", "agent": "planning"} for number in range(first, count, CLIENTS)
            ]
            return [client.request("POST", "/api/tasks", body)["task_id"] for body in bodies]
        finally:
            client.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        return [task_id for ids in pool.map(share, range(CLIENTS)) for task_id in ids]


def _wait_until_done(machine: Daemon, memory: float) -> float:
    """Wait until nothing is open; returns the most memory seen."""
    deadline = time.monotonic() + SECONDS
    while True:
        status = machine.request("GET", "/api/status")["machine"]
        memory = max(memory, machine.memory_mb())
        if status["queued"] + status["running"] == 0:
            return memory
        if time.monotonic() > deadline:
            raise RuntimeError(f"not done after {SECONDS:g} s: {status}")
        time.sleep(0.1)


def _bare_rate(program: Program, count: int) -> float:
    begun = time.monotonic()
    with ThreadPoolExecutor(SLOTS) as pool:
        list(pool.map(lambda _: _one(program), range(count)))
    return count / (time.monotonic() - begun)


def _one(program: Program) -> None:
    """Handshake, message, answer, end: what a task says to it."""
    process = subprocess.Popen([program.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(repr(INITIALIZE).replace("'", '"').encode() + b"\n" + user_message("Do it."))
    process.stdin.flush()
    for line in process.stdout:
        if b'"idle"' in line:
            break
    ended(process)
