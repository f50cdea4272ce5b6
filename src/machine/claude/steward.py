"""The steward: starts what agents run, as users of their own, for a daemon that may not change its user.

    python -I -m machine.claude.steward --user NAME|UID [--agents FIRST-LAST] -- COMMAND...

Started as root, it becomes `--user` at once and keeps three capabilities: to take on another user (SETUID, SETGID) and
to end processes (KILL). Then it starts COMMAND, the daemon, as the same user with no capability at all, with
MACHINE_STEWARD in its environment: the path of a unix socket in a folder of that user's alone. Nothing that runs below
ever gains a privilege (no_new_privs). It ends with the daemon's exit code, and every process of an agent with it.
Started by anybody else than root, it only runs COMMAND, whose agents then run as the same user.

Each connection brings one request, a JSON line with open files beside its first byte. All of it concerns users from
`--agents` (or MACHINE_AGENT_USERS) alone; a group has the number of its user.
    {"do": "warden", "cwd", "argv", "env"}              with stdin, stdout, stderr
        be a warden (see warden.py), whose CLI runs as the user in MACHINE_WARDEN → {"pid": int}, {"code": int}
    {"do": "run", "user", "group", "argv", "cwd"}       with stdin, stdout, stderr
        run a program as that user, or as the daemon's own in that group → {"pid": int}, {"code": int}
        the end of the connection kills it
    {"do": "end", "first", "last"}
        SIGKILL to all that these users run → {"ended": int}
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import struct
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any, Final, NoReturn

from machine.claude import warden
from machine.claude.errand import LINE_LIMIT
from machine.claude.privileges import (
    KILL,
    SETGID,
    SETUID,
    become,
    die_with_parent,
    hold,
    keep_capabilities,
    never_gain,
)

AGENTS_VARIABLE: Final = "MACHINE_AGENT_USERS"
STEWARD_VARIABLE: Final = "MACHINE_STEWARD"
CANNOT_START: Final = 125
REQUEST_SECONDS: Final = 10.0
END_SECONDS: Final = 10.0
PAUSE_SECONDS: Final = 0.01
_RUN_VARIABLES: Final = ("PATH", "LANG", "LC_ALL", "TZ")


class Steward:
    """What the steward knows."""

    def __init__(self, user: int, group: int, first: int, last: int) -> None:
        self.user, self.group, self.first, self.last = user, group, first, last

    def check(self, number: object) -> int:
        """A user of agents. Raises PermissionError for any other."""
        if not isinstance(number, int) or not self.first <= number <= self.last:
            raise PermissionError(1, f"{number} is no user of agents ({self.first} to {self.last} are)")
        return number


def main(arguments: list[str]) -> int:
    """Start the daemon, do what it asks, and answer its exit code."""
    options, command = _parsed(arguments)
    if os.geteuid() != 0:
        return _without(command)
    user, group, said = _account(options["--user"])
    agents = options.get("--agents") or os.environ.get(AGENTS_VARIABLE, "")
    try:
        first, last = (int(part) for part in agents.split("-"))
    except ValueError:
        return _refuse(f"{AGENTS_VARIABLE} is {agents!r}; it has to be FIRST-LAST, such as 20000-29999")
    if not 0 < first <= last or first <= user <= last:
        return _refuse(f"{AGENTS_VARIABLE} is {agents!r}: it may hold neither root nor user {user}")
    try:
        _settle(user, group)
    except OSError as error:
        return _refuse(f"root here may not change users ({error.strerror}): SETUID, SETGID and KILL are needed")
    os.environ.update(said)
    return _work(Steward(user, group, first, last), command)


def _without(command: list[str]) -> int:
    """Run the daemon in this process's place, with nothing switched."""
    sys.stderr.write(f"steward: not started as root: agents run as user {os.geteuid()}, as the daemon does\n")
    sys.stderr.flush()
    environment = {name: value for name, value in os.environ.items() if name != AGENTS_VARIABLE}
    try:
        os.execvpe(command[0], command, environment)  # noqa: S606 - no shell
    except OSError as error:
        return _refuse(f"cannot run {command[0]}: {error.strerror}")


def _work(steward: Steward, command: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="machine-steward-") as folder:  # 0700
        path = str(Path(folder, "socket"))
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen(128)
            wake = _wake_on_signals()
            given = {AGENTS_VARIABLE: f"{steward.first}-{steward.last}", STEWARD_VARIABLE: path}
            code = _serve(steward, listener, wake, _start(command, {**os.environ, **given}))
        end_users(steward.first, steward.last)
    return code


def _parsed(arguments: list[str]) -> tuple[dict[str, str], list[str]]:
    """Options and command. Raises SystemExit with the usage."""
    try:
        split = arguments.index("--")
        options = dict(zip(arguments[:split:2], arguments[1:split:2], strict=True))
    except ValueError:
        raise SystemExit(__doc__) from None
    if not options.keys() <= {"--user", "--agents"} or "--user" not in options or not arguments[split + 1 :]:
        raise SystemExit(__doc__)
    return options, arguments[split + 1 :]


def _account(name: str) -> tuple[int, int, dict[str, str]]:
    """Number and group of a user, and what its environment says of it. Raises SystemExit."""
    import pwd

    try:
        found = pwd.getpwuid(int(name)) if name.isdecimal() else pwd.getpwnam(name)
    except KeyError:
        if name.isdecimal() and int(name):
            return int(name), int(name), {}
        raise SystemExit(f"steward: there is no user {name}") from None
    if found.pw_uid == 0:
        raise SystemExit("steward: the daemon must not be root")
    said = {"HOME": found.pw_dir, "USER": found.pw_name, "LOGNAME": found.pw_name}
    return found.pw_uid, found.pw_gid, said


