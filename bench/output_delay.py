"""From a line on the CLI's stdout to a WebSocket client.

A program in place of the CLI writes the time into each line; the client compares. Output is stored before it is shown,
in pieces of up to 100 ms. A line after a silence waits for no such interval: that is the delay beyond it. In a stream
of lines most of them wait for the end of an interval; those are shown raw, and less the 100 ms.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path

from bench.support.daemon import Daemon, daemon, with_program
from bench.support.figures import Figure, Samples
from bench.support.listening import connected, subscribe
from bench.support.programs import Program, user_message

INTERVAL_MS = 100.0


def run(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Lines after a silence, then a stream of lines; each beside a bare pipe."""
    lines = 30 if quick else 120
    slow = Program(folder, "slow", lines=lines, pause_us=250_000)
    sparse, alone = _at_one(folder / "sparse", slow), bare(Program(folder, "alone", lines=50, pause_us=20_000))
    name = "the same lines over a bare pipe"
    yield Figure("stdout line to WebSocket client", "ms", sparse, alone, name, aim=10, remark="after a silence")
    quick_lines = Program(folder, "stream", lines=lines * 5, pause_us=10_000)
    dense = _at_one(folder / "dense", quick_lines)
    beyond = Samples.of([max(0.0, delay - INTERVAL_MS) for delay in dense.values])
    yield Figure("the same, in a stream of 100 lines/s, raw", "ms", dense, alone, name)
    yield Figure("the same, beyond the storing interval", "ms", beyond, alone, name, aim=10)


def _at_one(folder: Path, program: Program) -> Samples:
    folder.mkdir()
    with daemon(folder, **with_program(program.path)) as machine:
        return through(machine)


def through(machine: Daemon) -> Samples:
    """Delays of all lines of a task but the first ones, which a starting task delays, in ms."""
    with connected(machine) as socket:
        task_id = machine.submit("Write.")
        subscribe(socket, task_id)
        delays: list[float] = []
        while True:
            frame = socket.recv(60)
            arrived = time.monotonic_ns()
            event = json.loads(frame)
            if event.get("task_id") == task_id and event["type"] == "task.output":
                delays += [(arrived - stamp) / 1e6 for stamp in _stamps(event["data"])]
            if event.get("task_id") == task_id and event["type"] == "task.completed":
                return Samples.of(delays[5:])


def _stamps(piece: dict[str, object]) -> list[int]:
    if piece["kind"] != "text":
        return []
    return [int(line.split()[1]) for line in str(piece["text"]).splitlines() if " " in line]


def bare(program: Program) -> Samples:
    """Of its lines over a pipe, in ms."""
    delays: list[float] = []
    with program.spawned() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(user_message("Write."))
        process.stdin.flush()
        for line in process.stdout:
            arrived = time.monotonic_ns()
            said = json.loads(line)
            if said["type"] == "result":
                break
            text = said.get("event", {}).get("delta", {}).get("text", "")
            delays += [(arrived - int(one.split()[1])) / 1e6 for one in text.splitlines()]
    return Samples.of(delays)
