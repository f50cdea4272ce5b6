"""Numbered events from several processes, brought into one order."""

from typing import Final

from machine.domain.events import StoredEvent

MAX_HELD: Final = 128
"""Events that wait for an earlier one; at 64 KiB each, 8 MiB."""


class InOrder:
    """One line of events, a task's or the feed's, that are numbered without gaps.

    What was committed here is known at once, what was committed elsewhere a moment later. So an event whose predecessor
    is still on its way is held for it; what came already is dropped.
    """

    def __init__(self) -> None:
        self.last: int | None = None
        """All up to this one was handed out, or stands in the store for those who were told to read it again."""
        self._held: dict[int, StoredEvent] = {}

    @property
    def waiting(self) -> bool:
        """Whether events are held for one that has not come."""
        return bool(self._held)

    def take(self, number: int, event: StoredEvent) -> list[StoredEvent] | None:
        """What can be handed out now, in order. None: something is missing for good, readers must go to the store."""
        if self.last is None:  # nobody knows what the readers have read so far
            self.last = number
            return None
        if number <= self.last:
            return []
        self._held[number] = event
        if len(self._held) > MAX_HELD:
            self.give_up()
            return None
        ready = []
        while (following := self._held.pop(self.last + 1, None)) is not None:
            self.last += 1
            ready.append(following)
        return ready

    def give_up(self) -> None:
        """Wait for what is missing no longer; what is held stands in the store, too."""
        if self._held:
            self.last = max(self._held)
            self._held.clear()

    def stored(self, newest: int) -> bool:
        """Whether the store has what was not handed out; then readers must go there, and it counts as done."""
        if self.last is not None and newest <= self.last:
            return False
        self.last = max((newest, *self._held))
        self._held.clear()
        return True
