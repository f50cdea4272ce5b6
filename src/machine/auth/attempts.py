"""Wrong secrets, counted per address; wrong passwords, per address and per name."""

import ipaddress
from collections import OrderedDict
from datetime import datetime
from typing import Final

from machine.domain.clock import Clock

MAX_FAILURES: Final = 60
FAILURES_FORGOTTEN_PER_SECOND: Final = 1.0
MAX_KEYS: Final = 4096
MAX_KNOWN: Final = 1024

PASSWORDS_PER_ADDRESS: Final = 30
PASSWORDS_PER_NAME: Final = 10
PASSWORD_FORGOTTEN_SECONDS: Final = 30.0


def neighbourhood(address: str) -> str:
    """What is counted as one: an IPv4 address, or the /64 of an IPv6 address, for whoever has one has all of those."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, ipaddress.IPv6Address):
        return address
    return str(found.ipv4_mapped or ipaddress.ip_network((found.packed[:8] + bytes(8), 64)))


class Buckets:
    """Leaking buckets, one for each key: `most` at once, then as many as leak out."""

    def __init__(self, clock: Clock, *, most: float, per_second: float) -> None:
        self._clock = clock
        self._most = most
        self._per_second = per_second
        self._buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def must_wait(self, key: str) -> float:
        """Seconds until there is room; 0 when there is now."""
        level = self._level(key)
        return 0.0 if level < self._most else (level - self._most + 1.0) / self._per_second

    def add(self, key: str) -> None:
        self._buckets[key] = (self._level(key) + 1.0, self._clock())
        self._buckets.move_to_end(key)
        if len(self._buckets) > MAX_KEYS:
            self._buckets.popitem(last=False)

    def take_back(self, key: str) -> None:
        """What was added last did not count."""
        self._buckets[key] = (max(0.0, self._level(key) - 1.0), self._clock())

    def clear(self) -> None:
        self._buckets.clear()

    def _level(self, key: str) -> float:
        if key not in self._buckets:
            return 0.0
        now = self._clock()
        level, at = self._buckets[key]
        if now < at:  # the clock was set back: what was counted leaks from now on
            self._buckets[key] = (level, now)
        return max(0.0, level - max(0.0, (now - at).total_seconds()) * self._per_second)


class FailedAttempts:
    """A leaking bucket for each address: so many wrong secrets at once, then some a second (60 and one for logins).

    The secrets cannot be guessed, so this protects the database and the log. Whoever came in before is let through,
    or a stranger behind the same proxy could lock the owner out.
    """

    def __init__(
        self, clock: Clock, *, most: int = MAX_FAILURES, per_second: float = FAILURES_FORGOTTEN_PER_SECOND
    ) -> None:
        self._buckets = Buckets(clock, most=most, per_second=per_second)
        self._known: OrderedDict[str, None] = OrderedDict()

    def must_wait(self, address: str, digest: str) -> float:
        """Seconds until this address may try this secret; 0 when it may now."""
        return 0.0 if digest in self._known else self._buckets.must_wait(neighbourhood(address))

    def failed(self, address: str) -> None:
        """Count a wrong secret."""
        self._buckets.add(neighbourhood(address))

    def succeeded(self, digest: str) -> None:
        """Remember a secret's digest as one that was right; it is still looked up each time."""
        self._known[digest] = None
        self._known.move_to_end(digest)
        if len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)


class PasswordAttempts:
    """Passwords can be guessed: ten wrong ones for a name, thirty from an address, then one in half a minute.

    Nobody is let through here, wherever they come from: a link signs in who is kept out by a stranger's guesses.
    """

    def __init__(self, clock: Clock) -> None:
        per_second = 1.0 / PASSWORD_FORGOTTEN_SECONDS
        self._names = Buckets(clock, most=PASSWORDS_PER_NAME, per_second=per_second)
        self._addresses = Buckets(clock, most=PASSWORDS_PER_ADDRESS, per_second=per_second)

    def begin(self, address: str, name_key: str) -> float:
        """Count an attempt before it is made, so that many at once are no way round; 0, or the seconds to wait."""
        address = neighbourhood(address)
        wait = max(self._addresses.must_wait(address), self._names.must_wait(name_key))
        if wait == 0:
            self._addresses.add(address)
            self._names.add(name_key)
        return wait

    def succeeded(self, address: str, name_key: str) -> None:
        """It was right: it does not count."""
        self._addresses.take_back(neighbourhood(address))
        self._names.take_back(name_key)
