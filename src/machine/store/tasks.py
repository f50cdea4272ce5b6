"""Tasks: made, read, listed, moved."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Text, and_, func, or_, select, text, type_coerce, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from machine.domain.approval import Approval
from machine.domain.chat import attachments_of
from machine.domain.clock import Clock
from machine.domain.costs import CostKind
from machine.domain.errors import BadRequest, Conflict
from machine.domain.events import MachineEvent, TaskCreated, TaskEvent
from machine.domain.task import NEXT, QueueReason, Task, TaskStatus, WaitingReason
from machine.ports import PendingInput, TaskFilter, TaskPage
from machine.store.chats import claim_attachments
from machine.store.claims import MEMBERS
from machine.store.database import Database
from machine.store.event_log import encoded, place
from machine.store.inputs import put_input
from machine.store.listing import read_page, task_id_in
from machine.store.moves import check_transition, move_task, read_task
from machine.store.prepared import PreparedInsert
from machine.store.rows import task_of, task_values
from machine.store.small_tables import all_rows
from machine.store.tables import tasks
from machine.store.writer import Recorder

_OPEN = tuple(status.value for status, after in NEXT.items() if after)
# In the words of the index `tasks_held_back`, so that it is used: what nothing holds back is not looked at.
_HELD_BACK: Final = text("status = 'queued' AND queue_reason IN ('not_logged_in', 'quota', 'budget')")
_INSERT: Final = PreparedInsert(tasks)
MAX_REPLACED: Final = 1000
_REPLACING: Final = (
    select(tasks.c.source_metadata)
    .where(tasks.c.status == TaskStatus.QUEUED.value, tasks.c.concurrency_key.is_not(None))
    .where(type_coerce(tasks.c.source_metadata, Text).like('%"replaces":[%'))
    .limit(MAX_REPLACED)
)


def put_task(connection: Connection, recorder: Recorder, task: Task, first_input: PendingInput, at: datetime) -> None:
    """Store a task with its first message and its `task.created`. Raises Conflict for an id that is taken."""
    created = TaskCreated(data=task.model_copy(update={"last_seq": 1}))
    try:
        _INSERT.run(connection, {**task_values(task), "last_seq": 1})
    except IntegrityError as error:
        raise Conflict(f"There is a task {task.task_id} already.", hint="Make a new id for it.") from error
    put_input(connection, first_input)
    if sent := attachments_of(task):
        claim_attachments(connection, sent, task.conversation_id)
    place(connection, recorder, task.task_id, task.user_id, 0, [encoded(created)], at)


class Tasks:
    """The tasks of one machine."""

    def __init__(self, database: Database, machine_id: str, clock: Clock, *, in_fleet: bool) -> None:
        self._database = database
        self._machine_id = machine_id
        self._clock = clock
        self._in_fleet = in_fleet

    async def create(self, task: Task, first_input: PendingInput) -> Task:
        """Store a task with its first message and its `task.created`. Raises Conflict for an id that is taken."""
        at = self._clock()

        def write(connection: Connection, recorder: Recorder) -> Task:
            put_task(connection, recorder, task, first_input, at)
            return read_task(connection, task.task_id)

        return await self._database.write(write)

    async def get(self, task_id: str) -> Task:
        return await self._database.read(lambda connection: read_task(connection, task_id))

    async def list(self, which: TaskFilter, *, limit: int, cursor: str | None = None) -> TaskPage:
        """Raises BadRequest for a cursor that no page gave, and for a limit below 1."""
        if limit < 1:
            raise BadRequest(f"A page of {limit} tasks is none.", hint="Ask for a limit of 1 or more.")
        before = None if cursor is None else task_id_in(cursor)
        return await self._database.read(lambda connection: read_page(connection, which, limit, before))

    async def in_status(
        self, *status: TaskStatus, demo: bool | None = None, after: str = "", limit: int | None = None
    ) -> tuple[Task, ...]:
        where = [
            tasks.c.status.in_([one.value for one in status]),
            tasks.c.task_id > after,
            self._ours(untaken=demo is not None),
        ]
        if demo is not None:
            of_demo = tasks.c.cost_kind == CostKind.DEMO.value
            where.append(of_demo if demo else ~of_demo)
        query = select(tasks).where(*where).order_by(tasks.c.task_id).limit(limit)
        rows = await self._database.read(lambda connection: connection.execute(query).mappings().all())
        return tuple(task_of(row) for row in rows)

    async def idle(self, since: datetime, *, after: str, limit: int) -> tuple[Task, ...]:
        query = select(tasks).where(
            tasks.c.status == TaskStatus.WAITING_INPUT.value,
            tasks.c.task_id > after,
            tasks.c.waiting_reason != WaitingReason.APPROVAL.value,
            tasks.c.status_at <= since,
            self._ours(untaken=False),
        )
        rows = await all_rows(self._database, query.order_by(tasks.c.task_id).limit(limit))
        return tuple(task_of(row) for row in rows)

    async def replaced(self) -> tuple[str, ...]:
        """Few tasks replace others, and those that do stand in the queue for a moment only."""

        def read(connection: Connection) -> tuple[str, ...]:
            found = connection.execute(_REPLACING).scalars().all()
            named = {str(task_id) for metadata in found for task_id in metadata.get("replaces", ())}
            if not named:
                return ()
            query = select(tasks.c.task_id).where(
                tasks.c.task_id.in_(sorted(named)[:MAX_REPLACED]), tasks.c.status.in_(_OPEN)
            )
            return tuple(connection.execute(query.order_by(tasks.c.task_id)).scalars())

        return await self._database.read(read)

    def _ours(self, *, untaken: bool) -> ColumnElement[bool]:
        """This machine's, and what waits for a person where no machine is any more: everybody looks after that. With
        `untaken`, also what is queued and no machine of the fleet has, be it no more or not yet."""
        # Concatenated, so that SQLite goes by the status: by the machine it would walk through all that ever ran here.
        own = tasks.c.machine_id.concat("") == self._machine_id
        if not self._in_fleet:
            return own
        common = (TaskStatus.WAITING_INPUT, *((TaskStatus.QUEUED,) if untaken else ()))
        waits = tasks.c.status.in_([status.value for status in common])
        return or_(own, and_(waits, tasks.c.machine_id.not_in(select(MEMBERS.subquery().c.machine_id))))

    async def counts(self) -> Mapping[TaskStatus, int]:
        query = select(tasks.c.status, func.count()).where(tasks.c.status.in_(_OPEN)).group_by(tasks.c.status)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        found = {TaskStatus(status): count for status, count in rows}
        return {TaskStatus(status): found.get(TaskStatus(status), 0) for status in _OPEN}

    async def parked(self) -> Mapping[QueueReason, int]:
        query = select(tasks.c.queue_reason, func.count()).where(_HELD_BACK).group_by(tasks.c.queue_reason)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return {QueueReason(reason): count for reason, count in rows}

    async def oldest_queued(self) -> datetime | None:
        """When the oldest queued task came in; None with none."""
        query = select(tasks.c.created_at).where(tasks.c.status == TaskStatus.QUEUED.value)
        query = query.order_by(tasks.c.task_id).limit(1)
        return await self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())

    async def move(
        self,
        old: Task,
        new: Task,
        events: Sequence[TaskEvent],
        *,
        approvals: Sequence[Approval] = (),
        also: Sequence[MachineEvent] = (),
    ) -> Task:
        """Raises IllegalTransition too, when `new` cannot come after `old`."""
        check_transition(old, new)
        at = self._clock()
        return await self._database.write(
            lambda connection, recorder: move_task(
                connection, recorder, old, new, events, at, approvals=approvals, also=also
            )
        )

    async def adopt(self) -> int:
        """Make all open tasks this machine's, for a database that has one machine: its name may have changed."""
        foreign = update(tasks).where(tasks.c.status.in_(_OPEN), tasks.c.machine_id != self._machine_id)

        def write(connection: Connection, _recorder: Recorder) -> int:
            return connection.execute(foreign.values(machine_id=self._machine_id)).rowcount

        return await self._database.write(write)
