"""Answers that change their task: the word and what comes of it in one transaction."""

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from machine.domain.approval import Approval
from machine.domain.clock import Clock
from machine.domain.events import TaskEvent
from machine.domain.task import Task
from machine.store.approvals import check_pending
from machine.store.database import Database
from machine.store.moves import check_transition, move_task
from machine.store.writer import Recorder


class Decisions:
    """Of two who answer at once, or of an answer and a stop, one comes first and the other is told."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def decide(self, old: Task, new: Task, events: Sequence[TaskEvent], *, approval: Approval) -> Task:
        """See `TaskStore.decide`."""
        check_transition(old, new)
        at = self._clock()

        def write(connection: Connection, recorder: Recorder) -> Task:
            check_pending(connection, approval.approval_id)
            return move_task(connection, recorder, old, new, events, at, approvals=[approval])

        return await self._database.write(write)
