"""Plans that were approved: the word, the end of the planning and the task that carries it out, in one transaction."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.engine import Connection

from machine.domain.approval import Approval
from machine.domain.clock import Clock
from machine.domain.errors import Conflict
from machine.domain.events import TaskEvent
from machine.domain.task import PLAN_OF, Task
from machine.ports import PendingInput
from machine.store.approvals import check_pending
from machine.store.database import Database
from machine.store.moves import check_transition, move_task, read_task
from machine.store.tables import tasks
from machine.store.tasks import put_task
from machine.store.writer import Recorder


class Plans:
    """From a plan to the task that carries it out."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def hand_over(
        self,
        old: Task,
        new: Task,
        events: Sequence[TaskEvent],
        *,
        approval: Approval,
        successor: Task,
        first_input: PendingInput,
    ) -> Task:
        """See `TaskStore.hand_over`."""
        check_transition(old, new)
        at = self._clock()

        def write(connection: Connection, recorder: Recorder) -> Task:
            check_pending(connection, approval.approval_id)
            move_task(connection, recorder, old, new, events, at, approvals=[approval])
            put_task(connection, recorder, successor, first_input, at)
            return read_task(connection, successor.task_id)

        return await self._database.write(write)

    async def carry_out(self, planned: Task, successor: Task, first_input: PendingInput, *, again: bool) -> Task:
        """See `TaskStore.carry_out`."""
        at = self._clock()

        def write(connection: Connection, recorder: Recorder) -> Task:
            if not again and (known := _successors(connection, planned.task_id)):
                raise Conflict(
                    f"The plan of {planned.task_id} was approved before: {', '.join(known[:5])} carries it out.",
                    hint="Look at that task; to do it once more on purpose, send `again: true`.",
                )
            put_task(connection, recorder, successor, first_input, at)
            return read_task(connection, successor.task_id)

        return await self._database.write(write)


def _successors(connection: Connection, task_id: str) -> list[str]:
    query = select(tasks.c.task_id, tasks.c.source_metadata).where(tasks.c.parent_task_id == task_id)
    rows = connection.execute(query.order_by(tasks.c.task_id)).all()
    return [row.task_id for row in rows if row.source_metadata.get(PLAN_OF) == task_id]
