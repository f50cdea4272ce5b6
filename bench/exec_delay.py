"""From POST /api/tasks to the first instruction of the CLI, beside the bare start of the same program.

A tiny program stands in the place of the CLI and notes the time of its first instruction; the clock is the same for all
processes. Its own start is in both numbers.
"""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from bench.support.daemon import Daemon, daemon, with_program
from bench.support.figures import Figure, Samples
from bench.support.programs import Program

GAP_SECONDS = 0.05
APART_SECONDS = 2.0


def run(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """The first task apart, since it imports the SDK; then one after the other; then seconds apart."""
    program, alone = Program(folder), Program(folder, "alone")
    runs, runs_apart = (10, 2) if quick else (60, 15)
    with daemon(folder, **with_program(program.path)) as machine:
        first = _after_post(machine, program)
        bare, through = [], []
        for _ in range(runs):
            bare.append(_after_spawn(alone))
            through.append(_after_post(machine, program))
            time.sleep(GAP_SECONDS)
        apart = []
        for _ in range(runs_apart):
            time.sleep(APART_SECONDS)
            apart.append(_after_post(machine, program))
    baseline = Samples.of(bare)
    name = "the same program, bare subprocess"
    yield Figure("POST to CLI exec", "ms", Samples.of(through), baseline, name, aim=35)
    yield Figure("POST to CLI exec, tasks 2 s apart", "ms", Samples.of(apart), baseline, name)
    yield Figure("POST to CLI exec, first task of a daemon", "ms", Samples.of([first]), baseline, name)


def _after_post(machine: Daemon, program: Program) -> float:
    known = len(program.starts())
    machine.request("GET", "/api/status")  # the connection is there, as a client's would be
    begun = time.monotonic_ns()
    task_id = machine.submit("Do it.")
    took = (program.started_after(known) - begun) / 1e6
    machine.completed(task_id)
    return took


def _after_spawn(program: Program) -> float:
    known = len(program.starts())
    begun = time.monotonic_ns()
    process = subprocess.Popen([program.path], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    process.wait(30)
    return (program.started_after(known) - begun) / 1e6
