"""Taking back what a machine had that is not there any more, inside somebody's transaction."""

from datetime import datetime
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.engine import Connection

from machine.domain.approval import ApprovalKind, ApprovalStatus
from machine.domain.events import ParkedData, TaskQueued
from machine.domain.hearing import WORDS, heard
from machine.domain.losing import brought_back
from machine.domain.task import Task, TaskStatus
from machine.store.moves import move_task, read_task
from machine.store.tables import approvals, events, inputs, tasks
from machine.store.writer import Recorder

# Of all that wait, those at least that a person has spoken to; who may go on, the domain says.
_SPOKEN_TO: Final = text(
    """
    SELECT task_id FROM tasks
    WHERE status = 'waiting_input' AND machine_id = :machine
      AND (EXISTS (SELECT 1 FROM inputs WHERE inputs.task_id = tasks.task_id AND NOT inputs.sent)
           OR NOT EXISTS (SELECT 1 FROM approvals
                          WHERE approvals.task_id = tasks.task_id AND approvals.status = 'pending'))
    ORDER BY task_id
    """
)


def take_back(connection: Connection, recorder: Recorder, machine_id: str, at: datetime, *, message: str) -> int:
    """Bring what ran on a machine to the front of the queue, and what waited there and was spoken to; the rest waits
    on. `message` says what happened to the machine. Returns how many were moved."""
    running = select(tasks.c.task_id).where(
        tasks.c.status == TaskStatus.RUNNING.value, tasks.c.machine_id == machine_id
    )
    moved = 0
    for task_id in connection.execute(running.order_by(tasks.c.task_id)).scalars().all():
        task = read_task(connection, task_id)
        new, told = brought_back(task, at, ran_until=_last_sign(connection, task), message=message)
        move_task(connection, recorder, task, new, [told], at)
        moved += 1
    for task_id in connection.execute(_SPOKEN_TO, {"machine": machine_id}).scalars().all():
        moved += _go_on(connection, recorder, read_task(connection, task_id), at)
    return moved


def _go_on(connection: Connection, recorder: Recorder, task: Task, at: datetime) -> bool:
    """Queue a task whose person has spoken: the process that was about to heed it is gone."""
    cards = select(approvals.c.kind).where(
        approvals.c.task_id == task.task_id, approvals.c.status == ApprovalStatus.PENDING.value
    )
    unsent = select(inputs.c.input_id).where(inputs.c.task_id == task.task_id, inputs.c.sent.is_(False)).limit(1)
    pending = {ApprovalKind(kind) for kind in connection.execute(cards).scalars()}
    reason = heard(task, pending=pending, unsent=connection.execute(unsent).first() is not None)
    if reason is None:
        return False
    queued = task.moved_to(TaskStatus.QUEUED, at, front=True, queue_reason=reason)
    told = TaskQueued(data=ParkedData(reason=reason, message=WORDS[reason], machine_id=task.machine_id))
    move_task(connection, recorder, task, queued, [told], at)
    return True


def _last_sign(connection: Connection, task: Task) -> datetime:
    newest = select(events.c.at).where(events.c.task_id == task.task_id).order_by(events.c.seq.desc()).limit(1)
    return connection.execute(newest).scalar_one_or_none() or task.status_at