def _settle(user: int, group: int) -> None:
    keep_capabilities()
    become(user, group)
    hold(SETUID, SETGID, KILL)
    never_gain()
    os.umask(0o077)


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"steward: {sentence}\n")
    return CANNOT_START


def _wake_on_signals() -> int:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    return reader


def _calm() -> None:
    """Signals as they are at a program's start; for children."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)


def _start(command: list[str], environment: dict[str, str]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        _calm()
        hold()
        die_with_parent()
        os.execvpe(command[0], command, environment)  # noqa: S606 - no shell
    except OSError as error:
        os.write(2, f"steward: cannot run {command[0]}: {error.strerror}\n".encode())
    finally:
        os._exit(CANNOT_START)


def _serve(steward: Steward, listener: socket.socket, wake: int, daemon: int) -> int:
    """Until the daemon ends; its exit code, 128+n where signal n ended it."""
    poll = select.poll()
    poll.register(wake, select.POLLIN)
    poll.register(listener, select.POLLIN)
    while True:
        ready = [descriptor for descriptor, _ in poll.poll()]
        if wake in ready:
            for number in set(os.read(wake, 4096)) - {signal.SIGCHLD}:
                os.kill(daemon, signal.SIGTERM if number == signal.SIGHUP else number)
            if (code := _reaped(daemon)) is not None:
                return code
        if listener.fileno() in ready:
            connection, _ = listener.accept()
            with connection:
                if _peer(connection) == steward.user and os.fork() == 0:
                    listener.close()
                    _serve_one(steward, connection)


def _reaped(daemon: int) -> int | None:
    """Collect what has ended; the daemon's exit code if it has."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return CANNOT_START
        if pid == daemon:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
        if pid == 0:
            return None


def _peer(connection: socket.socket) -> int:
    size = struct.calcsize("3i")
    return int(struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))[1])


def _serve_one(steward: Steward, connection: socket.socket) -> NoReturn:
    """In a process of its own: one request, then the end."""
    code = CANNOT_START
    try:
        _calm()
        request, descriptors = _received(connection)
        if request["do"] == "end":
            first, last = steward.check(request["first"]), steward.check(request["last"])
            connection.sendall(json.dumps({"ended": end_users(first, last)}).encode() + b"\n")
        else:
            for target, descriptor in enumerate(descriptors):
                os.dup2(descriptor, target)
                os.close(descriptor)
            connection.sendall(json.dumps({"pid": os.getpid()}).encode() + b"\n")
            code = _warden(steward, request) if request["do"] == "warden" else _run(steward, request, connection)
            connection.sendall(json.dumps({"code": code}).encode() + b"\n")
    except OSError as error:
        os.write(2, f"steward: {error.strerror or error}\n".encode())
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(code)


def _received(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """The request and its files, which are moved out of the way of 0, 1 and 2."""
    connection.settimeout(REQUEST_SECONDS)
    said, descriptors, _, _ = socket.recv_fds(connection, 65536, 3)
    while not said.endswith(b"\n"):
        piece = connection.recv(65536)
        if not piece or len(said) > LINE_LIMIT:
            raise ConnectionResetError(104, "half a request")
        said += piece
    connection.settimeout(None)
    return json.loads(said), [os.dup(descriptor) if descriptor < 3 else descriptor for descriptor in descriptors]


def _warden(steward: Steward, request: dict[str, Any]) -> int:
    """Be the warden. Its exit code."""
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv[:] = request["argv"]
    config = warden.Config(os.environ[warden.CONFIG_VARIABLE])
    steward.check(config.user)
    os.chdir(request["cwd"])
    return warden.guard(config)


def _run(steward: Steward, request: dict[str, Any], connection: socket.socket) -> int:
    """Run a program to its end, or to the connection's; its exit code."""
    user = request["user"] if request["user"] == steward.user else steward.check(request["user"])
    group = steward.check(request["group"])
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            become(user, group)
            hold()
            os.chdir(request["cwd"])
            environment = {name: os.environ[name] for name in _RUN_VARIABLES if name in os.environ}
            os.execvpe(request["argv"][0], request["argv"], environment)  # noqa: S606 - no shell
        except OSError as error:
            os.write(2, f"{request['argv'][0]}: {error.strerror}\n".encode())
        finally:
            os._exit(CANNOT_START)
    poll = select.poll()
    ended = os.pidfd_open(pid)
    poll.register(ended, select.POLLIN)
    poll.register(connection, select.POLLIN)
    if ended not in [descriptor for descriptor, _ in poll.poll()]:
        os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def end_users(first: int, last: int) -> int:
    """SIGKILL to all that these users run, until nothing is left or 10 s have passed; how many there were."""
    ends, killed = time.monotonic() + END_SECONDS, set()
    while (found := _running(first, last)) and time.monotonic() < ends:
        for pid in found:
            killed.add(pid)
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(PAUSE_SECONDS)
    return len(killed)


def _running(first: int, last: int) -> list[int]:
    """Pids of what these users run; what has ended and only waits to be collected is left out."""
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal() and _is_of(path, first, last)]


def _is_of(process: Path, first: int, last: int) -> bool:
    try:
        lines = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines() if ":\t" in line)
        return first <= int(lines["Uid"].split()[0]) <= last and lines["State"][0] not in "ZX"
    except (OSError, ValueError, KeyError):
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
