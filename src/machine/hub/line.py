"""One line of events as this process follows it, for the readers it has here."""

import asyncio
from collections.abc import Callable
from typing import Final

from machine.domain.events import StoredEvent
from machine.hub.in_order import InOrder

HOLD_SECONDS: Final = 0.1
"""How long an event is held for an earlier one that is still on its way from another process."""


class Line:
    """Hands events to readers in order, or sends the readers to the store. Belongs to the event loop."""

    def __init__(self, *, offer: Callable[[StoredEvent], None], interrupt: Callable[[], None]) -> None:
        self.unread_since: float | None = None
        """When it was first seen that nobody reads it here any more, by the event loop's clock."""
        self._offer = offer
        self._interrupt = interrupt
        self._order = InOrder()
        self._timer: asyncio.TimerHandle | None = None

    def take(self, number: int, event: StoredEvent) -> None:
        """An event that was committed here or elsewhere."""
        ready = self._order.take(number, event)
        for one in ready or ():
            self._offer(one)
        if ready is None:
            self._interrupt()
        if ready is None or ready or not self._order.waiting:
            self._stop_timer()
        if self._order.waiting and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(HOLD_SECONDS, self._too_late)

    def stored(self, newest: int) -> None:
        """The store has everything up to this number."""
        if self._order.stored(newest):
            self._stop_timer()
            self._interrupt()

    def close(self) -> None:
        """Nobody follows it any more."""
        self._stop_timer()

    def _too_late(self) -> None:
        self._timer = None
        self._order.give_up()
        self._interrupt()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
