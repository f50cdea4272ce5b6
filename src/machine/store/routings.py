"""Which agent a queued task is for: those that wait for the word, and the word itself."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, select, text, update
from sqlalchemy.engine import Connection

from machine.domain.clock import Clock
from machine.domain.errors import StaleTask
from machine.domain.events import TaskEvent
from machine.domain.machine import NOWHERE
from machine.domain.task import Task, TaskStatus
from machine.store.claims import MEMBERS
from machine.store.database import Database
from machine.store.moves import move_task, read_task
from machine.store.tables import tasks
from machine.store.writer import Recorder

# People do not wait behind a flood of webhooks.
_IN_TURN = text("source = 'webhook', priority DESC, task_id")
_WAITING = text("status = 'queued' AND awaits_routing")


class Routings:
    """Tasks of one machine on their way to an agent."""

    def __init__(self, database: Database, machine_id: str, clock: Clock, *, in_fleet: bool) -> None:
        self._database = database
        self._machine_id = machine_id
        self._clock = clock
        self._in_fleet = in_fleet

    async def awaiting(self, limit: int) -> tuple[str, ...]:
        """See `TaskStore.awaiting_routing`."""
        query = select(tasks.c.task_id).where(_WAITING).order_by(_IN_TURN).limit(limit)
        mine = query.where(tasks.c.machine_id == self._machine_id)
        if self._in_fleet:
            free = query.where(tasks.c.machine_id.not_in(select(MEMBERS.subquery().c.machine_id)))
            if await self._database.read(lambda connection: connection.execute(free).first()) is not None:
                await self._database.write(lambda connection, _: self._take_up(connection, free, mine, limit))
        return tuple(await self._database.read(lambda connection: connection.execute(mine).scalars().all()))

    async def leave(self, *, but: Collection[str]) -> int:
        """See `TaskStore.leave_routing`."""
        mine = (_WAITING, tasks.c.machine_id == self._machine_id, tasks.c.task_id.not_in(but))
        held = select(tasks.c.task_id).where(*mine).limit(1)
        if not self._in_fleet or await self._database.read(lambda connection: connection.execute(held).first()) is None:
            return 0
        left = update(tasks).where(*mine).values(machine_id=NOWHERE)
        return await self._database.write(lambda connection, _: connection.execute(left).rowcount)

    def _take_up(self, connection: Connection, free: Select[Any], mine: Select[Any], limit: int) -> None:
        """So that the Brain is asked once, by one machine."""
        more = limit - len(connection.execute(mine).all())
        if more > 0:
            found = connection.execute(free.limit(more)).scalars().all()
            connection.execute(update(tasks).where(tasks.c.task_id.in_(found)).values(machine_id=self._machine_id))

    async def route(self, old: Task, new: Task, events: Sequence[TaskEvent]) -> Task:
        """See `TaskStore.route`."""
        at = self._clock()

        def write(connection: Connection, recorder: Recorder) -> Task:
            stored = read_task(connection, old.task_id)
            same = (stored.assigned_agent, stored.awaits_routing) == (old.assigned_agent, old.awaits_routing)
            if stored.status is not TaskStatus.QUEUED or stored.attempt != old.attempt or not same:
                raise StaleTask(old.task_id, "waiting for its agent")
            # Who asked about it is not who has to do it.
            given = new.model_copy(update={"machine_id": NOWHERE}) if self._in_fleet else new
            return move_task(connection, recorder, old, given, events, at)

        return await self._database.write(write)
