"""Two clocks of a run: how long it may still work, and how long a person has kept it waiting."""

import asyncio
from collections.abc import Callable


class RunClock:
    """Counts down while the task runs, stands still while it waits; and the other way round for `lingered`.

    Times are seconds of the event loop's clock, given as `now`.
    """

    def __init__(self, *, remaining_seconds: float, linger_seconds: float, now: Callable[[], float]) -> None:
        self._now = now
        self._remaining_seconds = remaining_seconds
        self._linger_seconds = linger_seconds
        self._running_since: float | None = None
        self._waiting_since: float | None = None
        self._changed = asyncio.Event()

    def run(self) -> None:
        """The task works."""
        self._running_since = self._now()
        self._waiting_since = None
        self._changed.set()

    def wait(self) -> None:
        """The task waits for a person. Waiting on counts from the first call."""
        if self._running_since is not None:
            self._remaining_seconds -= self._now() - self._running_since
        self._running_since = None
        if self._waiting_since is None:
            self._waiting_since = self._now()
        self._changed.set()

    async def expired(self) -> None:
        """Returns once the running time is used up."""
        await self._until(self._left_to_run)

    async def lingered(self) -> None:
        """Returns once a person has kept the task waiting for longer than its CLI is kept."""
        await self._until(self._left_to_wait)

    def _left_to_run(self) -> float | None:
        return None if self._running_since is None else self._running_since + self._remaining_seconds - self._now()

    def _left_to_wait(self) -> float | None:
        return None if self._waiting_since is None else self._waiting_since + self._linger_seconds - self._now()

    async def _until(self, left: Callable[[], float | None]) -> None:
        while (seconds := left()) is None or seconds > 0:
            changed = self._changed
            try:
                async with asyncio.timeout(seconds):
                    await changed.wait()
            except TimeoutError:
                continue
            if self._changed is changed:  # the first of several waiters renews it
                self._changed = asyncio.Event()
