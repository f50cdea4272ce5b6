"""Pokes within one process."""

import asyncio
from collections.abc import Callable


class Poked:
    """One listener: `machine.ports.pokes.Listening`. Belongs to the event loop."""

    def __init__(self, on_close: Callable[["Poked"], None]) -> None:
        self._on_close = on_close
        self._event = asyncio.Event()
        self._closed = False

    def wake(self) -> None:
        """Let `wait` return, now or as soon as it is called."""
        self._event.set()

    async def wait(self, seconds: float) -> bool:
        """See `Listening.wait`."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        if self._closed:
            return False
        self._event.clear()
        return True

    def close(self) -> None:
        """See `Listening.close`."""
        if not self._closed:
            self._closed = True
            self._on_close(self)
            self._event.set()


class LocalPokes:
    """`machine.ports.Pokes` for those who live in one process.

    `begun` is called with a topic when somebody begins to listen to it, `ended` when nobody does any more.
    """

    def __init__(
        self, *, begun: Callable[[str], None] | None = None, ended: Callable[[str], None] | None = None
    ) -> None:
        self._begun = begun
        self._ended = ended
        self._listeners: dict[str, dict[Poked, None]] = {}

    def poke(self, topic: str) -> None:
        """See `Pokes.poke`."""
        for listener in tuple(self._listeners.get(topic, ())):
            listener.wake()

    def listen(self, topic: str) -> Poked:
        """See `Pokes.listen`."""

        def leave(listener: Poked) -> None:
            others = self._listeners.get(topic, {})
            others.pop(listener, None)
            if not others:
                self._listeners.pop(topic, None)
                if self._ended is not None:
                    self._ended(topic)

        listener = Poked(leave)
        if topic not in self._listeners and self._begun is not None:
            self._begun(topic)
        self._listeners.setdefault(topic, {})[listener] = None
        return listener

    def heard(self, topic: str) -> bool:
        """Whether anybody listens to it."""
        return topic in self._listeners
