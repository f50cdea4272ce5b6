"""What a delivery's triggers start, decided in the transaction that stores it: two never find the same key idle."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.engine import Connection

from machine.domain.events import CancelledData, TaskCancelled
from machine.domain.task import NEXT, Task, TaskStatus
from machine.domain.triggering import continuing, may_continue
from machine.domain.webhook_trigger import WhenBusy
from machine.ports import Start, Terms
from machine.store.moves import move_task
from machine.store.rows import task_of
from machine.store.tables import tasks
from machine.store.tasks import put_task
from machine.store.trigger_states import read_state, write_state
from machine.store.writer import Recorder

MAX_LOOKED_AT: Final = 20
"""Of the newest tasks of a key, when one is looked for to go on with."""
_OPEN: Final = tuple(status.value for status, after in NEXT.items() if after)


class Begun(NamedTuple):
    """What became of the starts of a delivery."""

    task_ids: tuple[str, ...]
    reasons: tuple[str, ...]
    """Why the others were not started."""
    replaced: tuple[str, ...]


def begin_all(connection: Connection, recorder: Recorder, starts: Iterable[Start], at: datetime) -> Begun:
    """Store the tasks that may be started. Those of one delivery do not keep each other busy."""
    begun: list[str] = []
    reasons: list[str] = []
    replaced: list[str] = []
    for start in starts:
        state = read_state(connection, start.terms.webhook, start.terms.trigger, at)
        if state.paused_at is not None:
            reasons.append(f"Trigger {state.trigger} is paused: {state.why}")
            continue
        busy = _busy_with(connection, start, begun)
        if reason := _refusal(start.terms, state.room_for(start.terms.rate_per_minute, at), busy):
            reasons.append(reason)
            continue
        task, to_stop = _placed(connection, recorder, start, busy, begun, at)
        put_task(connection, recorder, task, start.first_input, at)
        write_state(connection, state.with_start(start.terms.rate_per_minute, at))
        begun.append(task.task_id)
        replaced.extend(to_stop)
    return Begun(tuple(begun), tuple(reasons), tuple(replaced))


def _refusal(terms: Terms, room: float, busy: list[Task]) -> str:
    """Why nothing is started, empty when something is. What is skipped takes no room."""
    if terms.when_busy is WhenBusy.SKIP and busy:
        return f"Trigger {terms.trigger} is busy with {busy[0].task_id} and skips this event."
    if room < 1:
        return f"Trigger {terms.trigger} is over its rate limit of {terms.rate_per_minute} a minute."
    return ""


def _placed(
    connection: Connection, recorder: Recorder, start: Start, busy: list[Task], begun: Collection[str], at: datetime
) -> tuple[Task, list[str]]:
    """The task as it is to be stored, and which tasks its engine has to stop for it."""
    if start.terms.when_busy is WhenBusy.REPLACE:
        return _replacing(connection, recorder, start.task, busy, at)
    if start.terms.when_busy is WhenBusy.CONTINUE:
        for before in _newest_tasks(connection, start.task.concurrency_key, begun):
            if may_continue(before, start.task, at):
                return continuing(before, start.task), []
    return start.task, []


def _replacing(
    connection: Connection, recorder: Recorder, task: Task, busy: list[Task], at: datetime
) -> tuple[Task, list[str]]:
    """What is queued is cancelled here. What is under way has processes: its successor names it until it is stopped."""
    under_way = []
    for old in busy:
        if old.status is not TaskStatus.QUEUED:
            under_way.append(old.task_id)
            continue
        told = _cancelled(old, f"replaced by {task.task_id}")
        move_task(connection, recorder, old, old.moved_to(TaskStatus.CANCELLED, at), [told], at)
    if not under_way:
        return task, []
    metadata = {**task.source_metadata, "replaces": under_way}
    return task.model_copy(update={"source_metadata": metadata}), under_way


def _cancelled(task: Task, reason: str) -> TaskCancelled:
    duration = round(task.duration_seconds, 3)
    return TaskCancelled(
        data=CancelledData(reason=reason, usage=task.usage, cost_kind=task.cost_kind, duration_seconds=duration)
    )


def _busy_with(connection: Connection, start: Start, without: Collection[str]) -> list[Task]:
    """What has the key and has not ended, oldest first; not looked up where it makes no difference."""
    if start.terms.when_busy not in (WhenBusy.SKIP, WhenBusy.REPLACE):
        return []
    key = start.task.concurrency_key
    query = select(tasks).where(tasks.c.concurrency_key == key, tasks.c.status.in_(_OPEN)).order_by(tasks.c.task_id)
    return [task_of(row) for row in connection.execute(query).mappings() if row["task_id"] not in without]


def _newest_tasks(connection: Connection, key: str | None, without: Collection[str]) -> list[Task]:
    query = select(tasks).where(tasks.c.concurrency_key == key).order_by(tasks.c.task_id.desc()).limit(MAX_LOOKED_AT)
    return [task_of(row) for row in connection.execute(query).mappings() if row["task_id"] not in without]
