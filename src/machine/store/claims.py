"""Handing slots to queued tasks: counting and taking in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.engine import Connection

from machine.domain.clock import Clock
from machine.domain.events import StartedData, TaskEvent, TaskStarted
from machine.domain.machine import PRESENT, MachineRole, MachineState
from machine.domain.task import Lane, QueueReason, Task, TaskStatus
from machine.ports import ClaimLimits
from machine.store.database import Database
from machine.store.day_gate import Closed, bring_in_line, closed_now, is_in_line
from machine.store.event_log import encoded
from machine.store.moves import check_transition, move_task, read_task, write_move
from machine.store.next_task import Asker, next_task
from machine.store.tables import machines, tasks
from machine.store.writer import Recorder

# Those where a conversation may have its files, and goes on; on one machine there are none.
MEMBERS: Final = select(machines.c.machine_id, machines.c.state).where(
    machines.c.state.in_([state.value for state in PRESENT]), machines.c.role != MachineRole.WEB.value
)
_HOMES: Final = MEMBERS.with_only_columns(machines.c.machine_id, machines.c.labels)
_KEEP_TOGETHER: Final = (
    update(tasks)
    .where(tasks.c.conversation_id == bindparam("conversation"), tasks.c.status == TaskStatus.QUEUED.value)
    .values(machine_id=bindparam("here"))
)
"""Whatever else is queued in a conversation follows it to where it goes on."""

# In the words of the index `tasks_running`, so that it is used.
_RUNNING: Final = text("status = 'running'")


class Claims:
    """Hands slots to tasks; counting and taking are one transaction, so there is never one too many."""

    def __init__(self, database: Database, machine_id: str, clock: Clock, *, in_fleet: bool) -> None:
        self._database = database
        self._machine_id = machine_id
        self._clock = clock
        self._in_fleet = in_fleet
        self._idle = False
        """Whether the last claim found nothing."""

    async def claim(self, limits: ClaimLimits, at: datetime) -> Task | None:
        """See `TaskStore.claim`. In a fleet, who found nothing looks first: of those who write there is one at a time,
        and nothing to do is not worth their turn."""
        if self._in_fleet and self._idle and not await self._would_write(limits, at):
            return None
        task = await self._claimed(limits, at)
        self._idle = task is None
        return task

    async def _would_write(self, limits: ClaimLimits, at: datetime) -> bool:
        def read(connection: Connection) -> bool:
            closed = closed_now(connection, limits.day, at)
            if not is_in_line(connection, closed, at):
                return True
            return self._next(connection, limits, closed, _members(connection), at) is not None

        return await self._database.read(read)

    async def _claimed(self, limits: ClaimLimits, at: datetime) -> Task | None:
        def write(connection: Connection, recorder: Recorder) -> Task | None:
            closed = closed_now(connection, limits.day, at)
            bring_in_line(connection, recorder, closed, at)
            members = _members(connection)
            task_id = self._next(connection, limits, closed, members, at)
            if task_id is None:
                return None
            old = read_task(connection, task_id)
            change = {"attempt": old.attempt + 1, "front": False, "parked_until": None, "machine_id": self._machine_id}
            new = old.moved_to(TaskStatus.RUNNING, at, **change)
            if members:
                connection.execute(_KEEP_TOGETHER, {"conversation": new.conversation_id, "here": self._machine_id})
            started = StartedData(
                attempt=new.attempt,
                agent=new.assigned_agent,
                resumed=old.has_started,
                machine_id=self._machine_id,
            )
            return write_move(connection, recorder, old, new, [encoded(TaskStarted(data=started))], at)

        return await self._database.write(write)

    async def take_slot(self, task: Task, new: Task, events: Sequence[TaskEvent], limits: ClaimLimits) -> Task | None:
        """Raises IllegalTransition, StaleTask, NotFound."""
        check_transition(task, new)
        at = self._clock()

        def write(connection: Connection, recorder: Recorder) -> Task | None:
            free = new.lane in self._free_lanes(connection, limits)
            if not free or new.assigned_agent in _full_agents(connection, limits):
                return None
            return move_task(connection, recorder, task, new, events, at)

        return await self._database.write(write)

    async def release_parked(self, reason: QueueReason) -> int:
        parked = (tasks.c.status == TaskStatus.QUEUED.value, tasks.c.parked_until.is_not(None))
        statement = update(tasks).where(*parked, tasks.c.queue_reason == reason.value).values(parked_until=None)
        return await self._database.write(lambda connection, _: connection.execute(statement).rowcount)

    def _next(
        self, connection: Connection, limits: ClaimLimits, closed: Closed, members: Mapping[str, str], at: datetime
    ) -> str | None:
        if members.get(self._machine_id) == MachineState.DRAINING.value:
            return None
        lanes = self._free_lanes(connection, limits)
        if not lanes:
            return None
        unfit = {*_full_agents(connection, limits), *limits.other_agents}
        strays = _strays(connection, limits)
        return next_task(connection, Asker(self._machine_id, lanes, unfit, members, strays), closed, at)

    def _free_lanes(self, connection: Connection, limits: ClaimLimits) -> list[str]:
        query = select(tasks.c.lane, func.count()).where(_RUNNING, tasks.c.machine_id == self._machine_id)
        taken = {Lane(lane): count for lane, count in connection.execute(query.group_by(tasks.c.lane))}
        return [lane.value for lane, slots in limits.slots.items() if taken.get(lane, 0) < slots]


def _members(connection: Connection) -> dict[str, str]:
    """The states of those that conversations stay with, by machine."""
    return dict(connection.execute(MEMBERS).all())


def _strays(connection: Connection, limits: ClaimLimits) -> list[str]:
    """See `Asker.strays`. There are as many as agents that ask for labels, times machines that do not have them."""
    if not limits.asked_labels:
        return []
    homes = [(name, set(labels)) for name, labels in connection.execute(_HOMES)]
    asked = limits.asked_labels.items()
    return [f"{agent}/{name}" for agent, labels in asked for name, there in homes if not labels <= there]


def _full_agents(connection: Connection, limits: ClaimLimits) -> list[str]:
    """Agents that run as many tasks as they may, on whichever machine."""
    if not limits.per_agent:
        return []
    query = select(tasks.c.assigned_agent, func.count()).where(_RUNNING).group_by(tasks.c.assigned_agent)
    running: dict[str, int] = dict(connection.execute(query).all())
    return [agent for agent, most in limits.per_agent.items() if running.get(agent, 0) >= most]
