"""The event log of tasks, and the feed of the machine."""

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.engine import Connection

from machine.domain.clock import Clock
from machine.domain.costs import Usage
from machine.domain.errors import NotFound
from machine.domain.events import MachineEvent, Output, StoredEvent, TaskEvent
from machine.ports import StoredUpTo
from machine.store.database import Database
from machine.store.day_costs import note_cost
from machine.store.prepared import PreparedInsert
from machine.store.rows import event_of, usage_values
from machine.store.tables import events as events_table
from machine.store.tables import feed as feed_table
from machine.store.tables import tasks
from machine.store.types import storable
from machine.store.writer import Recorder

FEED_KEPT: Final = 100_000
"""Events that the feed keeps; it is pruned whenever `_PRUNE_EVERY` more have come."""
_PRUNE_EVERY: Final = 1_000
PAGE: Final = 1_000
_IDS: Final = 500
"""Tasks named in one query."""
_OUTPUT: Final = "task.output"

_COUNT_UP: Final = (
    update(tasks)
    .where(tasks.c.task_id == bindparam("id"))
    .values(last_seq=tasks.c.last_seq + bindparam("count"))
    .returning(tasks.c.last_seq, tasks.c.user_id)
)
_INSERT_EVENTS: Final = PreparedInsert(events_table)
_INSERT_FEED: Final = PreparedInsert(feed_table)
_READ_TASK: Final = (
    select(events_table)
    .where(events_table.c.task_id == bindparam("id"), events_table.c.seq > bindparam("after"))
    .order_by(events_table.c.seq)
    .limit(bindparam("most"))
)
_READ_OUTPUTS: Final = (
    select(events_table.c.seq, events_table.c.body)
    .where(events_table.c.task_id == bindparam("id"), events_table.c.seq > bindparam("after"))
    .where(events_table.c.type == _OUTPUT)
    .order_by(events_table.c.seq)
    .limit(PAGE)
)


class Encoded(NamedTuple):
    """An event ready to be stored: its type, and its data as JSON text."""

    type: str
    body: str


def encoded(event: TaskEvent | MachineEvent) -> Encoded:
    """Encode an event, once for everybody. What is no text in it (lone surrogates) is replaced, never fatal."""
    try:
        return Encoded(event.type, event.data.model_dump_json())
    except ValueError:
        return Encoded(event.type, json.dumps(_storable(event.data.model_dump(mode="json")), ensure_ascii=False))


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(key): _storable(item) for key, item in value.items()}
    return [_storable(item) for item in value] if isinstance(value, list) else value


def append_events(
    connection: Connection,
    recorder: Recorder,
    task_id: str,
    new: Sequence[Encoded],
    at: datetime,
    *,
    usage: Usage | None = None,
) -> int:
    """Give `new` the task's next numbers and store them. Returns the new `last_seq`. Raises NotFound."""
    if usage is not None:
        note_cost(connection, task_id, usage.cost_usd, at)
    statement = _COUNT_UP if usage is None else _COUNT_UP.values(usage_values(usage))
    row = connection.execute(statement, {"id": task_id, "count": len(new)}).one_or_none()
    if row is None:
        raise no_such_task(task_id)
    last_seq, user_id = row
    place(connection, recorder, task_id, user_id, last_seq - len(new), new, at)
    return int(last_seq)


def place(
    connection: Connection,
    recorder: Recorder,
    task_id: str,
    user_id: str,
    after: int,
    new: Sequence[Encoded],
    at: datetime,
) -> None:
    """Store `new` with the numbers behind `after`, which are the task's already."""
    rows: list[Mapping[str, Any]] = []
    for seq, (kind, body) in enumerate(new, after + 1):
        event = StoredEvent(type=kind, at=at, body=body, task_id=task_id, seq=seq, user_id=user_id)
        if kind == _OUTPUT:
            recorder.add(event)
            feed_seq = None
        else:
            feed_seq = feed_event(connection, recorder, event)
        rows.append({"task_id": task_id, "seq": seq, "feed_seq": feed_seq, "type": kind, "at": at, "body": body})
    if rows:
        _INSERT_EVENTS.run(connection, *rows)


