"""A bounded queue of events for one reader, read by iteration or by `take`."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Final

from machine.domain.events import StoredEvent

MAX_EVENTS: Final = 4096
MAX_BYTES: Final = 8 * 1024 * 1024
"""Characters of the events' bodies, which nearly are bytes; the events themselves are shared by all readers."""


class BoundedSubscription:
    """What one reader has not read yet. Belongs to the event loop: nothing here may be called from a thread.

    Once it overflows, or the hub has missed something, it is `lagged`: what it held is dropped, it gets nothing any
    more, iteration ends. The reader goes to the store for what it missed. `too_slow`: that is its own doing.
    """

    def __init__(
        self,
        *,
        max_events: int = MAX_EVENTS,
        max_bytes: int = MAX_BYTES,
        on_ready: Callable[[], None] | None = None,
        on_close: Callable[["BoundedSubscription"], None] | None = None,
    ) -> None:
        self.lagged = False
        self.too_slow = False
        self.closed = False
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._on_ready = on_ready
        self._on_close = on_close
        self._waiting: deque[StoredEvent] = deque()
        self._bytes = 0
        self._waiter: asyncio.Future[None] | None = None

    def offer(self, event: StoredEvent) -> None:
        """Take one event in, or become `lagged`."""
        if self.closed or self.lagged:
            return
        too_many = len(self._waiting) >= self._max_events
        too_big = bool(self._waiting) and self._bytes + len(event.body) > self._max_bytes
        if too_many or too_big:
            self.too_slow = True
            self.interrupt()
            return
        self._waiting.append(event)
        self._bytes += len(event.body)
        self._wake()

    def interrupt(self) -> None:
        """Become `lagged`: the reader has to go on from the store."""
        if self.closed or self.lagged:
            return
        self.lagged = True
        self._waiting.clear()
        self._bytes = 0
        self._wake()

    def take(self, limit: int | None = None) -> tuple[StoredEvent, ...]:
        """What waits, oldest first, at most `limit` events; empty when there is nothing. Never waits."""
        count = len(self._waiting) if limit is None else min(limit, len(self._waiting))
        taken = tuple(self._waiting.popleft() for _ in range(count))
        self._bytes = self._bytes - sum(len(event.body) for event in taken) if self._waiting else 0
        return taken

    def close(self) -> None:
        """Leave the hub; a reader that waits is let go. What is still held may be taken."""
        if self.closed:
            return
        self.closed = True
        if self._on_close is not None:
            self._on_close(self)
        self._wake()

    async def __aiter__(self) -> AsyncIterator[StoredEvent]:
        """Events as they come, for one reader at a time; ends when the subscription is closed or has lagged."""
        while True:
            for event in self.take():
                yield event
            if self._waiting:
                continue
            if self.closed or self.lagged:
                return
            await self._ready()

    async def _ready(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        if self._on_ready is not None:
            self._on_ready()
