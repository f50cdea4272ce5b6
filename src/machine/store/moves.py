"""Changing a task: the one statement by which a stored task becomes another, with its events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from machine.domain.approval import Approval
from machine.domain.errors import IllegalTransition, StaleTask
from machine.domain.events import ChatReply, MachineEvent, StoredEvent, TaskEvent
from machine.domain.task import NEXT, Task
from machine.store.approvals import cancel_pending, put_approvals
from machine.store.event_log import Encoded, encoded, feed_event, no_such_task, place
from machine.store.notices import ask_for_notices
from machine.store.replies import ask_for_reply
from machine.store.rows import task_changes, task_of
from machine.store.tables import tasks
from machine.store.trigger_states import heed_end
from machine.store.writer import Recorder


def read_task(connection: Connection, task_id: str) -> Task:
    """Raises NotFound."""
    row = connection.execute(select(tasks).where(tasks.c.task_id == task_id)).mappings().one_or_none()
    if row is None:
        raise no_such_task(task_id)
    return task_of(row)


def check_transition(old: Task, new: Task) -> None:
    """A change that keeps the status is no transition. Raises IllegalTransition."""
    if new.status is not old.status and new.status not in NEXT[old.status]:
        raise IllegalTransition(old.task_id, old.status, new.status)


def write_move(
    connection: Connection,
    recorder: Recorder,
    old: Task,
    new: Task,
    events: Sequence[Encoded],
    at: datetime,
) -> Task:
    """Write what `new` changes, if status and attempt are still those of `old`. Raises StaleTask, NotFound."""
    changes: dict[str, Any] = {**task_changes(old, new), "status": new.status.value}
    statement = (
        update(tasks)
        .where(tasks.c.task_id == old.task_id, tasks.c.status == old.status.value, tasks.c.attempt == old.attempt)
        .values(**changes, last_seq=tasks.c.last_seq + len(events))
        .returning(tasks)
    )
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        stored = read_task(connection, old.task_id)
        raise StaleTask(old.task_id, old.status if stored.status is not old.status else f"in its run {old.attempt}")
    stored = task_of(row)
    place(connection, recorder, stored.task_id, stored.user_id, stored.last_seq - len(events), events, at)
    return stored


def move_task(
    connection: Connection,
    recorder: Recorder,
    old: Task,
    new: Task,
    events: Sequence[TaskEvent],
    at: datetime,
    *,
    approvals: Sequence[Approval] = (),
    also: Sequence[MachineEvent] = (),
) -> Task:
    """`TaskStore.move`. What waited for an answer is cancelled when the task ends, told before the end itself; a reply
    that is wanted becomes due with it, and so does what channels want to be told."""
    put_approvals(connection, approvals)
    if new.ended:
        heed_end(connection, new, at)
    cancelled = cancel_pending(connection, old.task_id, at) if new.ended else []
    stored = write_move(connection, recorder, old, new, [encoded(event) for event in (*cancelled, *events)], at)
    if stored.ended:
        ask_for_reply(connection, stored, at)
    ask_for_notices(connection, old, stored, at)
    for event in also:
        owner = stored.user_id if isinstance(event, ChatReply) else None
        kind, body = encoded(event)
        feed_event(connection, recorder, StoredEvent(type=kind, at=at, body=body, user_id=owner))
    return stored
