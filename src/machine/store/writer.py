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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from machine.domain.errors import BadRequest, StoreError
from machine.domain.events import StoredEvent
from machine.store.backend import Backend

MAX_WAITING: Final = 10_000
"""Operations that may wait for the writer; beyond that, it is refused."""
MAX_BATCH: Final = 500
MAX_BATCH_SECONDS: Final = 0.05
DOUBT_SECONDS: Final = 0.5
"""How often it is tried to find out whether a batch is stored whose commit was never answered."""
LAST_TRIES: Final = 10
"""How often when the machine ends."""

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


@dataclass(slots=True)
class _Batch:
    """What one transaction stores."""

    number: int
    asked: list[_Asked]
    recorder: Recorder


class Writer:
    """Owns the writing connection and its thread. Made and started in a thread; used from one event loop."""

    def __init__(self, backend: Backend, loop: asyncio.AbstractEventLoop, on_committed: OnCommitted) -> None:
        self._backend = backend
        self._engine = backend.writing_engine()
        self._loop = loop
        self._on_committed = on_committed
        self._queue: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
        self._next: deque[_Asked] = deque()
        self._connection: Connection | None = None
        self._number = 0
        self._doubt: _Batch | None = None
        self._closing = False
        self._stopped: asyncio.Future[None] = loop.create_future()
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ask(self, run: WriteOperation[T]) -> asyncio.Future[T]:
        """Queue an operation. The future is resolved after its commit; giving it up does not take the write back."""
        if self._closing:
            raise StoreError(
                f"The database {self._backend.name} is closed.", hint="The machine is stopping; try again later."
            )
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
        while more or self._next or self._doubt:
            more = self._gather(more)
            if self._doubt is not None:
                self._clear_up(self._doubt, tries=1 if more else LAST_TRIES)
            if self._next:
                self._commit_some()
        self._drop_connection()
        self._engine.dispose()
        self._in_loop(self._finished)

    def _gather(self, more: bool) -> bool:
        """Move what waits into `_next`, up to a batch; wait when there is nothing. False once the end was asked for."""
        patience = None if self._doubt is None else DOUBT_SECONDS
        try:
            while more and len(self._next) < MAX_BATCH:
                asked = self._queue.get_nowait() if self._next else self._queue.get(timeout=patience)
                if asked is None:
                    return False
                self._next.append(asked)
        except queue.Empty:
            return more
        return more

    def _commit_some(self) -> None:
        """One transaction: begin, as many operations as fit, commit, answer."""
        self._number += 1
        batch = _Batch(self._number, [], Recorder())
        committing = False
        try:
            with self._begun() as connection:
                self._backend.sign(connection, batch.number)
                deadline = time.monotonic() + MAX_BATCH_SECONDS
                while self._next and (not batch.asked or time.monotonic() < deadline):
                    batch.asked.append(self._next.popleft())
                    self._attempt(connection, batch.recorder, batch.asked[-1])
                committing = True
        except Exception as error:
            if committing and _is_lost(error):
                _log.warning("the database was lost during a commit: whether it is stored will be looked up")
                self._doubt = batch
                self._drop_connection()
                return
            # Whatever it was, nothing of this batch is stored, and the next one starts afresh.
            _log.exception("a batch of writes was not committed")
            self._fail(batch.asked, error)
        else:
            self._in_loop(self._settle, batch.asked, batch.recorder.events)

    @contextmanager
    def _begun(self) -> Iterator[Connection]:
        """A transaction in which nobody else writes. Where the line was dead already, on a new one."""
        try:
            transaction = self._connect().begin()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            self._drop_connection()
            transaction = self._connect().begin()
        with transaction:
            yield transaction.connection

    def _clear_up(self, batch: _Batch, *, tries: int) -> None:
        """Find out whether the batch in doubt is stored, and answer it. Until that is known nothing else is stored and
        those who ask are refused: so nobody does twice what was done, and what comes later stands behind it."""
        for tried in range(tries):
            if tried:
                time.sleep(DOUBT_SECONDS)
            try:
                with self._begun() as connection:
                    is_stored = self._backend.was_stored(connection, batch.number)
            except Exception as error:
                _log.warning("whether a batch of writes is stored is not known yet: %s", self._translated(error))
                self._fail([], error)
                continue
            self._doubt = None
            if is_stored:
                self._in_loop(self._settle, batch.asked, batch.recorder.events)
            else:
                self._refuse(batch.asked, _not_stored(self._backend.name))
            return
        if tries > 1:  # the end: whoever comes next looks at what is there
            self._doubt = None
            self._refuse(batch.asked, _unknown(self._backend.name))

    def _attempt(self, connection: Connection, recorder: Recorder, asked: _Asked) -> None:
        """Run one operation in a savepoint. Raises only when the whole transaction is lost."""
        before = len(recorder.events)
        connection.exec_driver_sql("SAVEPOINT operation")
        try:
            asked.value = asked.run(connection, recorder)
            connection.exec_driver_sql("RELEASE operation")
        except Exception as error:
            del recorder.events[before:]
            if not self._backend.transaction_is_open(connection):
                raise
            connection.exec_driver_sql("ROLLBACK TO operation")
            connection.exec_driver_sql("RELEASE operation")
            asked.error = self._translated(error)

    def _translated(self, error: Exception) -> Exception:
        if isinstance(error, DBAPIError):
            told: Exception = self._backend.explain(error)
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
        self._refuse(batch, self._translated(error))

    def _refuse(self, batch: list[_Asked], told: Exception) -> None:
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


def _is_lost(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _unknown(name: str) -> StoreError:
    hint = "Look whether it is there before you ask for it again."
    return StoreError(f"The database {name} went away during a commit: nobody knows what became of it.", hint=hint)


def _not_stored(name: str) -> StoreError:
    return StoreError(f"The database {name} went away before this was stored.", hint="Try again in a moment.")
