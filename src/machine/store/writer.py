"""The one writer: a thread that commits what was asked for in groups.

Waiting for the disk is what a commit costs, so everything that was asked for while the last commit was under way goes
into the next one. An operation that fails takes back only itself: its batch is taken back and done again, with each
operation in a savepoint of its own. Most batches have none that fails, and do without.
"""

import asyncio
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from machine.domain.errors import LeaseLost, StoreError
from machine.domain.events import StoredEvent
from machine.store.backend import Backend
from machine.store.batches import Asked, Batch, Sign
from machine.store.batches import Recorder as Recorder
from machine.store.batches import WriteOperation as WriteOperation
from machine.store.operations import OperationFailed, run_apart, run_together, translated

MAX_WAITING: Final = 10_000
"""Operations that may wait for the writer; beyond that, all but urgent ones are refused."""
MAX_BATCH: Final = 500
MAX_BATCH_SECONDS: Final = 0.05
AWAY_SECONDS: Final = 30.0
"""How long reads and writes wait for a database that does not answer; then they are refused."""
ENDING_SECONDS: Final = 5.0
AGAIN_SECONDS: Final = 0.25
"""How long they do when the machine ends; how often such a database is tried."""

OnCommitted = Callable[[Sequence[StoredEvent]], None]
Guard = Callable[[Connection], None]
"""Looks, at the beginning of each transaction, whether this process may write. Raises LeaseLost."""
T = TypeVar("T")
_log = logging.getLogger(__name__)


