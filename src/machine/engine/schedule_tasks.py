"""The tasks of schedules: made as their owners, with what tells where they come from."""

from collections.abc import Mapping
from datetime import datetime

from machine.domain.errors import Forbidden
from machine.domain.principal import Principal, User, Via
from machine.domain.schedule import Schedule, concurrency_key
from machine.domain.task import Task, TaskSource
from machine.engine.new_tasks import NewTasks
from machine.engine.task_request import TaskRequest
from machine.ports import PendingInput, PeopleStore


class ScheduleTasks:
    """Makes them; storing them is the scheduler's matter."""

    def __init__(self, *, new_tasks: NewTasks, people: PeopleStore) -> None:
        self._new_tasks = new_tasks
        self._people = people

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
        task = self._new_tasks.from_request(request, await self._owner(schedule))
        return task, self._new_tasks.first_input(task)

    async def _owner(self, schedule: Schedule) -> Principal:
        if schedule.user_id:
            row = await self._people.user(schedule.user_id)
        else:
            row = await self._people.local_administrator()
        if row.disabled_at is not None:
            raise Forbidden(f"{row.name}, who owns it, is disabled.", hint="Change its owner.")
        user = User(user_id=row.user_id, name=row.name, role=row.role)
        principal = Principal(user=user, via=Via.INTERNAL, credential_id=f"schedule {schedule.name}")
        if not principal.may_write:
            raise Forbidden(f"{user.name}, who owns it, is a viewer and cannot start tasks.", hint="Change its owner.")
        return principal
