"""The hub of a process among several: what it commits goes over the link (Redis) as well, what others commit comes from
there.

A task's channel is heard while somebody here reads the task. Whatever may have been missed (before a channel was
confirmed, while Redis was away, where others could not publish, where there is no Redis at all) is found by comparing
with the store, and readers are sent there. So Redis makes it quick, and nothing hangs on it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import Final

from pydantic import ValidationError

from machine.domain.errors import StoreError
from machine.domain.events import StoredEvent
from machine.hub.channel import LOOK, Channel, Link
from machine.hub.event_hub import EventHub
from machine.hub.line import Line
from machine.hub.subscription import BoundedSubscription
from machine.ports.hub import StoredUpTo

AWAY_SECONDS: Final = 2.0
"""How often the store is asked while the link is down, or there is none."""
CONNECTED_SECONDS: Final = 10.0
"""The same while it is there: another process may be cut off from it."""
UNREAD_SECONDS: Final = 5.0
"""How long a channel is heard that nobody reads any more: a page that is loaded anew comes back at once."""
_BREATH_SECONDS: Final = 0.02
_FEED: Final = "feed"

Newest = Callable[[Collection[str]], Awaitable[StoredUpTo]]
_log = logging.getLogger(__name__)


class SharedHub:
    """The ports `Hub` and `api.state.PolledHub`. Belongs to the event loop; `watch` does what takes time."""

    def __init__(self, link: Link, local: EventHub) -> None:
        self.link = link
        self._local = local
        self._tasks: dict[str, Line] = {}
        self._feed: Line | None = None
        self._doubtful: set[str] = set()
        """Tasks of which something may have been missed."""
        self._all_doubtful = False
        self._look = asyncio.Event()
        link.changed = self.look
        link.want(LOOK, Channel(lambda _lines: self.look(), self.look))

    @property
    def subscriptions(self) -> int:
        """How many readers there are here."""
        return self._local.subscriptions

    @property
    def feed_readers(self) -> int:
        """How many read the feed here."""
        return self._local.feed_readers

    def publish(self, events: Sequence[StoredEvent]) -> None:
        """What was committed here, in the order of the commits. Never waits."""
        for event in events:
            body = event.model_dump_json().encode() if self.link.connected else b""
            if event.task_id is not None:
                if body:
                    self.link.publish(_channel_of(event.task_id), body)
                self._of_task(event.task_id, event)
            if event.feed_seq is not None:
                if body:
                    self.link.publish(_FEED, body)
                self._of_feed(event)

    def subscribe_task(self, task_id: str, *, on_ready: Callable[[], None] | None = None) -> BoundedSubscription:
        """As `EventHub.subscribe_task`. Soon afterwards the reader may be sent to the store once."""
        line = self._tasks.get(task_id)
        if line is None:
            offer, interrupt = self._local.offer_to_task, self._local.interrupt_task
            line = Line(offer=partial(offer, task_id), interrupt=partial(interrupt, task_id))
            self._tasks[task_id] = line
            heard, confirmed = partial(self._heard_task, task_id), partial(self._doubt, task_id)
            self.link.want(_channel_of(task_id), Channel(heard, confirmed))
        line.unread_since = None
        return self._local.subscribe_task(task_id, on_ready=on_ready)

    def subscribe_feed(self, *, on_ready: Callable[[], None] | None = None) -> BoundedSubscription:
        """As `EventHub.subscribe_feed`, with the same addition."""
        if self._feed is None:
            self._feed = Line(offer=self._local.offer_to_feed, interrupt=self._local.interrupt_feed)
            self.link.want(_FEED, Channel(self._heard_feed, self.look))
        self._feed.unread_since = None
        return self._local.subscribe_feed(on_ready=on_ready)

    def look(self) -> None:
        """Something may have been missed: compare everything that is read here with the store, soon."""
        self._all_doubtful = True
        self._look.set()

    # --- events ----------------------------------------------------------------------------------------------------

    def _of_task(self, task_id: str, event: StoredEvent) -> None:
        line = self._tasks.get(task_id)
        if line is not None and event.seq is not None:
            line.take(event.seq, event)

    def _of_feed(self, event: StoredEvent) -> None:
        if self._feed is not None and event.feed_seq is not None:
            self._feed.take(event.feed_seq, event)

    def _heard_task(self, task_id: str, lines: Sequence[bytes]) -> None:
        for event in self._understood(lines):
            if event.task_id == task_id:
                self._of_task(task_id, event)

    def _heard_feed(self, lines: Sequence[bytes]) -> None:
        for event in self._understood(lines):
            self._of_feed(event)

    def _understood(self, lines: Sequence[bytes]) -> list[StoredEvent]:
        try:
            return [StoredEvent.model_validate_json(line) for line in lines]
        except ValidationError:
            _log.warning("a message over Redis was not understood: another version, or another program, writes there")
            self.look()
            return []

    def _doubt(self, task_id: str) -> None:
        self._doubtful.add(task_id)
        self._look.set()

    # --- the store -------------------------------------------------------------------------------------------------

    async def watch(self, newest: Newest) -> None:
        """Send readers to the store when it has more than they were handed. `newest` asks it; goes on for ever."""
        while True:
            try:
                async with asyncio.timeout(CONNECTED_SECONDS if self.link.connected else AWAY_SECONDS):
                    await self._look.wait()
            except TimeoutError:
                self._all_doubtful = True
            self._look.clear()
            self._leave_unread()
            await self._compare(newest)
            await asyncio.sleep(_BREATH_SECONDS)

    async def _compare(self, newest: Newest) -> None:
        tasks = [*self._tasks] if self._all_doubtful else [one for one in self._doubtful if one in self._tasks]
        with_feed, self._all_doubtful, self._doubtful = self._all_doubtful, False, set()
        if not tasks and (self._feed is None or not with_feed):
            return
        try:
            found = await newest(tasks)
        except Exception as error:
            # Whatever it was: readers hang on this, so it goes on. The next look comes by itself.
            _log.warning("events may come late: %s", error, exc_info=not isinstance(error, StoreError))
            self._all_doubtful = True
            return
        for task_id, seq in found.tasks.items():
            if (line := self._tasks.get(task_id)) is not None:
                line.stored(seq)
        if self._feed is not None:
            self._feed.stored(found.feed)

    def _leave_unread(self) -> None:
        now = asyncio.get_running_loop().time()
        for task_id, line in tuple(self._tasks.items()):
            if self._is_over(line, now, read=self._local.has_readers(task_id)):
                del self._tasks[task_id]
                self.link.leave(_channel_of(task_id))
        if self._feed is not None and self._is_over(self._feed, now, read=self._local.feed_readers > 0):
            self._feed = None
            self.link.leave(_FEED)

    @staticmethod
    def _is_over(line: Line, now: float, *, read: bool) -> bool:
        if read:
            line.unread_since = None
        elif line.unread_since is None:
            line.unread_since = now
        elif now - line.unread_since >= UNREAD_SECONDS:
            line.close()
            return True
        return False


def _channel_of(task_id: str) -> str:
    return f"task:{task_id}"
