"""How a warden starts its CLI: in a session of its own, with an allow-listed environment, as another user if asked to.

For the warden, so standard library only, and as little of it as possible.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # the C half of `signal` has no stub
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Final, NoReturn

CANNOT_START: Final = 125
CANNOT_RUN_CLI: Final = 126
NO_SUCH_CLI: Final = 127

PR_SET_PDEATHSIG: Final = 1
PRIVATE: Final = 0o077


def start_cli(cli: str, keep: Iterable[str], user: int | None, prctl: Callable[..., int] | None) -> int:
    """Return the pid of the CLI, which runs in a session of its own and dies with the warden (where there is prctl)."""
    warden_pid = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    try:
        if user is not None:
            switch(user)
        become_cli(cli, keep, prctl, warden_pid)
    except OSError as error:
        os.write(2, f"warden: cannot start {cli}: {error.strerror}\n".encode())
    finally:
        os._exit(CANNOT_START)


def switch(user: int) -> None:
    """Be that user for good; its group has the same number. Raises OSError."""
    from machine.claude.privileges import become, never_gain

    become(user, user)
    never_gain()
    os.umask(PRIVATE)


def become_cli(cli: str, keep: Iterable[str], prctl: Callable[..., int] | None, warden_pid: int) -> NoReturn:
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)  # ignored signals would stay ignored in the CLI
    os.setsid()
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # after the change of user, which would undo it
    if os.getppid() != warden_pid:  # it died before prctl could tell
        os._exit(CANNOT_START)
    environment = {name: os.environ[name] for name in set(keep) - {"MACHINE_WARDEN"} if name in os.environ}
    try:
        os.execve(cli, [cli, *sys.argv[1:]], environment)  # noqa: S606  # no shell: that is the point
    except OSError as error:
        os.write(2, f"warden: cannot run {cli}: {error.strerror}\n".encode())
        os._exit(NO_SUCH_CLI if isinstance(error, FileNotFoundError) else CANNOT_RUN_CLI)


def let_go_of_standard_streams() -> None:
    """Give up stdin and stdout, so that their ends mean the CLI's; stderr stays for a traceback."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nothing, descriptor)
    os.close(nothing)
