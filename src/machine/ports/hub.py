"""How stored events reach those who listen."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from machine.domain.events import StoredEvent


class Subscription(Protocol):
    """A bounded queue of events for one reader. `lagged` once it overflowed: then it gets nothing any more."""

    lagged: bool

    def __aiter__(self) -> AsyncIterator[StoredEvent]: ...

    def close(self) -> None: ...


class Hub(Protocol):
    """Fan-out of stored events to whoever listens, in the order of their storing."""

    def publish(self, events: Sequence[StoredEvent]) -> None: ...

    def subscribe_task(self, task_id: str) -> Subscription: ...

    def subscribe_feed(self) -> Subscription: ...
