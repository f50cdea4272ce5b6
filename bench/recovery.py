"""SIGKILL of the daemon with five tasks in the middle of a turn: from its next start until all of them run again.

The real CLI against the demo model. A task runs again when its second attempt is running and the new CLI has said a
word. Beside five bare CLIs started at once, to their first word.
"""

import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.support.bare_cli import CommandLine, first_word_seconds, seen_below
from bench.support.daemon import Daemon, daemon
from bench.support.figures import Figure, Samples
from bench.support.programs import ended, user_message

TASKS = 5
MESSAGE = "demo:slow, please."
SECONDS = 60.0


def run(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Each run on a folder of its own."""
    runs = 1 if quick else 5
    again, healthy, bare = [], [], []
    for number in range(runs):
        with daemon(folder / str(number), "--demo", MAX_CONCURRENT_TASKS=str(TASKS)) as machine:
            ids = [machine.submit(MESSAGE) for _ in range(TASKS)]
            command = seen_below(machine.pid)
            for task_id in ids:
                _wait_for_words(machine, task_id, attempt=1)
            bare.append(_bare_seconds(command, folder / f"bare-{number}"))
            machine.kill()
            begun = time.monotonic()
            machine.start()
            for task_id in ids:
                _wait_for_words(machine, task_id, attempt=2)
            again.append(time.monotonic() - begun)
            healthy.append(machine.start_seconds)
            for task_id in ids:
                machine.request("POST", f"/api/tasks/{task_id}/stop", {"mode": "stop"})
    name = f"{TASKS} bare CLIs started at once, to their first words"
    remark = f"the daemon was healthy after {Samples.of(healthy).median:.1f} s of it"
    measured = Samples.of(again)
    yield Figure(
        f"SIGKILL with {TASKS} tasks: restart until all run again", "s", measured, Samples.of(bare), name, 5, remark
    )


def _wait_for_words(machine: Daemon, task_id: str, attempt: int) -> None:
    deadline = time.monotonic() + SECONDS
    while not _says(machine, task_id, attempt):
        if time.monotonic() > deadline:
            raise RuntimeError(f"{task_id} said nothing in its attempt {attempt}: {machine.task(task_id)}")
        time.sleep(0.02)


def _says(machine: Daemon, task_id: str, attempt: int) -> bool:
    events: list[dict[str, Any]] = machine.request("GET", f"/api/tasks/{task_id}/events?limit=5000")["events"]
    starts = [e["seq"] for e in events if e["type"] == "task.started" and e["data"]["attempt"] == attempt]
    return any(
        starts and e["seq"] > starts[0] and e["type"] == "task.output" and e["data"]["kind"] == "text" for e in events
    )


def _bare_seconds(command: CommandLine, folder: Path) -> float:
    """While the daemon's five go on: they, too, share the machine with nothing but themselves and their model."""
    begun = time.monotonic()
    started = [command.start(folder / str(number)) for number in range(TASKS)]
    try:
        with ThreadPoolExecutor(TASKS) as pool:
            return max(pool.map(lambda process: _first_word(process, begun), started))
    finally:
        for process in started:
            process.kill()
            ended(process)


def _first_word(process: "subprocess.Popen[bytes]", begun: float) -> float:
    assert process.stdin is not None
    process.stdin.write(user_message(MESSAGE))
    process.stdin.flush()
    return first_word_seconds(process, begun)
