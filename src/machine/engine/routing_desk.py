"""Gets the Brain's word for tasks that no rule decides, a few at a time, while they stand in the queue."""

import asyncio
import contextlib
import logging
from functools import partial
from typing import Final

from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.costs import of_another_model
from machine.domain.errors import LeaseLost, NotFound, StaleTask, StoreError
from machine.domain.events import MetricsData, TaskEvent, TaskMetrics, TaskRouted
from machine.domain.task import Task, TaskSource
from machine.engine.background_manager import BackgroundTaskManager
from machine.engine.brain import MachineBrain
from machine.engine.brain_routing import Opinion
from machine.engine.live_tasks import LiveTasks
from machine.engine.login_gate import LoginGate
from machine.engine.new_tasks import NewTasks
from machine.engine.slots import Slots
from machine.ports import Membership, TaskStore

AT_ONCE: Final = 2
"""Processes of the Brain that decide about tasks: beside the slots, for a full machine decides, too."""
LOOK_SECONDS: Final = 30.0
RETRY_SECONDS: Final = 2.0
PAUSE_SECONDS: Final = 0.05
"""Between two looks: tasks that come by the hundred need no look each."""

_log = logging.getLogger(__name__)


class RoutingDesk:
    """Stores each decision in one transaction with its event. What a restart interrupts is asked again after it."""

    def __init__(
        self,
        *,
        store: TaskStore,
        live: LiveTasks,
        brain: MachineBrain,
        new_tasks: NewTasks,
        gate: LoginGate,
        slots: Slots,
        manager: BackgroundTaskManager,
        membership: Membership,
        demo: bool,
    ) -> None:
        """`demo`: whether its Brain is the demo model."""
        self._store = store
        self._brain = brain
        self._new_tasks = new_tasks
        self._gate = gate
        self._slots = slots
        self._bell = slots.another_bell()
        self._manager = manager
        self._membership = membership
        self._demo = demo
        self._asking = live.asked

    async def watch(self) -> None:
        """Decide, for as long as the machine runs."""
        try:
            while True:
                self._bell.clear()
                try:
                    await self._look()
                except Exception:  # whatever it was: tasks that wait for ever and a machine that looks well are worse
                    _log.exception("a look for tasks without an agent failed")
                    await asyncio.sleep(RETRY_SECONDS)
                await asyncio.sleep(PAUSE_SECONDS)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._bell.wait()
        finally:
            for asking in list(self._asking.values()):
                await cancel_and_wait(asking)

    @property
    def _may_ask(self) -> bool:
        return self._gate.open and self._membership.may_claim and not self._manager.draining

    async def _look(self) -> None:
        if not self._may_ask:
            await self._leave_to_others()
            return
        for task_id in await self._store.awaiting_routing(2 * AT_ONCE):
            if len(self._asking) >= AT_ONCE or not self._may_ask:
                return
            if task_id not in self._asking:
                asking = self._asking[task_id] = spawn(self._decide(task_id), name=f"routing of {task_id}")
                asking.add_done_callback(partial(self._decided, task_id))

    async def _leave_to_others(self) -> None:
        try:
            if await self._store.leave_routing(but=tuple(self._asking)):
                self._slots.freed()
        except LeaseLost:
            _log.info("what waits here for its agent is left to others with the lease")

    def _decided(self, task_id: str, _asking: asyncio.Task[None]) -> None:
        """Also of one that was cancelled before its first step."""
        del self._asking[task_id]
        self._bell.set()

    async def _decide(self, task_id: str) -> None:
        try:
            task = await self._store.get(task_id)
            opinion = await self._opinion(task)
            if opinion.parked is not None:
                self._gate.heed(opinion.parked)
                return
            await self._keep(task, opinion)
        except StaleTask:
            _log.info("task %s was stopped, or given to an agent, while the Brain was asked", task_id)
        except Exception:  # it waits on, and is looked at again, though not at once
            _log.exception("the agent of %s could not be found", task_id)
            await asyncio.sleep(RETRY_SECONDS)

    async def _opinion(self, task: Task) -> Opinion:
        if of_another_model(task.cost_kind, demo=self._demo):
            return Opinion()  # whoever starts it cancels it
        route = self._brain.route_webhook if task.source is TaskSource.WEBHOOK else self._brain.route_message
        return await route(task)

    async def _keep(self, task: Task, opinion: Opinion) -> None:
        """Store a decision; a store that cannot be written is tried again: what was paid for is not asked twice."""
        while True:
            new, events = self._decision(task, opinion)
            try:
                await self._store.route(task, new, events)
            except StoreError as error:
                _log.error("the agent of %s is not stored yet: %s %s", task.task_id, error.message, error.hint)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._slots.freed()
            return

    def _decision(self, task: Task, opinion: Opinion) -> tuple[Task, list[TaskEvent]]:
        routing = opinion.routing or self._brain.default_routing("the Brain was not asked")
        try:
            new = self._new_tasks.given_to(task, routing)
        except NotFound as error:  # disabled or deleted in this moment; the run says so if the default is, too
            routing = self._brain.default_routing(error.message)
            changes = {"assigned_agent": routing.decision, "routing": routing, "awaits_routing": False}
            new = task.model_copy(update=changes)
        new = new.model_copy(update={"usage": task.usage + opinion.usage})
        spent = MetricsData(usage=new.usage, cost_kind=new.cost_kind, duration_seconds=new.duration_seconds)
        told = TaskRouted(data=routing)
        return new, [told, TaskMetrics(data=spent)]
