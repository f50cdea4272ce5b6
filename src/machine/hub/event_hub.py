"""EventHub: events that are stored, handed to everybody who listens, in the order of their storing."""

from collections.abc import Callable, Sequence

from machine.domain.events import StoredEvent
from machine.hub.subscription import MAX_BYTES, MAX_EVENTS, BoundedSubscription


class EventHub:
    """Fan-out within one process. A reader that is slow loses its subscription and slows nobody down."""

    def __init__(self, *, max_events: int = MAX_EVENTS, max_bytes: int = MAX_BYTES) -> None:
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._tasks: dict[str, dict[BoundedSubscription, None]] = {}
        self._feed: dict[BoundedSubscription, None] = {}

    def publish(self, events: Sequence[StoredEvent]) -> None:
        """Hand events out. Called on the event loop, once for each commit, in the order of the commits."""
        for event in events:
            if event.task_id is not None:
                self.offer_to_task(event.task_id, event)
            if event.feed_seq is not None:
                self.offer_to_feed(event)

    def offer_to_task(self, task_id: str, event: StoredEvent) -> None:
        """Hand an event to the readers of its task alone."""
        for subscription in tuple(self._tasks.get(task_id, ())):
            subscription.offer(event)

    def offer_to_feed(self, event: StoredEvent) -> None:
        """Hand an event to the readers of the feed alone."""
        for subscription in tuple(self._feed):
            subscription.offer(event)

    def interrupt_task(self, task_id: str) -> None:
        """Something of this task was missed: its readers have to go on from the store."""
        for subscription in tuple(self._tasks.get(task_id, ())):
            subscription.interrupt()

    def interrupt_feed(self) -> None:
        """The same, for the readers of the feed."""
        for subscription in tuple(self._feed):
            subscription.interrupt()

    def has_readers(self, task_id: str) -> bool:
        """Whether anybody reads this task."""
        return task_id in self._tasks

    def subscribe_task(self, task_id: str, *, on_ready: Callable[[], None] | None = None) -> BoundedSubscription:
        """All events of one task from now on. `on_ready` is called, and must not wait, when there is something."""

        def leave(subscription: BoundedSubscription) -> None:
            readers = self._tasks.get(task_id, {})
            readers.pop(subscription, None)
            if not readers:
                self._tasks.pop(task_id, None)

        subscription = self._new(on_ready, leave)
        self._tasks.setdefault(task_id, {})[subscription] = None
        return subscription

    def subscribe_feed(self, *, on_ready: Callable[[], None] | None = None) -> BoundedSubscription:
        """All events that have a `feed_seq` from now on, everybody's: the reader looks whose they are."""

        def leave(subscription: BoundedSubscription) -> None:
            self._feed.pop(subscription, None)

        subscription = self._new(on_ready, leave)
        self._feed[subscription] = None
        return subscription

    @property
    def subscriptions(self) -> int:
        """How many readers there are."""
        return len(self._feed) + sum(len(readers) for readers in self._tasks.values())

    @property
    def feed_readers(self) -> int:
        """How many read the feed: one for each connection."""
        return len(self._feed)

    def _new(
        self, on_ready: Callable[[], None] | None, leave: Callable[[BoundedSubscription], None]
    ) -> BoundedSubscription:
        return BoundedSubscription(
            max_events=self._max_events, max_bytes=self._max_bytes, on_ready=on_ready, on_close=leave
        )
