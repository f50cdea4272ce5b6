"""Which machine has a task: only there can its process be spoken to, and only there lie its files."""

from collections.abc import Awaitable, Callable

from machine.domain.errors import Conflict
from machine.domain.machine import NOWHERE
from machine.domain.task import Task, TaskStatus

IsThere = Callable[[str], Awaitable[bool]]
"""Whether a machine of that name is at work, or says that it soon will be again."""


async def _always(_machine_id: str) -> bool:
    return True


class TakenElsewhere(Conflict):
    """Another machine has the task now."""

    code = "taken_elsewhere"

    def __init__(self, task_id: str, machine_id: str) -> None:
        super().__init__(f"Task {task_id} is at work on the machine {machine_id}.", hint="Try again.")


class StoredElsewhere(TakenElsewhere):
    """Another machine has the task now, and what was said is stored: there it is to be seen to."""

    code = "stored_elsewhere"


class Whereabouts:
    """Of one process in a fleet. A machine that works alone has all tasks itself, and needs none of this."""

    def __init__(self, machine_id: str, is_there: IsThere = _always) -> None:
        self.machine_id = machine_id
        self._is_there = is_there

    async def elsewhere(self, task: Task) -> str | None:
        """The other machine that has the task now. None: it is here, or nobody's: it stands in the queue, has ended, or
        waits for a person where nobody is any more."""
        if task.machine_id == self.machine_id or task.status not in (TaskStatus.RUNNING, TaskStatus.WAITING_INPUT):
            return None
        if task.status is TaskStatus.RUNNING or await self._is_there(task.machine_id):
            return task.machine_id
        return None

    def files_elsewhere(self, task: Task) -> str | None:
        """The other machine that has the files of the task; None: they are here, or there are none yet, or they go with
        it to whoever takes it up."""
        if task.machine_id in (self.machine_id, NOWHERE) or not task.has_started:
            return None
        return task.machine_id

    async def is_ours_to_tidy(self, task: Task) -> bool:
        """Whether the end of a task's keeping is seen to here: who has its folder knows what work is in it."""
        if task.machine_id == self.machine_id or not task.has_started:
            return True
        return not await self._is_there(task.machine_id)

    async def is_there(self, machine_id: str) -> bool:
        return await self._is_there(machine_id)
