"""What the steward does when it is asked (see steward.py), each request in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import Any, Final, NoReturn

from machine.claude import warden
from machine.claude.errand import LINE_LIMIT
from machine.claude.privileges import become, hold

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


def calm() -> None:
    """Signals as they are at a program's start; for children."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)


def serve_one(steward: Steward, connection: socket.socket) -> NoReturn:
    """In a process of its own: one request, then the end."""
    code = CANNOT_START
    try:
        calm()
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
