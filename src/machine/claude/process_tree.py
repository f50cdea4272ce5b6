"""The processes below this one: found, signalled, and collected until none is left.

For the warden, so standard library only, and as little of it as possible.
"""
# Importing pathlib would cost as much as all the rest of the start.
# ruff: noqa: PTH110, PTH123, PTH208

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

PR_SET_CHILD_SUBREAPER: Final = 36
SIGKILL: Final = 9
PS_SECONDS: Final = 5.0
KILL_PAUSE_SECONDS: Final = 0.002
LAST_EFFORT_SECONDS: Final = 10.0


def tree_below(cli_pid: int, prctl: Callable[..., int] | None) -> Tree:
    """Return the tree of this process, where `prctl` is what `process_control` answered."""
    has_children_files = os.path.exists(f"/proc/self/task/{os.getpid()}/children")
    return Tree(cli_pid) if prctl is not None and has_children_files else ListedTree(cli_pid)


class Tree:
    """Everything below this process, which is its subreaper.

    An orphan below a subreaper becomes the subreaper's child. So "no child is left" (ECHILD) means that the whole tree
    is empty. A child's pid cannot be used again before it is waited for here; a deeper one is signalled milliseconds
    after the kernel named it, and the kernel hands out every other pid before it uses one again.
    """

    poll_seconds: float | None = None  # SIGCHLD tells about every end

    def __init__(self, cli_pid: int) -> None:
        self.cli_pid = cli_pid
        self.cli_status: int | None = None

    def pids(self) -> list[int]:
        """All descendants, parents before their children."""
        found = children_of(os.getpid())
        for pid in found:  # grows while it is walked
            found.extend(children_of(pid))
        return found

    def reap(self) -> bool:
        """Collect whatever has ended; True when nothing is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if pid == 0:
                return False
            if pid == self.cli_pid:
                self.cli_status = os.waitstatus_to_exitcode(status)

    def send(self, number: int) -> None:
        """Signal every descendant once."""
        for pid in self.pids():
            signal_one(pid, number)

    def kill(self) -> None:
        """SIGKILL every descendant, level by level and each as soon as it is known.

        Among a thousand busy processes our share of the CPU is small: the first ones have to die before the last ones
        are looked for. What is forked meanwhile becomes our child; the caller comes back until `reap` says empty.
        """
        level = children_of(os.getpid())
        for pid in level:
            kill_group_led_by(pid)
        while level:
            for pid in level:
                signal_one(pid, SIGKILL)
            level = [child for pid in level for child in children_of(pid)]


class ListedTree(Tree):
    """Where there is no subreaper (macOS): descendants and the CLI's process group, as `ps` lists them.

    A double fork that also left the group is not seen here; the daemon's sweep by environment finds it.
    """

    poll_seconds = 0.05  # an orphan belongs to init: nobody tells us about its end

    def pids(self) -> list[int]:
        rows = process_rows()
        found = [pid for pid, parent, group in rows if parent == os.getpid() or group == self.cli_pid]
        for pid in found:
            found.extend(child for child, parent, _ in rows if parent == pid and child not in found)
        return found

    def reap(self) -> bool:
        return super().reap() and not self.pids()

    def kill(self) -> None:
        self.send(SIGKILL)


def signal_one(pid: int, number: int) -> None:
    """Signal `pid`; one that has just gone, or is another user's, is passed over."""
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def kill_group_led_by(child: int) -> None:
    """SIGKILL at one blow the process group that `child` leads, if it does: not yet waited for, it keeps the number."""
    try:
        if os.getpgid(child) == child:
            os.killpg(child, SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def process_control() -> Callable[..., int] | None:
    """Become the subreaper of everything below; return prctl(2), or None where there is none."""
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    prctl: Callable[..., int] = ctypes.CDLL(None).prctl
    return prctl if prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 else None


def children_of(pid: int) -> list[int]:
    """Children of every thread of `pid`; none where it has just gone."""
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as children:
                found.extend(map(int, children.read().split()))
    except OSError:
        return found
    return found


def process_rows() -> list[tuple[int, int, int]]:
    """Return pid, parent and process group of every living process but `ps` itself."""
    import subprocess

    with subprocess.Popen(["ps", "-Ao", "pid=,ppid=,pgid=,stat="], stdout=subprocess.PIPE) as ps:
        output, _ = ps.communicate(timeout=PS_SECONDS)
    rows = (line.split() for line in output.splitlines())
    return [(int(row[0]), int(row[1]), int(row[2])) for row in rows if int(row[0]) != ps.pid and row[3][:1] != b"Z"]


def kill_all(tree: Tree) -> None:
    """SIGKILL until the tree is empty, for a bounded time."""
    ends = time.monotonic() + LAST_EFFORT_SECONDS
    while not tree.reap() and time.monotonic() < ends:
        tree.kill()
        time.sleep(KILL_PAUSE_SECONDS)


def started() -> float:
    """Start of this process in clock ticks since boot, or seconds since the epoch where there is no /proc."""
    try:
        with open("/proc/self/stat", "rb") as stat:
            return int(stat.read().rpartition(b")")[2].split()[19])
    except OSError:
        return time.time()
