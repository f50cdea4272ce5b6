"""Who a process is and what it may do beyond that: users and capabilities (Linux).

For the steward and the warden, so standard library only, and as little of it as possible.
"""

from __future__ import annotations

import ctypes
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

KILL: Final = 5
SETGID: Final = 6
SETUID: Final = 7

PR_SET_PDEATHSIG: Final = 1
PR_SET_KEEPCAPS: Final = 8
PR_SET_NO_NEW_PRIVS: Final = 38
_VERSION_3: Final = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Set(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def hold(*capabilities: int) -> None:
    """Keep these and no others; none of them outlives an exec. Raises PermissionError where one was not there."""
    mask = sum(1 << number for number in capabilities)
    sets = (_Set * 2)(_Set(mask, mask, 0), _Set(0, 0, 0))
    _must(ctypes.CDLL(None, use_errno=True).capset(ctypes.byref(_Header(_VERSION_3, 0)), sets), "capset")


def become(user: int, group: int) -> None:
    """Be that user, in that group and in no other. For root, and for who holds SETUID and SETGID."""
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)


def keep_capabilities() -> None:
    """Let the next change of user take no capability away."""
    _prctl(PR_SET_KEEPCAPS, 1)


def never_gain() -> None:
    """From now on no program, set-user-id or with file capabilities, gives this process or its children more."""
    _prctl(PR_SET_NO_NEW_PRIVS, 1)


def die_with_parent() -> None:
    """SIGKILL to this process, and to the program it becomes, when its parent ends."""
    _prctl(PR_SET_PDEATHSIG, 9)


def _prctl(option: int, value: int) -> None:
    _must(ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0), "prctl")


def _must(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
