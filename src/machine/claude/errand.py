"""What is asked of the steward (see steward.py): by the warden's launcher, and by the daemon. Blocking.

For the launcher, too, so standard library only, and as little of it as possible.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # the C half of `signal` has no stub
import _socket
import array
import json
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Final

LINE_LIMIT: Final = 8 * 1024 * 1024
LOST: Final = 125


def begin(
    steward: str,
    request: Mapping[str, Any],
    descriptors: Sequence[int] = (),
    *,
    seconds: float | None = None,
) -> _socket.socket:
    """Send a request with open files; the answers come on the socket. Whoever closes it takes the request back.

    `seconds` bounds each wait on the socket. Raises OSError.
    """
    link = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        link.settimeout(seconds)
        link.connect(steward)
        line = json.dumps(request).encode() + b"\n"
        rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        link.sendmsg([line[:1]], rights)
        link.sendall(line[1:])
    except BaseException:
        link.close()
        raise
    return link


def next_line(link: _socket.socket) -> dict[str, Any]:
    """The next answer. Raises OSError when there is none any more, ValueError when it is not one."""
    said = b""
    while not said.endswith(b"\n"):
        if not (piece := link.recv(1)):  # a few bytes; what follows is the next answer's
            raise ConnectionResetError("the steward has hung up")
        said += piece
        if len(said) > LINE_LIMIT:
            raise ValueError("the steward's answer is too long")
    answer = json.loads(said)
    if not isinstance(answer, dict):
        raise ValueError("the steward's answer is no object")
    return answer


def started_elsewhere(steward: str) -> int:
    """Have the steward start a warden with our arguments, environment, folder and streams; its exit code.

    SIGTERM is passed on to it. Raises OSError.
    """
    request = {"do": "warden", "cwd": os.getcwd(), "argv": sys.argv, "env": dict(os.environ)}  # noqa: PTH109 - costs
    link = begin(steward, request, (0, 1, 2))
    for descriptor in (0, 1):  # so that their ends mean the CLI's
        os.close(descriptor)
    if os.getpgrp() != os.getpid():  # Ctrl-C at the daemon's terminal is not for us
        os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pid = int(next_line(link)["pid"])

    def pass_on(*_: object) -> None:
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            return

    signal.signal(signal.SIGTERM, pass_on)
    try:
        return int(next_line(link)["code"])
    except (OSError, ValueError, KeyError):
        return LOST
