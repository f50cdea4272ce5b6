"""The one writer: a thread that commits what was asked for in groups.

Waiting for the disk is what a commit costs, so everything that was asked for while the last commit was under way goes
into the next one. Each operation runs in a savepoint: one that fails takes back only itself.
"""

import asyncio
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Engine
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from machine.domain.errors import BadRequest, StoreError
from machine.domain.events import StoredEvent
from machine.store.sqlite import explain, transaction_is_open

MAX_WAITING: Final = 10_000
"""Operations that may wait for the writer; beyond that, it is refused."""
MAX_BATCH: Final = 500
MAX_BATCH_SECONDS: Final = 0.05

OnCommitted = Callable[[Sequence[StoredEvent]], None]
T = TypeVar("T")
_log = logging.getLogger(__name__)


class Recorder:
    """Gathers the events that operations store; they are handed on once they are committed."""

    def __init__(self) -> None:
        self.events: list[StoredEvent] = []

    def add(self, event: StoredEvent) -> None:
        self.events.append(event)


WriteOperation = Callable[[Connection, Recorder], T]


@dataclass(slots=True)
class _Asked:
    run: WriteOperation[Any]
    answer: asyncio.Future[Any]
    value: Any = None
    error: Exception | None = None


class Writer:
    """Owns the writing connection and its thread. Made and started in a thread; used from one event loop."""

    def __init__(self, engine: Engine, path: Path, loop: asyncio.AbstractEventLoop, on_committed: OnCommitted) -> None:
        self._engine = engine
        self._path = path
        self._loop = loop
        self._on_committed = on_committed
        self._queue: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
        self._next: deque[_Asked] = deque()
        self._connection: Connection | None = None
        self._closing = False
        self._stopped: asyncio.Future[None] = loop.create_future()
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ask(self, run: WriteOperation[T]) -> asyncio.Future[T]:
        """Queue an operation. The future is resolved after its commit; giving it up does not take the write back."""
        if self._closing:
            raise StoreError(f"The database {self._path} is closed.", hint="The machine is stopping; try again later.")
        if self._queue.qsize() + len(self._next) >= MAX_WAITING:
            raise StoreError(f"{MAX_WAITING} writes already wait for the database.", hint="Try again in a moment.")
        asked = _Asked(run, self._loop.create_future())
        self._queue.put(asked)
        return asked.answer

    async def close(self, *, patience_seconds: float) -> bool:
        """Refuse new operations, work off what is queued, end. False when that took longer than `patience_seconds`."""
        if not self._closing:
            self._closing = True
            self._queue.put(None)
        done, _ = await asyncio.wait([self._stopped], timeout=patience_seconds)
        return bool(done)

    # --- in the thread ---------------------------------------------------------------------------------------------

    def _work(self) -> None:
        more = True
        while more or self._next:
            more = self._gather(more)
            if self._next:
                self._commit_some()
        self._drop_connection()
        self._engine.dispose()
        self._in_loop(self._finished)

    def _gather(self, more: bool) -> bool:
        """Move what waits into `_next`, up to a batch; wait when there is nothing. False once the end was asked for."""
        try:
            while more and len(self._next) < MAX_BATCH:
                asked = self._queue.get_nowait() if self._next else self._queue.get()
                if asked is None:
                    return False
                self._next.append(asked)
        except queue.Empty:
            return more
        return more

    def _commit_some(self) -> None:
        """One transaction: begin, as many operations as fit, commit, answer."""
        batch: list[_Asked] = []
        recorder = Recorder()
        try:
            connection = self._connect()
            with connection.begin():
                deadline = time.monotonic() + MAX_BATCH_SECONDS
                while self._next and (not batch or time.monotonic() < deadline):
                    batch.append(self._next.popleft())
                    self._attempt(connection, recorder, batch[-1])
        except Exception as error:
            # Whatever it was, nothing of this batch is stored, and the next one starts afresh.
            _log.exception("a batch of writes was not committed")
            self._fail(batch, error)
        else:
            self._in_loop(self._settle, batch, recorder.events)

    def _attempt(self, connection: Connection, recorder: Recorder, asked: _Asked) -> None:
        """Run one operation in a savepoint. Raises only when the whole transaction is lost."""
        before = len(recorder.events)
        connection.exec_driver_sql("SAVEPOINT operation")
        try:
            asked.value = asked.run(connection, recorder)
            connection.exec_driver_sql("RELEASE operation")
        except Exception as error:
            del recorder.events[before:]
            if not transaction_is_open(connection):
                raise
            connection.exec_driver_sql("ROLLBACK TO operation")
            connection.exec_driver_sql("RELEASE operation")
            asked.error = self._translated(error)

    def _translated(self, error: Exception) -> Exception:
        if isinstance(error, DBAPIError):
            told: Exception = explain(error, self._path)
        elif isinstance(error, UnicodeEncodeError):
            told = BadRequest("The text holds characters that are no text.", hint="Send valid UTF-8.")
        else:
            return error
        told.__cause__ = error
        return told

    def _fail(self, batch: list[_Asked], error: Exception) -> None:
        self._drop_connection()
        if not batch:  # it could not even begin: the same would happen to all that wait, one time-out after another
            batch.extend(self._next)
            self._next.clear()
        told = self._translated(error)
        for asked in batch:
            asked.error = asked.error or told
        self._in_loop(self._settle, batch, [])

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.invalidate()
            connection.close()
        except Exception:
            _log.exception("a broken connection could not be closed; another one takes its place")

    def _in_loop(self, call: Callable[..., None], *arguments: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(call, *arguments)
        except RuntimeError:
            _log.warning("the event loop ended before the database was closed; what was written is stored")

    # --- in the event loop -----------------------------------------------------------------------------------------

    def _settle(self, batch: list[_Asked], events: list[StoredEvent]) -> None:
        if events:
            try:
                self._on_committed(events)
            except Exception:
                _log.exception("stored events could not be handed on")
        for asked in batch:
            if asked.answer.done():
                continue
            if asked.error is not None:
                asked.answer.set_exception(asked.error)
            else:
                asked.answer.set_result(asked.value)

    def _finished(self) -> None:
        if not self._stopped.done():
            self._stopped.set_result(None)
