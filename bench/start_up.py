"""From the start of the daemon to its first healthy answer, on a fresh folder and on one that is there already."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.support.daemon import Daemon, free_port, wait_healthy
from bench.support.figures import Figure, Samples
from bench.support.hello import COMMAND


def run(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Turn about with the smallest server of the same kind."""
    runs = 3 if quick else 10
    bare, fresh, again = [], [], []
    for number in range(runs):
        bare.append(_hello_seconds())
        machine = Daemon(folder / str(number))
        fresh.append(_start_seconds(machine))
        again.append(_start_seconds(machine))
    baseline, name = Samples.of(bare), "FastAPI and uvicorn alone"
    yield Figure("start to first healthy answer, fresh folder", "s", Samples.of(fresh), baseline, name, aim=1.5)
    yield Figure("start to first healthy answer, existing folder", "s", Samples.of(again), baseline, name, aim=1.5)


def _start_seconds(machine: Daemon) -> float:
    try:
        machine.start()
        return machine.start_seconds
    finally:
        machine.end()


def _hello_seconds() -> float:
    port, begun = free_port(), time.monotonic()
    process = subprocess.Popen([sys.executable, *COMMAND, str(port)])
    try:
        wait_healthy(port, process)
        return time.monotonic() - begun
    finally:
        process.terminate()
        process.wait(30)
