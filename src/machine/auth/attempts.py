"""Wrong secrets, counted per address."""

from collections import OrderedDict
from datetime import datetime
from typing import Final

from machine.domain.clock import Clock

MAX_FAILURES: Final = 60
FAILURES_FORGOTTEN_PER_SECOND: Final = 1.0
MAX_ADDRESSES: Final = 4096
MAX_KNOWN: Final = 1024


class FailedAttempts:
    """A leaking bucket for each address: so many wrong secrets at once, then some a second (60 and one for logins).

    The secrets cannot be guessed, so this protects the database and the log. Whoever came in before is let through,
    or a stranger behind the same proxy could lock the owner out.
    """

    def __init__(
        self, clock: Clock, *, most: int = MAX_FAILURES, per_second: float = FAILURES_FORGOTTEN_PER_SECOND
    ) -> None:
        self._clock = clock
        self._most = most
        self._per_second = per_second
        self._buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()

    def must_wait(self, address: str, digest: str) -> float:
        """Seconds until this address may try this secret; 0 when it may now."""
        if digest in self._known:
            return 0.0
        level = self._level(address)
        return 0.0 if level < self._most else (level - self._most) / self._per_second + 1.0 / self._per_second

    def failed(self, address: str) -> None:
        """Count a wrong secret."""
        self._buckets[address] = (self._level(address) + 1.0, self._clock())
        self._buckets.move_to_end(address)
        if len(self._buckets) > MAX_ADDRESSES:
            self._buckets.popitem(last=False)

    def succeeded(self, digest: str) -> None:
        """Remember a secret's digest as one that was right; it is still looked up each time."""
        self._known[digest] = None
        self._known.move_to_end(digest)
        if len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)

    def _level(self, address: str) -> float:
        level, at = self._buckets.get(address, (0.0, self._clock()))
        elapsed = max(0.0, (self._clock() - at).total_seconds())
        return max(0.0, level - elapsed * self._per_second)
