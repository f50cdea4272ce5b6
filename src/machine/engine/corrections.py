"""A person's word on who should have got a task, which may become a rule."""

from pydantic import BaseModel, ConfigDict

from machine.domain.agent import SubAgent
from machine.domain.aio import cancel_and_wait
from machine.domain.definitions import Definition, Preview
from machine.domain.errors import BadRequest, Conflict, Forbidden, StaleTask
from machine.domain.events import TaskRouted
from machine.domain.principal import Principal
from machine.domain.routing import MAX_RULES, RoutingRule
from machine.domain.task import Routing, Task, TaskStatus
from machine.engine.background_manager import BackgroundTaskManager
from machine.engine.entity_creator import EntityCreator
from machine.engine.live_tasks import LiveTasks
from machine.engine.new_tasks import NewTasks
from machine.engine.steering import Steering
from machine.ports import Agents, TaskStore
from machine.registry.agent_files import with_rule
from machine.registry.uploads import Draft


class Correction(BaseModel):
    """What was corrected: the task that has the agent now, and the rule that was made, or would be."""

    model_config = ConfigDict(frozen=True)

    task: Task
    rule_preview: Preview | None = None
    rule_saved: bool = False


class Corrections:
    """Gives tasks to other agents."""

    def __init__(
        self,
        *,
        store: TaskStore,
        live: LiveTasks,
        agents: Agents,
        new_tasks: NewTasks,
        manager: BackgroundTaskManager,
        steering: Steering,
        creator: EntityCreator,
    ) -> None:
        self._store = store
        self._live = live
        self._agents = agents
        self._new_tasks = new_tasks
        self._manager = manager
        self._steering = steering
        self._creator = creator

    async def correct(
        self,
        task: Task,
        agent: str,
        principal: Principal,
        *,
        restart: bool = False,
        rule: RoutingRule | None = None,
        make_rule: bool = False,
    ) -> Correction:
        """Give a task to `agent`: one that was never started in place, any other as a new task, after it was stopped.

        The rule is checked before anything is done, and saved after it. Raises NotFound (agent), Forbidden, BadRequest,
        Conflict (it works, and `restart` does not say that it may be stopped), InvalidDefinition.
        """
        if not principal.may_write:
            raise Forbidden("A viewer cannot correct a decision.", hint="Ask a member or an administrator.")
        if make_rule and rule is None:
            raise BadRequest("There is no rule to make.", hint="Send the rule, such as its keywords, in `rule`.")
        self._agents.get(agent)
        draft = None if rule is None else self._draft(agent, rule, principal)
        preview = None if draft is None else await self._creator.agents.preview(draft, principal)
        given = await self._given(task, agent, principal, restart=restart)
        if make_rule and draft is not None:
            await self._save(draft, principal)
        return Correction(task=given, rule_preview=preview, rule_saved=make_rule)

    async def _given(self, task: Task, agent: str, principal: Principal, *, restart: bool) -> Task:
        if task.assigned_agent == agent and not task.awaits_routing:
            raise Conflict(f"Task {task.task_id} is {agent}'s already.", hint="Name another agent.")
        routing = Routing(
            decision=agent,
            reason=f"corrected by a person, before: {task.routing.reason if task.routing else 'unknown'}"[:1_000],
            runner_up=task.assigned_agent if task.assigned_agent != agent else None,
            corrected_by=principal.user_id,
        )
        if task.status is TaskStatus.QUEUED and not task.has_started:
            try:
                return await self._in_place(task, routing)
            except StaleTask:  # it was started, or the Brain has spoken, in this moment
                task = await self._store.get(task.task_id)
                if task.status is TaskStatus.QUEUED and not task.has_started:
                    return await self._in_place(task, routing)
        return await self._anew(task, routing, principal, restart=restart)

    async def _in_place(self, task: Task, routing: Routing) -> Task:
        new = self._new_tasks.given_to(task, routing)
        told = TaskRouted(data=routing)
        stored = await self._store.route(task, new, [told])
        await cancel_and_wait(self._live.asked.get(task.task_id))
        self._manager.look_at_queue()
        return stored

    async def _anew(self, task: Task, routing: Routing, principal: Principal, *, restart: bool) -> Task:
        if not task.ended:
            if not restart:
                raise Conflict(
                    f"Task {task.task_id} is {task.status} at {task.assigned_agent}.",
                    hint="Send `restart: true` to stop it and start it anew with the other agent.",
                )
            await self._steering.stop(task.task_id, by=principal.user_id)
            task = await self._store.get(task.task_id)
        return await self._manager.retry(task.task_id, principal, routing=routing)

    def _draft(self, agent: str, rule: RoutingRule, principal: Principal) -> Draft:
        if not principal.is_administrator:
            raise Forbidden("Only administrators may make rules.", hint="Correct the task alone, without `rule`.")
        found: Definition[SubAgent] = self._creator.agents.get(agent)
        if rule in found.model.routing:
            raise Conflict(f"The agent {agent} has this rule already.", hint="Leave `rule` out.")
        if len(found.model.routing) >= MAX_RULES:
            raise Conflict(
                f"The agent {agent} has {MAX_RULES} rules already.", hint="Remove one that it needs no more."
            )
        return Draft(agent, with_rule(found.files, rule))

    async def _save(self, draft: Draft, principal: Principal) -> None:
        await self._creator.create_agent(draft, principal, replace_it=True)