class Writer:
    """Owns the writing connection and its thread. Made and started in a thread; used from one event loop."""

    def __init__(self, backend: Backend, loop: asyncio.AbstractEventLoop, on_committed: OnCommitted) -> None:
        self.guard: Guard | None = None
        """Set by whoever has a lease to lose; what is asked for unguarded is let through."""
        self._backend = backend
        self._engine = backend.writing_engine()
        self._loop = loop
        self._on_committed = on_committed
        self._queue: queue.SimpleQueue[Asked | Sign] = queue.SimpleQueue()
        self._urgent: deque[Asked] = deque()
        self._next: deque[Asked] = deque()
        self._connection: Connection | None = None
        self._number = 0
        self._doubt: Batch | None = None
        self._away = False
        self._closing = False
        self._stopped: asyncio.Future[None] = loop.create_future()
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ask(self, run: WriteOperation[T], *, unguarded: bool = False, urgent: bool = False) -> asyncio.Future[T]:
        """Queue an operation, before all others if it is `urgent`. The future is resolved after its commit; giving up
        does not take the write back."""
        if self._closing:
            raise closed(self._backend.name)
        if not urgent and self._queue.qsize() + len(self._next) >= MAX_WAITING:
            raise StoreError(f"{MAX_WAITING} writes already wait for the database.", hint="Try again in a moment.")
        asked = Asked(run, self._loop.create_future(), time.monotonic(), unguarded)
        if urgent:
            self._urgent.append(asked)
        self._queue.put(Sign.URGENT if urgent else asked)
        return asked.answer

    async def close(self, *, patience_seconds: float) -> bool:
        """Refuse new operations, work off what is queued, end. False when that took longer than `patience_seconds`."""
        if not self._closing:
            self._closing = True
            self._queue.put(Sign.END)
        done, _ = await asyncio.wait([self._stopped], timeout=patience_seconds)
        return bool(done)

    # --- in the thread ---------------------------------------------------------------------------------------------

    def _work(self) -> None:
        more = True
        while more or self._next or self._doubt:
            more = self._gather(more)
            if self._doubt is not None:
                self._clear_up(self._doubt)
            elif self._next:
                self._commit_some()
        self._drop_connection()
        self._engine.dispose()
        self._in_loop(self._finished)

    def _gather(self, more: bool) -> bool:
        """Move what waits into `_next`, up to a batch; wait when there is nothing. False once the end was asked for."""
        patience = None if self._doubt is None else AGAIN_SECONDS
        self._take_urgent()
        try:
            while more and len(self._next) < MAX_BATCH:
                asked = self._queue.get_nowait() if self._next else self._queue.get(timeout=patience)
                if asked is Sign.END:
                    return False
                if asked is Sign.URGENT:
                    self._take_urgent()
                else:
                    self._next.append(asked)
        except queue.Empty:
            return more
        return more

    def _take_urgent(self) -> None:
        while self._urgent:
            self._next.appendleft(self._urgent.popleft())

    def _commit_some(self) -> None:
        """One transaction: begin, as many operations as fit, commit, answer."""
        self._number += 1
        batch = Batch(self._number, [], Recorder())
        committing = False
        try:
            with self._begun() as connection:
                refused = self._refused(connection)
                self._backend.sign(connection, batch.number)
                deadline = time.monotonic() + MAX_BATCH_SECONDS
                while self._next and (not batch.asked or time.monotonic() < deadline):
                    batch.asked.append(asked := self._next.popleft())
                    if refused is not None and not asked.unguarded:
                        asked.error = refused
                    else:
                        run = run_apart if asked.apart else run_together
                        run(self._backend, connection, batch.recorder, asked)
                committing = True
        except OperationFailed as failed:
            self._do_apart(batch.asked, failed)
        except Exception as error:
            if self._backend.is_away(error):
                if committing:
                    self._doubt, batch = batch, Batch(0, [], Recorder())
                self._wait_for_it(batch.asked, error)
                return
            # Whatever it was, nothing of this batch is stored, and the next one starts afresh.
            _log.exception("a batch of writes was not committed")
            self._fail(batch.asked, error)
        else:
            self._answer(batch)

    def _do_apart(self, batch: list[Asked], failed: OperationFailed) -> None:
        """One of a batch has failed, and nothing of the batch is stored."""
        if len(batch) == 1 and isinstance(failed.__cause__, Exception):
            self._refuse(batch, translated(self._backend, failed.__cause__))
            return
        for asked in batch:
            asked.apart = True
        self._set_back(batch)

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

    def _clear_up(self, batch: Batch) -> None:
        """Find out whether the batch in doubt is stored, and answer it, or do it again. Until that is known nothing
        else is stored and nobody is answered: so nothing is done twice, and what comes later stands behind it."""
        try:
            with self._begun() as connection:
                is_stored = self._backend.was_stored(connection, batch.number)
        except Exception as error:
            if self._closing and batch.asked[0].since < time.monotonic() - ENDING_SECONDS:
                self._doubt = None
                self._refuse(batch.asked, _unknown(self._backend.name))
            self._wait_for_it([], error)
            return
        self._doubt = None
        if is_stored:
            self._answer(batch)
        else:
            self._set_back(batch.asked)

    def _wait_for_it(self, batch: list[Asked], error: Exception) -> None:
        """The database does not answer, and nothing of `batch` is stored: it is kept to be done again; who has waited
        for too long is refused."""
        self._drop_connection()
        if not self._away:
            self._away = True
            _log.warning("writes wait: %s", translated(self._backend, error))
        self._set_back(batch)
        limit = time.monotonic() - (ENDING_SECONDS if self._closing else AWAY_SECONDS)
        late = [asked for asked in self._next if asked.since < limit]
        if late:
            self._next = deque(asked for asked in self._next if asked.since >= limit)
            self._refuse(late, translated(self._backend, error))
        time.sleep(AGAIN_SECONDS)

    def _set_back(self, batch: list[Asked]) -> None:
        for asked in reversed(batch):
            asked.value = asked.error = None
            self._next.appendleft(asked)

    def _answer(self, batch: Batch) -> None:
        if self._away:
            self._away = False
            _log.info("the database answers again")
        self._in_loop(self._settle, batch.asked, batch.recorder.events)

    def _refused(self, connection: Connection) -> LeaseLost | None:
        """Why nothing of this process may be stored; None: it may."""
        try:
            if self.guard is not None:
                self.guard(connection)
        except LeaseLost as error:
            return error
        return None

    def _fail(self, batch: list[Asked], error: Exception) -> None:
        self._drop_connection()
        if not batch:  # it could not even begin: the same would happen to all that wait, one time-out after another
            batch.extend(self._next)
            self._next.clear()
        self._refuse(batch, translated(self._backend, error))

    def _refuse(self, batch: list[Asked], told: Exception) -> None:
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

    def _settle(self, batch: list[Asked], events: list[StoredEvent]) -> None:
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


def closed(name: str) -> StoreError:
    return StoreError(f"The database {name} is closed.", hint="The machine is stopping; try again later.")


def _unknown(name: str) -> StoreError:
    message = f"The database {name} went away during a commit: nobody knows what became of it."
    return StoreError(message, hint="Look whether it is there before you ask for it again.")
