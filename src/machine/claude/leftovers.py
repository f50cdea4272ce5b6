"""Processes that a dead daemon, or a dead warden, has left behind.

They are found by what their environment says and by what is below them, and known by pid and start time: a pid alone
may be a stranger's by now, a name always may.
"""

import asyncio
import os
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import psutil

TASK_VARIABLE: Final = "MACHINE_TASK_ID"
INSTANCE_VARIABLE: Final = "MACHINE_INSTANCE"
WARDENS_OWN_SECONDS: Final = 1.0
PAUSE_SECONDS: Final = 0.05


@dataclass(frozen=True)
class SweptProcess:
    """A process that was killed; `is_gone` is False where it was still there at the deadline."""

    pid: int
    create_time: float  # seconds since the epoch
    name: str
    task_id: str | None  # None where only its parent told whose it is
    is_gone: bool


@dataclass(frozen=True)
class Leftover:
    """A process whose environment names this instance, or one below such a process."""

    process: psutil.Process
    task_id: str | None


def find_leftovers(marker: str, task_id: str | None = None) -> list[Leftover]:
    """Return the processes with MACHINE_INSTANCE=`marker` (of one task only, where it is named) and all below them.

    Blocking. Processes that cannot be read, zombies, and this process are left out.
    """
    everything = [process for process in psutil.process_iter() if process.pid != os.getpid()]
    marked = {process.pid: found for process in everything if (found := _marked(process, marker, task_id)) is not None}
    below = _below(everything, marked)
    return [Leftover(process, marked.get(process.pid)) for process in everything if process.pid in {*marked, *below}]


async def sweep(
    marker: str,
    deadline_seconds: float,
    *,
    task_id: str | None = None,
    wardens_own_seconds: float = WARDENS_OWN_SECONDS,
) -> list[SweptProcess]:
    """Kill what is left of instance `marker`, or of one task of it, and return what had to be killed.

    Wardens that are just clearing their trees get `wardens_own_seconds` to finish; then everything found is SIGKILLed
    until nothing is found or `deadline_seconds` have passed.
    """
    began = time.monotonic()
    found = await asyncio.to_thread(find_leftovers, marker, task_id)
    while found and time.monotonic() - began < wardens_own_seconds:
        await asyncio.sleep(PAUSE_SECONDS)
        found = await asyncio.to_thread(find_leftovers, marker, task_id)
    killed: dict[psutil.Process, SweptProcess] = {}
    while found or not await asyncio.to_thread(_all_gone, killed):  # one that is just ending has no environment left
        killed |= await asyncio.to_thread(_kill, found)
        if time.monotonic() - began >= deadline_seconds:
            break
        await asyncio.sleep(PAUSE_SECONDS)
        found = await asyncio.to_thread(find_leftovers, marker, task_id)
    return await asyncio.to_thread(_told, killed)


def _marked(process: psutil.Process, marker: str, task_id: str | None) -> str | None:
    """Return the task id (or "") in the environment of a process of this instance and task, None for any other."""
    try:
        environment = process.environ()
    except (psutil.Error, OSError):
        return None
    its_task = environment.get(TASK_VARIABLE, "")
    return its_task if environment.get(INSTANCE_VARIABLE) == marker and task_id in (None, its_task) else None


def _below(everything: Iterable[psutil.Process], roots: Iterable[int]) -> set[int]:
    """Return the pids below `roots`, by one look at the whole process table."""
    children: dict[int, list[int]] = defaultdict(list)
    for process in everything:
        try:
            children[process.ppid()].append(process.pid)
        except psutil.Error:
            continue
    found: set[int] = set()
    todo = list(roots)
    while todo:
        for pid in children[todo.pop()]:
            if pid not in found:
                found.add(pid)
                todo.append(pid)
    return found


def _kill(found: Iterable[Leftover]) -> dict[psutil.Process, SweptProcess]:
    """SIGKILL each, unless its pid has gone to another process since (psutil compares the start time)."""
    killed: dict[psutil.Process, SweptProcess] = {}
    for leftover in found:
        process = leftover.process
        try:
            facts = SweptProcess(process.pid, process.create_time(), process.name(), leftover.task_id, is_gone=False)
            process.kill()
        except psutil.Error:
            continue
        killed[process] = facts
    return killed


def _told(killed: dict[psutil.Process, SweptProcess]) -> list[SweptProcess]:
    return [
        SweptProcess(facts.pid, facts.create_time, facts.name, facts.task_id, is_gone=_is_gone(process))
        for process, facts in killed.items()
    ]


def _all_gone(processes: Iterable[psutil.Process]) -> bool:
    return all(map(_is_gone, processes))


def _is_gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return True
