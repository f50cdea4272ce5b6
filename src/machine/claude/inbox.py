"""A bounded queue from the reader of the CLI's output to the one who consumes it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Final, Generic, TypeVar

from machine.domain.errors import MachineError

T = TypeVar("T")

LIMIT: Final = 16
LIMIT_AT_THE_END: Final = 1024


class Inbox(Generic[T]):
    """One writer, one reader. A full inbox makes its writer wait, and with it the CLI.

    After `let_go` nobody waits any more: the reader may have left, and the CLI must be able to end. What then does not
    fit is dropped; the transcript has it.
    """

    def __init__(self) -> None:
        self._items: deque[T] = deque()
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._letting_go = False
        self.ended = False
        self.failure: MachineError | None = None

    async def put(self, item: T) -> None:
        """Add `item`, as soon as there is room."""
        while len(self._items) >= LIMIT and not self._letting_go:
            self._room.clear()
            await self._room.wait()
        if len(self._items) < LIMIT_AT_THE_END:
            self._items.append(item)
            self._news.set()

    def end(self, failure: MachineError | None = None) -> None:
        """Nothing comes any more; the reader gets what is there, then `failure`. The first end counts."""
        if not self.ended:
            self.ended, self.failure = True, failure
            self._news.set()

    def let_go(self) -> None:
        """Never make the writer wait again."""
        self._letting_go = True
        self._room.set()

    async def __aiter__(self) -> AsyncIterator[T]:
        while True:
            while self._items:
                item = self._items.popleft()
                self._room.set()
                yield item
            if self.ended:
                break
            self._news.clear()
            await self._news.wait()
        if self.failure is not None:
            raise self.failure
