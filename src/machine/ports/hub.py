"""How stored events reach those who listen."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from machine.domain.events import StoredEvent
from machine.ports.values import Value


class StoredUpTo(Value):
    """The newest `seq` of tasks, by id, and the newest `feed_seq` (0: the feed is empty)."""

    tasks: Mapping[str, int]
    feed: int


class Subscription(Protocol):
    """A bounded queue of events for one reader.

    `lagged` once it overflowed, or the hub has missed an event: then it gets nothing any more, and its reader goes on
    from the store, with a new subscription. `too_slow`: it overflowed, which is the reader's own doing.
    """

    lagged: bool
    too_slow: bool

    def __aiter__(self) -> AsyncIterator[StoredEvent]: ...

    def close(self) -> None: ...


class Hub(Protocol):
    """Fan-out of stored events to whoever listens, in the order of their storing."""

    def publish(self, events: Sequence[StoredEvent]) -> None: ...

    def subscribe_task(self, task_id: str) -> Subscription: ...

    def subscribe_feed(self) -> Subscription: ...
