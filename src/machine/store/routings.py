"""Which agent a queued task is for: those that wait for the word, and the word itself."""

from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.engine import Connection

from machine.domain.clock import Clock
from machine.domain.errors import StaleTask
from machine.domain.events import TaskEvent
from machine.domain.task import Task, TaskStatus
from machine.store.database import Database
from machine.store.moves import move_task, read_task
from machine.store.tables import tasks
from machine.store.writer import Recorder

# People do not wait behind a flood of webhooks.
_IN_TURN = text("source = 'webhook', priority DESC, task_id")


class Routings:
    """Tasks of one machine on their way to an agent."""

    def __init__(self, database: Database, machine_id: str, clock: Clock) -> None:
        self._database = database
        self._machine_id = machine_id
        self._clock = clock

    async def awaiting(self, limit: int) -> tuple[str, ...]:
        """See `TaskStore.awaiting_routing`."""
        waiting = text("status = 'queued' AND awaits_routing")
        query = select(tasks.c.task_id).where(waiting, tasks.c.machine_id == self._machine_id)
        query = query.order_by(_IN_TURN).limit(limit)
        return tuple(await self._database.read(lambda connection: connection.execute(query).scalars().all()))

    async def route(self, old: Task, new: Task, events: Sequence[TaskEvent]) -> Task:
        """See `TaskStore.route`."""
        at = self._clock()

        def write(connection: Connection, recorder: Recorder) -> Task:
            stored = read_task(connection, old.task_id)
            same = (stored.assigned_agent, stored.awaits_routing) == (old.assigned_agent, old.awaits_routing)
            if stored.status is not TaskStatus.QUEUED or stored.attempt != old.attempt or not same:
                raise StaleTask(old.task_id, "waiting for its agent")
            return move_task(connection, recorder, old, new, events, at)

        return await self._database.write(write)
