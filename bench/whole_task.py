"""Wall time of a whole task with the real CLI, beside the bare CLI doing the same.

Both talk to the same scripted model (one tool call, one answer) with the same command line and environment, which are
read from the process table. Through the daemon: from POST to the task's `task.completed` on a WebSocket. Bare: from the
spawn to the end of the process. Turn about, so that both see the same machine.
"""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from websockets.sync.client import ClientConnection

from bench.support.bare_cli import CommandLine, seen_below, whole_turn_seconds
from bench.support.daemon import Daemon, daemon
from bench.support.figures import Figure, Samples
from bench.support.listening import connected
from bench.support.model import model

MESSAGE = "Look at your instructions and say what there is to do."


def run(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Their ratio is the figure; the two times stand beside it."""
    runs = 3 if quick else 15
    through, bare = [], []
    with (
        model() as url,
        daemon(folder, ANTHROPIC_BASE_URL=url, ANTHROPIC_API_KEY="no-key-is-needed") as machine,
    ):
        command, workspace = _first(machine)
        with connected(machine) as socket:
            for number in range(runs):
                through.append(_task_seconds(machine, socket))
                copy = folder / "bare" / str(number)
                shutil.copytree(workspace, copy)
                bare.append(whole_turn_seconds(command, copy, MESSAGE))
    ratios = [one / other for one, other in zip(through, bare, strict=True)]
    ratio = Samples.of(through).median / Samples.of(bare).median
    yield Figure("whole task against the bare CLI", "times", Samples.of([ratio]), aim=1.05, remark=_spread(ratios))
    yield Figure("whole task", "s", Samples.of(through), Samples.of(bare), "bare CLI")


def _first(machine: Daemon) -> tuple[CommandLine, Path]:
    """The first task, which also imports the SDK: how its CLI was started, and the files of its workspace."""
    task_id = machine.submit(MESSAGE)
    command = seen_below(machine.pid)
    machine.completed(task_id)
    return command, machine.data_dir / "workspaces" / task_id


def _task_seconds(machine: Daemon, socket: ClientConnection) -> float:
    begun = time.monotonic()
    task_id = machine.submit(MESSAGE)
    while True:
        event = json.loads(socket.recv(60))
        if event.get("task_id") != task_id:
            continue
        if event["type"] == "task.completed":
            return time.monotonic() - begun
        if event["type"] in ("task.failed", "task.cancelled"):
            raise RuntimeError(f"the task did not complete: {event['data']}")


def _spread(ratios: list[float]) -> str:
    ranked = sorted(ratios)
    return f"ratio of the medians; pair by pair {ranked[0]:.2f} to {ranked[-1]:.2f}"
