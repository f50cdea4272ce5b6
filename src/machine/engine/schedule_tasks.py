"""The tasks of schedules: made as their owners, with what tells where they come from."""

from collections.abc import Mapping
from datetime import datetime

from machine.domain.schedule import Schedule, concurrency_key
from machine.domain.task import Task, TaskSource
from machine.engine.new_tasks import NewTasks
from machine.engine.owners import Owners
from machine.engine.task_request import TaskRequest
from machine.ports import PendingInput


class ScheduleTasks:
    """Makes them; storing them is the scheduler's matter."""

    def __init__(self, *, new_tasks: NewTasks, owners: Owners) -> None:
        self._new_tasks = new_tasks
        self._owners = owners

    async def of(self, schedule: Schedule, due_at: datetime, about: Mapping[str, str]) -> tuple[Task, PendingInput]:
        """The task for one time, and its first message. Raises NotFound, BadRequest, Forbidden."""
        request = TaskRequest(
            message=schedule.message,
            agent=schedule.agent,
            title=schedule.title,
            priority=schedule.priority,
            timeout_seconds=schedule.timeout_seconds,
            max_turns=schedule.max_turns,
            max_budget_usd=schedule.max_budget_usd,
            code=schedule.code,
            concurrency_key=concurrency_key(schedule.name),
            source=TaskSource.SCHEDULE,
            source_metadata={"schedule": schedule.name, "due_at": due_at.isoformat(), **about},
        )
        owner = await self._owners.acting(schedule.user_id, f"schedule {schedule.name}")
        task = self._new_tasks.from_request(request, owner)
        return task, self._new_tasks.first_input(task)