def feed_event(connection: Connection, recorder: Recorder, event: StoredEvent) -> int:
    """Put an event into the feed and give it its number there."""
    feed_seq = _INSERT_FEED.numbered(connection, event.model_dump(exclude={"feed_seq"}))
    recorder.add(event.model_copy(update={"feed_seq": feed_seq}))
    if feed_seq % _PRUNE_EVERY == 0:
        connection.execute(delete(feed_table).where(feed_table.c.feed_seq <= feed_seq - FEED_KEPT))
    return feed_seq


def no_such_task(task_id: str) -> NotFound:
    return NotFound(f"There is no task {task_id}.", hint="List the tasks to see which there are.")


def owner_of(connection: Connection, task_id: str) -> str:
    """The user whose task it is. Raises NotFound."""
    user_id = connection.execute(select(tasks.c.user_id).where(tasks.c.task_id == task_id)).scalar_one_or_none()
    if user_id is None:
        raise no_such_task(task_id)
    return str(user_id)


class EventLog:
    """Reading events, appending without a change of status, and the machine's own events."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def append(self, task_id: str, events: Sequence[TaskEvent], *, usage: Usage | None = None) -> int:
        new = [encoded(event) for event in events]
        at = self._clock()
        return await self._database.write(
            lambda connection, recorder: append_events(connection, recorder, task_id, new, at, usage=usage)
        )

    async def events(self, task_id: str, *, after: int = 0, limit: int = PAGE) -> tuple[StoredEvent, ...]:
        def read(connection: Connection) -> tuple[StoredEvent, ...]:
            user_id = owner_of(connection, task_id)
            rows = connection.execute(_READ_TASK, {"id": task_id, "after": after, "most": limit}).mappings()
            return tuple(event_of({**row, "user_id": user_id}) for row in rows)

        return await self._database.read(read)

    async def outputs(self, task_id: str) -> AsyncIterator[Output]:
        after = 0
        while True:
            page = await self._database.read(partial(_outputs, task_id=task_id, after=after))
            for _, output in page:
                yield output
            if len(page) < PAGE:
                return
            after = page[-1][0]

    async def publish(self, event: MachineEvent, *, user_id: str | None = None) -> StoredEvent:
        kind, body = encoded(event)
        new = StoredEvent(type=kind, at=self._clock(), body=body, user_id=user_id)

        def write(connection: Connection, recorder: Recorder) -> StoredEvent:
            return new.model_copy(update={"feed_seq": feed_event(connection, recorder, new)})

        return await self._database.write(write)

    async def feed(self, *, after: int, limit: int = PAGE) -> tuple[StoredEvent, ...]:
        statement = select(feed_table).where(feed_table.c.feed_seq > after).order_by(feed_table.c.feed_seq).limit(limit)
        return await self._database.read(
            lambda connection: tuple(event_of(dict(row)) for row in connection.execute(statement).mappings())
        )

    async def feed_range(self) -> tuple[int, int]:
        # One query for each end: both in one would scan the whole feed.
        oldest, newest = (select(end(feed_table.c.feed_seq)).scalar_subquery() for end in (func.min, func.max))

        def read(connection: Connection) -> tuple[int, int]:
            first, last = connection.execute(select(oldest, newest)).one()
            return (1, 0) if first is None else (int(first), int(last))

        return await self._database.read(read)

    async def stored_up_to(self, task_ids: Collection[str]) -> StoredUpTo:
        def read(connection: Connection) -> StoredUpTo:
            wanted, found = sorted(task_ids), dict[str, int]()
            for start in range(0, len(wanted), _IDS):
                some = tasks.c.task_id.in_(wanted[start : start + _IDS])
                rows = connection.execute(select(tasks.c.task_id, tasks.c.last_seq).where(some))
                found.update((row.task_id, row.last_seq) for row in rows)
            newest = connection.execute(select(func.max(feed_table.c.feed_seq))).scalar_one()
            return StoredUpTo(tasks=found, feed=newest or 0)

        return await self._database.read(read)


def _outputs(connection: Connection, *, task_id: str, after: int) -> list[tuple[int, Output]]:
    if after == 0:
        owner_of(connection, task_id)
    rows = connection.execute(_READ_OUTPUTS, {"id": task_id, "after": after})
    return [(seq, Output.model_validate_json(body)) for seq, body in rows]
