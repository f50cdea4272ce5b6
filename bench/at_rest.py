"""The daemon at rest: memory before and after its first task, and processor time over half a minute."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench.support.daemon import Daemon, daemon, free_port, wait_healthy
from bench.support.figures import Figure, Samples
from bench.support.hello import COMMAND
from bench.support.model import model

SETTLE_SECONDS = 3.0


def run(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """With an API key against the scripted model, then without a key and a login."""
    seconds = 10.0 if quick else 30.0
    hello_mb, hello_cpu = _hello(seconds)
    bare, name = Samples.of([hello_mb]), "FastAPI and uvicorn alone"
    with (
        model() as url,
        daemon(folder / "key", ANTHROPIC_BASE_URL=url, ANTHROPIC_API_KEY="no-key-is-needed") as machine,
    ):
        time.sleep(SETTLE_SECONDS)
        yield Figure("memory at rest, before the first task", "MB", _memory(machine), bare, name, aim=120)
        machine.completed(machine.submit("Do it."))
        time.sleep(SETTLE_SECONDS)
        remark = "the SDK is loaded now; the folder is fresh, so Alembic is, too"
        yield Figure("memory at rest, after a task", "MB", _memory(machine), bare, name, aim=120, remark=remark)
        cpu, bare_cpu = Samples.of([_cpu_percent(machine, seconds)]), Samples.of([hello_cpu])
        yield Figure("processor at rest", "% of a core", cpu, bare_cpu, name, aim=0.5)
        machine.end()
        machine.start()
        machine.completed(machine.submit("Do it."))
        time.sleep(SETTLE_SECONDS)
        yield Figure("memory at rest, after a restart and a task", "MB", _memory(machine), bare, name, aim=120)
    with daemon(folder / "login") as machine:
        time.sleep(SETTLE_SECONDS)
        cpu = Samples.of([_cpu_percent(machine, seconds)])
        remark = "children included: the CLI is asked now and then whether there is a login by now"
        yield Figure("processor at rest, not logged in", "% of a core", cpu, bare_cpu, name, aim=0.5, remark=remark)


def _memory(machine: Daemon) -> Samples:
    return Samples.of([machine.memory_mb()])


def _cpu_percent(machine: Daemon, seconds: float) -> float:
    before, begun = machine.cpu_seconds(), time.monotonic()
    time.sleep(seconds)
    return (machine.cpu_seconds() - before) / (time.monotonic() - begun) * 100


def _hello(seconds: float) -> tuple[float, float]:
    """(MB, % of a core) of the smallest server of the same kind."""
    port = free_port()
    process = subprocess.Popen([sys.executable, *COMMAND, str(port)])
    try:
        wait_healthy(port, process)
        watched = psutil.Process(process.pid)
        before = watched.cpu_times()
        time.sleep(seconds)
        after = watched.cpu_times()
        used = after.user + after.system - before.user - before.system
        return watched.memory_info().rss / 1e6, used / seconds * 100
    finally:
        process.terminate()
        process.wait(30)
