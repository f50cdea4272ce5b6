"""The warden: parent of ONE CLI, so that nothing the CLI starts outlives its task or its daemon.

The SDK starts this program as its `cli_path`. It starts the real CLI with the same arguments on the same stdin, stdout
and stderr, in a session of its own and with an allow-listed environment, and keeps a unix socket to the daemon. On
Linux it is the subreaper of everything below it: `setsid`, a double fork or an emptied environment do not escape.
What another daemon starts on request (docker, cron, `systemd-run`) is not below it.

Configuration: JSON in MACHINE_WARDEN
    {"socket": path, "run_id": str, "cli": path, "keep": [names of variables the CLI gets],
     "heartbeat_seconds": float | null, "ladder": [[signal name, patience in seconds], ...],
     "steward": path | null, "user": int | null}

With a steward this program asks it to start another one in its place, which runs the CLI as `user` (see steward.py).

JSON lines to the daemon
    {"type": "hello", "run_id", "task_id", "warden_pid", "warden_started": ticks since boot, "cli_pid"}
    {"type": "exited", "code": int, "signal": int | null, "starved": 0 | 1}
        the CLI has ended, for want of a beat where `starved` is 1; what it left behind is being killed
    {"type": "empty"}                                          nothing of the tree is left; the socket ends next
JSON lines from the daemon
    {"type": "stop", "ladder": [[signal name, patience in seconds], ...]}
    {"type": "beat"}
The end of the socket, an unreadable line, or a missing beat: SIGKILL to the tree. SIGTERM to the warden: its ladder.

Exit code: the CLI's, 128+n where signal n ended it, 125 where the warden, 126 or 127 where the CLI could not be run.

Somebody waits for its start, hence the C halves of socket, signal and json (a third of the time) and no typing or enum.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # the C half of `signal` has no stub
import _socket
import os
import select
import sys

from machine.claude.cli_child import CANNOT_START, let_go_of_standard_streams, start_cli
from machine.claude.json_lines import decode, encode
from machine.claude.process_tree import Tree, kill_all, process_control, started, tree_below
from machine.domain.steady_time import steady_seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Final

CONFIG_VARIABLE: Final = "MACHINE_WARDEN"
TASK_VARIABLE: Final = "MACHINE_TASK_ID"

SIGNALS: Final = {"HUP": 1, "INT": 2, "QUIT": 3, "KILL": 9, "TERM": 15}  # these five are the same on every POSIX system
AFTER_EXIT: Final = (("TERM", 0.5), ("KILL", 0.0))  # for what a CLI that ended by itself has left behind
LINE_LIMIT: Final = 65536
FIRST_PAUSE: Final = 0.002  # between two rounds of SIGKILL while nothing dies; doubles up to
LONGEST_PAUSE: Final = 0.5  # (a process of another user, or one that hangs in the kernel, must cost no CPU)
LOOK_SECONDS: Final = 1.0  # between two looks whether a beat is missing: a wait stands still while the computer sleeps


class Config:
    """What MACHINE_WARDEN says."""

    def __init__(self, text: str) -> None:
        """Raise ValueError, KeyError or TypeError where `text` is not the JSON described above."""
        fields = decode(text)
        self.socket: str = fields["socket"]
        self.run_id: str = fields["run_id"]
        self.cli: str = fields["cli"]
        self.keep: list[str] = fields["keep"]
        self.heartbeat_seconds: float | None = fields["heartbeat_seconds"]
        self.ladder: list[list[Any]] = fields["ladder"]
        self.steward: str | None = fields.get("steward")
        self.user: int | None = fields.get("user")


class Warden:
    """Watches one tree until it is empty."""

    def __init__(self, config: Config, link: _socket.socket, wake: int, tree: Tree) -> None:
        self.config = config
        self.link: _socket.socket | None = link
        self.wake = wake
        self.tree = tree
        self.unread = b""
        self.steps: list[tuple[str, float]] = []
        self.stopping = self.killing = self.reported = self.starved = False
        self.step_due = self.ladder_ends = float("inf")
        self.pause = FIRST_PAUSE
        self.beat_due = float("inf")
        self.beat()

    def watch(self) -> int:
        """Return the exit code of the CLI once nothing of its tree is left."""
        while not self.tree.reap():
            self.report_exit()
            self.advance()
            self.listen(self.wait_seconds())
        self.report_exit()
        self.tell(type="empty")
        return exit_code(self.tree.cli_status or 0)

    # What the daemon is told

    def tell(self, **fields: str | float | None) -> None:
        if self.link is None:
            return
        try:
            self.link.sendall(encode(fields))
        except OSError:
            self.hang_up()

    def report_exit(self) -> None:
        """Say once that the CLI has ended, and start clearing away what it left behind."""
        status = self.tree.cli_status
        if status is None or self.reported:
            return
        self.reported = True
        signalled = -status if status < 0 else None
        self.tell(type="exited", code=exit_code(status), signal=signalled, starved=int(self.starved))
        self.climb(AFTER_EXIT)

    # What the daemon says

    def listen(self, seconds: float | None) -> None:
        """Sleep until a signal, a line of the daemon, or `seconds` have passed."""
        poll = select.poll()
        if not self.stopping or self.tree.poll_seconds is None:  # the end of a listing `ps` would wake us, too
            poll.register(self.wake, select.POLLIN)
        if self.link is not None:
            poll.register(self.link.fileno(), select.POLLIN)
        ready = [fd for fd, _ in poll.poll(None if seconds is None else max(0, int(seconds * 1000) + 1))]
        if not ready:
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
        if self.wake in ready and signal.SIGTERM in os.read(self.wake, LINE_LIMIT):
            self.climb(self.config.ladder)
        if self.link is not None and self.link.fileno() in ready:
            self.receive(self.link)

    def receive(self, link: _socket.socket) -> None:
        try:
            data = link.recv(4096)
        except OSError:
            data = b""
        *lines, self.unread = (self.unread + data).split(b"\n")
        try:
            for line in lines:
                self.obey(decode(line.decode()))
        except (ValueError, KeyError, TypeError):
            data = b""  # whoever speaks here is not the daemon we know
        if not data or len(self.unread) > LINE_LIMIT:
            self.hang_up()

    def obey(self, command: Any) -> None:
        if command["type"] == "stop":
            self.climb(command["ladder"])
        elif command["type"] == "beat":
            self.beat()

    def beat(self) -> None:
        if self.config.heartbeat_seconds is not None:
            self.beat_due = steady_seconds() + self.config.heartbeat_seconds

    def hang_up(self) -> None:
        """The daemon is gone: so is the tree."""
        if self.link is not None:
            self.link.close()
            self.link = None
        self.kill()

    # The ladder

    def climb(self, ladder: Iterable[Iterable[Any]]) -> None:
        """Start `ladder`, unless one that ends sooner is already running."""
        steps = [(str(name), float(patience)) for name, patience in ladder]
        now = steady_seconds()
        ends = now + sum(patience for _, patience in steps)
        if self.killing or (self.stopping and ends >= self.ladder_ends):
            return
        self.stopping, self.steps, self.step_due, self.ladder_ends = True, steps, now, ends

    def advance(self) -> None:
        """Take the step of the ladder that is due; in the last one, kill whatever is there by now."""
        now = steady_seconds()
        if now >= self.beat_due:
            self.starved = True
            self.kill()
        while not self.killing and now >= self.step_due:
            name, patience = self.steps.pop(0) if self.steps else ("KILL", 0.0)
            if SIGNALS.get(name, signal.SIGKILL) == signal.SIGKILL:
                self.kill()
                break
            self.step_due = now + patience
            self.tree.send(SIGNALS[name])
            self.tree.send(signal.SIGCONT)  # a stopped process handles nothing but SIGKILL
        if self.killing:
            self.tree.kill()

    def kill(self) -> None:
        self.stopping = self.killing = True
        self.step_due = self.beat_due = float("inf")

    def wait_seconds(self) -> float | None:
        """How long nothing has to be done without being asked; None is for ever."""
        due = min(self.step_due, self.beat_due) - steady_seconds()
        if self.beat_due < float("inf"):
            due = min(due, LOOK_SECONDS)
        if self.killing:
            due = self.pause
        elif self.stopping and self.tree.poll_seconds is not None:
            due = min(due, self.tree.poll_seconds)
        return None if due == float("inf") else due


def main() -> int:
    """Start the CLI, watch it, and answer its exit code; where there is a steward, by way of it."""
    try:
        config = Config(os.environ[CONFIG_VARIABLE])
    except (KeyError, ValueError, TypeError) as error:
        return refuse(f"{CONFIG_VARIABLE} is missing or wrong ({error!r}); the daemon sets it")
    if config.steward is None:
        return guard(config)
    from machine.claude.errand import started_elsewhere

    try:
        return started_elsewhere(config.steward)
    except OSError as error:
        return refuse(f"the steward does not answer at {config.steward} ({error}); nothing was started")


def guard(config: Config) -> int:
    """The warden's whole life."""
    try:
        task_id = os.environ[TASK_VARIABLE]
        link = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        link.connect(config.socket)
    except KeyError:
        return refuse(f"{TASK_VARIABLE} is missing; the daemon sets it")
    except OSError as error:
        return refuse(f"the daemon does not answer at {config.socket} ({error.strerror}); nothing was started")
    leave_session()
    wake = wake_on_signals()
    prctl = process_control()
    cli_pid = start_cli(config.cli, [*config.keep], config.user, prctl)
    if config.user is not None:
        keep_the_right_to_kill()
    let_go_of_standard_streams()
    tree = tree_below(cli_pid, prctl)
    try:
        warden = Warden(config, link, wake, tree)
        warden.tell(type="hello", run_id=config.run_id, task_id=task_id, warden_pid=os.getpid(),
                    warden_started=started(), cli_pid=cli_pid)  # fmt: skip
        return warden.watch()
    except BaseException:
        kill_all(tree)  # a fault of ours must not set the tree free
        raise


def keep_the_right_to_kill() -> None:
    """Of what the steward gave: the CLI runs as another user, and is to be stopped."""
    from machine.claude.privileges import KILL, hold

    hold(KILL)


def refuse(sentence: str) -> int:
    sys.stderr.write(f"warden: {sentence}\n")
    return CANNOT_START


def leave_session() -> None:
    """Leave the daemon's session and process group: Ctrl-C at its terminal is not for us."""
    if os.getpgrp() != os.getpid():  # else it is the leader of a group of its own already
        os.setsid()


def wake_on_signals() -> int:
    """Return a descriptor that gets a byte, its number, for each SIGCHLD and SIGTERM; ignore SIGINT and SIGHUP."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    return reader


def exit_code(status: int) -> int:
    """Return the shell's convention for `status`, where a negative number is a signal."""
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
