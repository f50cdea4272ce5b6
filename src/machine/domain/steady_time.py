"""A clock that nobody sets and that does not stand still while the computer sleeps: what leases are measured by.

For the warden as well, whose start somebody waits for: nothing but `time`.
"""

import time

_CLOCK = getattr(time, "CLOCK_BOOTTIME", None)  # of Linux; elsewhere there is what stands still at most in a sleep


def steady_seconds() -> float:
    """Seconds since some moment that is the same for all processes of this computer until it is started anew."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)
