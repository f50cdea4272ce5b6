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

import os
import select
import signal
import socket
import struct
import sys
import tempfile
from pathlib import Path
from typing import Final

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
from machine.claude.steward_requests import CANNOT_START, Steward, calm, end_users, serve_one

AGENTS_VARIABLE: Final = "MACHINE_AGENT_USERS"
STEWARD_VARIABLE: Final = "MACHINE_STEWARD"


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


def _start(command: list[str], environment: dict[str, str]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        calm()
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
                    serve_one(steward, connection)


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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
