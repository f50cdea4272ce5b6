"""Messages for tasks that a CLI has yet to get."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from machine.domain.clock import Clock
from machine.domain.errors import Conflict, StaleTask
from machine.domain.events import TaskEvent
from machine.domain.task import NEXT, TaskStatus
from machine.ports import PendingInput
from machine.store.database import Database
from machine.store.event_log import append_events, encoded, no_such_task
from machine.store.prepared import PreparedInsert
from machine.store.rows import input_of
from machine.store.tables import inputs, tasks
from machine.store.writer import Recorder

_INSERT: Final = PreparedInsert(inputs)


def put_input(connection: Connection, new: PendingInput) -> None:
    """Store a message. Raises Conflict when one with its id is there already."""
    try:
        _INSERT.run(connection, new.model_dump())
    except IntegrityError as error:
        raise Conflict(
            f"Input {new.input_id} was accepted before.", hint="Give each message an id of its own."
        ) from error


class Inputs:
    """Messages in the order in which they were accepted."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, new: PendingInput, event: TaskEvent) -> None:
        """Raises StaleTask when the task has ended: nobody would ever read the message."""
        told = encoded(event)
        at = self._clock()

        def write(connection: Connection, recorder: Recorder) -> None:
            _check_open(connection, new.task_id)
            put_input(connection, new)
            append_events(connection, recorder, new.task_id, [told], at)

        await self._database.write(write)

    async def list(self, task_id: str, *, unsent_only: bool = False) -> tuple[PendingInput, ...]:
        query = select(inputs).where(inputs.c.task_id == task_id).order_by(inputs.c.position)
        if unsent_only:
            query = query.where(inputs.c.sent.is_(False))
        rows = await self._database.read(lambda connection: connection.execute(query).mappings().all())
        return tuple(input_of(row) for row in rows)

    async def mark_sent(self, input_ids: Sequence[str]) -> None:
        statement = update(inputs).where(inputs.c.input_id.in_(input_ids)).values(sent=True)

        def write(connection: Connection, _recorder: Recorder) -> None:
            connection.execute(statement)

        if input_ids:
            await self._database.write(write)


def _check_open(connection: Connection, task_id: str) -> None:
    status = connection.execute(select(tasks.c.status).where(tasks.c.task_id == task_id)).scalar_one_or_none()
    if status is None:
        raise no_such_task(task_id)
    if not NEXT[TaskStatus(status)]:
        raise StaleTask(task_id, "open")
