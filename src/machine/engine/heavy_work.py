"""Work on large bodies: in threads, a few at a time, and no endless line before them."""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from machine.domain.errors import Unavailable

LARGE_BYTES: Final = 256 * 1024
AT_ONCE: Final = 2
MAX_WAITING: Final = 8

T = TypeVar("T")


class HeavyWork:
    """Small bodies are worked on at once, where they are."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._here = 0

    async def on(self, body: bytes, work: Callable[[], T]) -> T:
        """What `work()` gives. Raises what it raises, and Unavailable when too many large bodies wait already."""
        if len(body) < LARGE_BYTES:
            return work()
        if self._here >= AT_ONCE + MAX_WAITING:
            raise Unavailable("Too many large deliveries have come at once.", hint="Send it again in a moment.")
        self._here += 1
        try:
            async with self._free:
                return await asyncio.to_thread(work)
        finally:
            self._here -= 1
