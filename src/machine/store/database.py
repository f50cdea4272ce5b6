"""The database as the stores see it: operations that write go through one writer, those that read run beside it."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from machine.domain.errors import StoreError
from machine.store.backend import Backend
from machine.store.writer import AGAIN_SECONDS, AWAY_SECONDS, Guard, OnCommitted, WriteOperation, Writer, closed

READERS: Final = 3
MAX_READS: Final = 1000
"""Reads that may wait for a reader; beyond that, they are refused."""

T = TypeVar("T")


class Database:
    """Built by `opening.open_database`, in a thread, for one event loop.

    `on_committed` is called in that loop with the events of each commit, in their order, before the operations that
    stored them are answered.
    """

    def __init__(self, backend: Backend, loop: asyncio.AbstractEventLoop, on_committed: OnCommitted) -> None:
        self.backend = backend
        self._loop = loop
        self._reading = 0
        self._closed = False
        self._read_engine = backend.reading_engine(connections=READERS)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._writer = Writer(backend, loop, on_committed)
        self._writer.start()

    async def write(self, operation: WriteOperation[T], *, unguarded: bool = False, urgent: bool = False) -> T:
        """Run `operation(connection, recorder)` in the writer; returns when it is committed. One that is `urgent` is
        done before all that waits.

        What it raises takes back all it wrote, and only that. It may not wait for anything. Raises StoreError when the
        database refuses (disk full, read-only, away, too much waiting), LeaseLost when the guard does, unless it is
        `unguarded`; then nothing of it is stored.
        """
        return await self._writer.ask(operation, unguarded=unguarded, urgent=urgent)

    def guard_writes(self, guard: Guard | None) -> None:
        """From the next transaction on, `guard` says whether this process may write."""
        self._writer.guard = guard

    async def read(self, operation: Callable[[Connection], T]) -> T:
        """Run `operation(connection)` on a connection that only reads, with one view of the data all the way."""
        if self._closed:
            raise closed(self.backend.name)
        if self._reading >= MAX_READS:
            raise StoreError(f"{MAX_READS} reads already wait for the database.", hint="Try again in a moment.")
        self._reading += 1
        try:
            return await self._loop.run_in_executor(self._readers, self._read, operation)
        finally:
            self._reading -= 1

    def _read(self, operation: Callable[[Connection], T]) -> T:
        deadline = time.monotonic() + AWAY_SECONDS
        while True:
            try:
                with self._read_engine.connect() as connection:
                    return operation(connection)
            except DBAPIError as error:
                # A read can be done again. The line may only have died while nobody used it: then at once.
                if self._closed or time.monotonic() > deadline or not self.backend.is_away(error):
                    raise self.backend.explain(error) from error
                if not error.connection_invalidated:
                    time.sleep(AGAIN_SECONDS)

    async def close(self, *, patience_seconds: float = 10) -> None:
        """Store what is queued, refuse the rest, let go. Raises StoreError when the database does not answer."""
        finished = await self._writer.close(patience_seconds=patience_seconds)
        if not self._closed:
            self._closed = True
            letting_go = self._loop.run_in_executor(None, self._let_readers_go)
            await asyncio.wait([letting_go], timeout=patience_seconds)
        if not finished:
            raise StoreError(
                f"The database {self.backend.name} could not be closed within {patience_seconds:g} s.",
                hint="It does not answer; what was acknowledged is stored.",
            )

    def _let_readers_go(self) -> None:
        """Only when nothing is read any more: a connection that comes back later would stay open."""
        self._readers.shutdown()
        self._read_engine.dispose()
