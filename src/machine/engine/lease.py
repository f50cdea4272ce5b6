"""What a machine knows of its own lease without asking anybody, by a clock that only goes forward, also while
the computer sleeps, on the safe side.

A lease of 30 s is extended every 10 s. What a machine does when that does not work follows from when it last did:
after 12 s its wardens get no more beats, and kill their CLIs 15 s after the last; after 15 s it ends its CLIs itself.
So nothing of it is left when the lease ends and others take over.
"""

from collections.abc import Callable, Iterable
from typing import Final

from machine.domain.seen_lease import SeenLease
from machine.domain.steady_time import steady_seconds

BEATS_PART: Final = 0.4
HELD_PART: Final = 0.5
"""Parts of the lease; those of the wardens come on top of the first."""


class Lease:
    """Nothing is known in the beginning, and that counts as not held."""

    def __init__(self, seconds: float, *, now: Callable[[], float] = steady_seconds) -> None:
        self.seconds = seconds
        self._now = now
        self._asked_at = float("-inf")
        self._well_since: float | None = None

    @property
    def interval_seconds(self) -> float:
        """Between two heartbeats, and the longest that one is waited for."""
        return self.seconds / 3

    @property
    def retry_seconds(self) -> float:
        """Until a heartbeat that failed is tried again."""
        return self.seconds / 30

    @property
    def wardens_seconds(self) -> float:
        """How long a warden does without a beat."""
        return self.seconds * HELD_PART

    def extended(self, asked_at: float) -> None:
        """The database has extended it; it was asked at `asked_at`, which is what surely counts."""
        if self._well_since is None or asked_at - self._asked_at >= self.seconds * HELD_PART:
            self._well_since = self._now()
        self._asked_at = max(self._asked_at, asked_at)

    def failed(self) -> None:
        """It could not be extended."""
        self._well_since = None

    def given_up(self) -> None:
        """It is somebody else's matter now."""
        self._asked_at, self._well_since = float("-inf"), None

    @property
    def held(self) -> bool:
        """Whether this machine may go on with what it does."""
        return self._age < self.seconds * HELD_PART

    @property
    def may_beat(self) -> bool:
        """Whether wardens may be told that all is well."""
        return self._age < self.seconds * BEATS_PART

    @property
    def may_judge(self) -> bool:
        """Whether the database has answered for one whole lease: before that, expired leases prove nothing."""
        return self.held and self._well_since is not None and self._now() - self._well_since >= self.seconds

    @property
    def _age(self) -> float:
        return self._now() - self._asked_at


class LeaseWatch:
    """Which leases of others nobody extends any more, by this computer's own clock: the one that they are written by
    may be set, and forwards all of them would have expired, backwards none for a long time."""

    def __init__(self, own_seconds: float, *, now: Callable[[], float] = steady_seconds) -> None:
        self._own_seconds = own_seconds
        self._now = now
        self._since: dict[SeenLease, float] = {}

    def stood_still(self, leases: Iterable[SeenLease]) -> list[SeenLease]:
        """Those of `leases`, all that there are now, that were seen as they are for as long as they last, and no
        shorter than one's own."""
        now = self._now()
        self._since = {lease: self._since.get(lease, now) for lease in leases}
        return [lease for lease, since in self._since.items() if now - since >= max(lease.seconds, self._own_seconds)]
