"""Where the events of a connection come from: the store for what was, the hub for what is. No gap and no double.

The hub is subscribed to before the store is read. What the store does not have yet when it is read comes through the
hub; what comes through both is known by its number. Where the hub itself has missed something, the store is read again
from the last event handed out, and the reader does not notice.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf
from typing import Final

from machine.api.state import PolledHub
from machine.domain.events import StoredEvent
from machine.domain.principal import Principal
from machine.ports import TaskStore

PAGE: Final = 128
"""Events read from the store at once: at 64 KiB each, 8 MiB at most."""
LIVE: Final = 256
"""Events taken from the hub at once."""
MAX_SKIPPED: Final = 1_000


class TooSlow(Exception):
    """The reader did not keep up with what happens live."""


class TaskSource:
    """All events of one task after `after`."""

    def __init__(self, store: TaskStore, hub: PolledHub, task_id: str, after: int, wake: Callable[[], None]) -> None:
        self.task_id = task_id
        self.start = after
        """Up to this `seq` the client has all from elsewhere; of these, the feed brings what it still comes to."""
        self.last = after
        """`seq` of the newest event handed out."""
        self._store = store
        self._hub = hub
        self._wake = wake
        self._replaying = True
        self._skipped: dict[int, str] = {}
        self._live = hub.subscribe_task(task_id, on_ready=wake)

    @property
    def is_full(self) -> bool:
        """Whether this source, behind with what is stored, has no room for another page that the feed leaves to it."""
        return self._replaying and len(self._skipped) > MAX_SKIPPED - LIVE

    async def next(self) -> list[str]:
        """The next frames in order; empty when there is nothing now. Raises TooSlow."""
        if self._live.lagged and not self._replaying:
            if self._live.too_slow:
                raise TooSlow
            self._replaying = True
        frames = await self._replay() if self._replaying else self._follow()
        if frames:
            self._skipped = {seq: frame for seq, frame in self._skipped.items() if seq > self.last}
        elif self._replaying:
            self._wake()
        return frames

    def skipped_in_feed(self, event: StoredEvent) -> None:
        """The feed leaves this event to us; if we end before its turn comes, `owed` has it. Raises TooSlow."""
        if event.seq is not None and event.seq > self.last:
            self._skipped[event.seq] = event.frame
            if len(self._skipped) > MAX_SKIPPED:
                raise TooSlow

    def owed(self, up_to: float = inf) -> list[str]:
        """Frames that the feed left to this source and that it did not come to, as far as that `seq`."""
        return [frame for seq, frame in sorted(self._skipped.items()) if self.last < seq <= up_to]

    def close(self) -> None:
        self._live.close()

    async def _replay(self) -> list[str]:
        if self._live.lagged:
            self._live.close()
            self._live = self._hub.subscribe_task(self.task_id, on_ready=self._wake)
        page = await self._store.events(self.task_id, after=self.last, limit=PAGE)
        if len(page) < PAGE and not self._live.lagged:
            self._replaying = False
        return self._numbered(page)

    def _follow(self) -> list[str]:
        while taken := self._live.take(LIVE):
            # The store may have brought all of these already, and newer ones wait behind them.
            if frames := self._numbered(taken):
                return frames
        return []

    def _numbered(self, events: Iterable[StoredEvent]) -> list[str]:
        frames = []
        for event in events:
            if event.seq is not None and event.seq > self.last:
                self.last = event.seq
                frames.append(event.frame)
        return frames


@dataclass(frozen=True)
class Begun:
    """`feed_seq` of the oldest and the newest event in the store, and of the one after which a feed begins."""

    oldest: int
    newest: int
    after: int


def is_gone(after: int, oldest: int, newest: int) -> bool:
    """Whether the store, which has the feed from `oldest` to `newest`, no longer has all that came after `after`."""
    return after + 1 < oldest <= newest


class FeedSource:
    """The machine's feed, as far as the principal may see it and no subscription brings it anyway."""

    def __init__(self, store: TaskStore, hub: PolledHub, wake: Callable[[], None]) -> None:
        self._store = store
        self._hub = hub
        self._wake = wake
        self._live = hub.subscribe_feed(on_ready=wake)
        self._last = 0
        self._start = 0
        self._back: int | None = None
        self._behind = False

    async def begin(self, after: int | None = None) -> "Begun":
        """Follow what comes after the newest event of the store; before it, bring what came after `after`."""
        oldest, newest = await self._store.feed_range()
        self._last = self._start = newest
        if after is None or after > newest or is_gone(after, oldest, newest):
            return Begun(oldest, newest, newest)
        self.replay(after)
        return Begun(oldest, newest, after)

    def replay(self, after: int) -> None:
        """Bring what came after `after` and before this connection; what is live from now on waits meanwhile."""
        if after < self._start:
            self._back = after
            self._wake()

    async def next(self, principal: Principal, tasks: dict[str, TaskSource]) -> tuple[list[str], bool]:
        """(the next frames in order, whether there may be more at once). Raises TooSlow."""
        if any(source.is_full for source in tasks.values()):
            self._behind = self._behind or self._live.lagged
            return [], True
        if self._back is not None:
            page, more = await self._page_back(self._back), True
        elif self._behind or (self._live.lagged and not self._live.too_slow):
            page, more = await self._page_behind(), True
        elif self._live.lagged:
            raise TooSlow
        else:
            taken = self._live.take(LIVE)
            page, more = self._new(taken), len(taken) == LIVE
        return [event.frame for event in page if self._wanted(event, principal, tasks)], more

    def close(self) -> None:
        self._live.close()

    async def _page_back(self, after: int) -> list[StoredEvent]:
        page = await self._store.feed(after=after, limit=PAGE)
        wanted = [event for event in page if event.feed_seq is not None and event.feed_seq <= self._start]
        if len(wanted) == PAGE:
            self._back = wanted[-1].feed_seq
        else:
            self._back = None
            self._behind = self._live.lagged
        return wanted

    async def _page_behind(self) -> list[StoredEvent]:
        """What the hub's queue had no room for during a replay, or the hub has missed, comes from the store."""
        if self._live.lagged:
            self._live.close()
            self._live = self._hub.subscribe_feed(on_ready=self._wake)
        page = await self._store.feed(after=self._last, limit=PAGE)
        self._behind = len(page) == PAGE or self._live.lagged
        return self._new(page)

    def _new(self, events: Iterable[StoredEvent]) -> list[StoredEvent]:
        new = []
        for event in events:
            if event.feed_seq is not None and event.feed_seq > self._last:
                self._last = event.feed_seq
                new.append(event)
        return new

    @staticmethod
    def _wanted(event: StoredEvent, principal: Principal, tasks: dict[str, TaskSource]) -> bool:
        if not principal.sees(event.user_id):
            return False
        source = tasks.get(event.task_id) if event.task_id is not None else None
        if source is None or (event.seq is not None and event.seq <= source.start):
            return True
        source.skipped_in_feed(event)
        return False
