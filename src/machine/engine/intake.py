"""The one door through which wishes become tasks."""

from machine.domain.errors import Forbidden, NotFound
from machine.domain.principal import Principal
from machine.domain.task import Task
from machine.engine.background_manager import BackgroundTaskManager
from machine.engine.new_tasks import NewTasks
from machine.engine.task_code import check_credentials
from machine.engine.task_request import TaskRequest
from machine.ports import Agents, TaskFilter, TaskStore

__all__ = ["Intake", "TaskRequest"]


class Intake:
    """Checks a wish, chooses the agent, and hands the task to the manager."""

    def __init__(
        self, *, new_tasks: NewTasks, manager: BackgroundTaskManager, agents: Agents, store: TaskStore
    ) -> None:
        self._new_tasks = new_tasks
        self._manager = manager
        self._agents = agents
        self._store = store

    async def accept(self, request: TaskRequest, principal: Principal) -> Task:
        """Store the task of a wish and queue it. Raises BadRequest, NotFound, Forbidden, Unavailable."""
        if not principal.may_write:
            raise Forbidden("A viewer cannot start tasks.", hint="Ask a member or an administrator.")
        check_credentials(request.code, principal)
        before = await self._newest_of(request.conversation_id, principal)
        if request.parent_task_id is not None and before is None:
            await self._visible(request.parent_task_id, principal)
        task = self._new_tasks.from_request(request, principal, before=before)
        await self._manager.submit(task, self._agents.get(task.assigned_agent))
        return await self._store.get(task.task_id)

    async def _newest_of(self, conversation_id: str | None, principal: Principal) -> Task | None:
        if conversation_id is None:
            return None
        page = await self._store.list(TaskFilter(conversation_id=conversation_id), limit=1)
        if not page.items or not principal.sees(page.items[0].user_id):
            raise NotFound(f"There is no conversation {conversation_id}.")
        return page.items[0]

    async def _visible(self, task_id: str, principal: Principal) -> None:
        task = await self._store.get(task_id)
        if not principal.sees(task.user_id):
            raise NotFound(f"There is no task {task_id}.")
