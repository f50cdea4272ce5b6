"""BackgroundTaskManager: takes tasks in, runs as many as there are slots, and lets people steer them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from machine.domain.agent import SubAgent
from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.clock import Clock
from machine.domain.errors import Conflict, Forbidden, StaleTask, Unavailable
from machine.domain.events import InputData, TaskInput
from machine.domain.machine_status import MachineStatusData
from machine.domain.principal import Principal
from machine.domain.task import Lane, Routing, Task, TaskSource, TaskStatus, WaitingReason
from machine.engine.conclusion import Conclusion
from machine.engine.dispatcher import Dispatcher
from machine.engine.following import texts
from machine.engine.live_task import RunEnd
from machine.engine.live_tasks import LiveTasks
from machine.engine.new_tasks import NewTasks, check_message, new_input, source_of
from machine.engine.outcome import stopped
from machine.engine.slots import Slots
from machine.engine.waiting import Waiting
from machine.engine.whereabouts import TakenElsewhere, Whereabouts
from machine.ports import Hub, TaskStore

STOP_SECONDS: Final = 30.0
"""The longest that a stop or an interrupt may take before its caller is told that it failed."""
LOOK_AGAIN_SECONDS: Final = 0.02
PARK_SECONDS: Final = 15.0

_log = logging.getLogger(__name__)


class BackgroundTaskManager:
    """The verbs of a task's life. Built in `machine.app`, started with `start`, ended with `drain`."""

    def __init__(
        self,
        *,
        store: TaskStore,
        hub: Hub,
        live: LiveTasks,
        slots: Slots,
        dispatcher: Dispatcher,
        conclusion: Conclusion,
        new_tasks: NewTasks,
        clock: Clock,
        machine_id: str,
        whereabouts: Whereabouts | None = None,
        totals: Callable[[], Awaitable[tuple[int, str]]] | None = None,
    ) -> None:
        """`whereabouts`, and what counts the slots of all machines, are unset on one that works alone."""
        self._store = store
        self._hub = hub
        self._live = live
        self._slots = slots
        self._dispatcher = dispatcher
        self._conclusion = conclusion
        self._new_tasks = new_tasks
        self._waiting = Waiting(store=store, clock=clock)
        self._now = clock
        self._machine_id = machine_id
        self._whereabouts = whereabouts
        self._totals = totals
        self._dispatching: asyncio.Task[None] | None = None

    @property
    def draining(self) -> bool:
        return self._dispatcher.draining

    def start(self) -> None:
        """Begin to run what is queued."""
        self._dispatching = spawn(self._dispatcher.run(), name="dispatcher")

    async def submit(self, task: Task, agent: SubAgent) -> str:
        """Store `task` for `agent` and queue it; returns its id at once. Raises Unavailable while draining."""
        if self.draining:
            raise Unavailable("The machine is shutting down.", hint="Try again in a moment.")
        if task.assigned_agent != agent.name:
            task = task.model_copy(update={"assigned_agent": agent.name})
        stored = await self._store.create(task, self._new_tasks.first_input(task))
        self._slots.freed()
        return stored.task_id

    def stream_output(self, task_id: str) -> AsyncIterator[str]:
        """What the agent says, from the beginning, as it says it, until the task has ended."""
        return texts(self._store, self._hub, task_id)

    async def send_input(
        self, task_id: str, message: str, *, principal: Principal | None = None, input_id: str | None = None
    ) -> Task:
        """Say something to a task. Returns the task that takes it: this one, or, when it has ended, its follow-up.
        What was stored by its `input_id` before is not stored again, only seen to.

        Raises NotFound, BadRequest, Forbidden, Unavailable, TakenElsewhere (it is stored, and to be seen to there).
        """
        check_message(message)
        task = await self._store.get(task_id)
        if task.ended:
            return await self._too_late(task, message, principal, input_id)
        if principal is not None:
            _check_rights(task, principal)
        typed = principal is not None and source_of(principal) is TaskSource.DASHBOARD
        one = new_input(task, message, self._now(), verbatim=not typed, input_id=input_id)
        said = InputData(input_id=one.input_id, message=message, user_id=principal.user_id if principal else None)
        try:
            await self._store.add_input(one, TaskInput(data=said))
        except StaleTask:  # it has ended since it was read
            return await self._too_late(await self._store.get(task_id), message, principal, input_id)
        except Conflict:
            if input_id is None:
                raise
        while True:
            live = self._live.get(task_id)
            if live is not None and live.accepts_input and not live.ending.done():
                live.hear()
                return live.task
            if live is not None:
                await live.done.wait()
            task = await self._store.get(task_id)
            if task.ended:
                unsent = [each.input_id for each in await self._store.inputs(task_id, unsent_only=True)]
                return await self._follow_up(task, message, principal) if one.input_id in unsent else task
            if task.status is not TaskStatus.QUEUED:
                await self._check_here(task)
            if task.status is TaskStatus.QUEUED or await self._queued_for_input(task):
                return await self._store.get(task_id)
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def interrupt(self, task_id: str) -> Task:
        """End the running turn; the conversation stays open. Raises NotFound, Conflict, Unavailable (took too long)."""
        task = await self._store.get(task_id)
        live = self._live.get(task_id)
        if live is None or task.ended:
            if task.status is TaskStatus.WAITING_INPUT:
                return task
            raise Conflict(f"Task {task_id} is {task.status}: there is no turn to interrupt.", hint="Stop it instead.")
        if live.task.waiting_reason in (WaitingReason.INPUT, WaitingReason.INTERRUPTED):
            return live.task
        live.interrupt_asked = True
        live.interrupt.set()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await live.pulse.until(lambda: live.done.is_set() or not live.interrupt_asked)
        except TimeoutError:
            live.interrupted()
            raise Unavailable(f"Task {task_id} did not heed the interrupt.", hint="Stop it instead.") from None
        return await self._store.get(task_id)

    async def stop(self, task_id: str, *, by: str | None = None) -> bool:
        """Stop a task, queued, running or waiting. True when it has ended now and no process of it is left; False when
        it had ended before. A conversation that rests after a finished turn is completed with its last result, all else
        is cancelled. Raises NotFound, Unavailable (its processes do not go away)."""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                return await self._stop(task_id, by)
        except TimeoutError:
            _log.error("task %s did not stop within %s seconds", task_id, STOP_SECONDS)
            hint = "Look at the machine's log and at its processes; the task is stopped as soon as they are gone."
            raise Unavailable(f"Task {task_id} is still being stopped.", hint=hint) from None

    async def retry(self, task_id: str, principal: Principal, *, routing: Routing | None = None) -> Task:
        """The same wish as a new task; with `routing`, at another agent. Raises NotFound, Conflict (it goes on)."""
        ended = await self._store.get(task_id)
        if not ended.ended:
            raise Conflict(f"Task {task_id} is {ended.status}.", hint="Stop it first, or wait for its end.")
        task = self._new_tasks.retry_of(ended, principal)
        return await self._create(self._new_tasks.given_to(task, routing) if routing else task)

    async def status(self) -> MachineStatusData:
        """How much the machine does now."""
        counts = await self._store.counts()
        slots, held_back = self._slots.work_slots, self._dispatcher.held_back
        if self._totals is not None:
            slots, held_back = await self._totals()
        return MachineStatusData(
            machine_id=self._machine_id,
            state="draining" if self.draining else "ready",
            running=counts.get(TaskStatus.RUNNING, 0),
            queued=counts.get(TaskStatus.QUEUED, 0),
            waiting=counts.get(TaskStatus.WAITING_INPUT, 0),
            slots=slots,
            held_back=held_back,
            parked=await self._store.parked() if counts.get(TaskStatus.QUEUED) else {},
        )

    async def something_happened(self) -> None:
        """Wait until a task may have changed its status since the last call. For one caller."""
        await self._dispatcher.worked.wait()
        self._dispatcher.worked.clear()

    def look_at_queue(self) -> None:
        """A queued task is another one than before."""
        self._slots.freed()

    def stop_claiming(self) -> None:
        """From now on nothing new starts."""
        self._dispatcher.draining = True
        self._slots.freed()

    async def drain(self, seconds: float) -> None:
        """Let what runs finish for up to `seconds`, then park the rest so that it resumes at the next start."""
        self.stop_claiming()
        for live in self._live:
            if live.task.status is TaskStatus.WAITING_INPUT:
                live.end(RunEnd.PARK)
        await self._all_done(seconds)
        for live in self._live:
            live.end(RunEnd.PARK)
        await self._all_done(PARK_SECONDS)
        if len(self._live):
            _log.error("%d tasks could not be parked in time; the next start finds them", len(self._live))
        await cancel_and_wait(self._dispatching)

    async def _all_done(self, seconds: float) -> None:
        waits = [spawn(live.done.wait(), name=f"end of {live.task_id}") for live in self._live]
        if waits:
            _, late = await asyncio.wait(waits, timeout=seconds)
            for wait in late:
                wait.cancel()

    async def _too_late(self, ended: Task, message: str, principal: Principal | None, input_id: str | None) -> Task:
        """The task that takes a message for one that has ended: in a fleet it may have been heard before that, while
        it was asked for by two ways."""
        if self._whereabouts is not None and input_id is not None:
            heard = {each.input_id for each in await self._store.inputs(ended.task_id) if each.sent}
            if input_id in heard:
                return ended
        return await self._follow_up(ended, message, principal)

    async def _follow_up(self, ended: Task, message: str, principal: Principal | None) -> Task:
        if principal is None:
            raise Conflict(f"Task {ended.task_id} is {ended.status}.", hint="Start a new task.")
        if not principal.may_write:
            raise Forbidden("A viewer cannot start tasks.")
        return await self._create(self._new_tasks.follow_up(ended, message, principal))

    async def _create(self, task: Task) -> Task:
        if self.draining:
            raise Unavailable("The machine is shutting down.", hint="Try again in a moment.")
        stored = await self._store.create(task, self._new_tasks.first_input(task))
        self._slots.freed()
        return stored

    async def _queued_for_input(self, task: Task) -> bool:
        """A message for a task that waits with no CLI queues it; False when it has just changed."""
        if task.status is not TaskStatus.WAITING_INPUT:
            return False
        try:
            await self._waiting.look_at(task)
        except StaleTask:
            return False
        self._slots.freed()
        return True

    async def _check_here(self, task: Task) -> None:
        """Raises TakenElsewhere, where nothing will come of looking again."""
        if self._whereabouts is not None and (machine := await self._whereabouts.elsewhere(task)) is not None:
            raise TakenElsewhere(task.task_id, machine)

    async def _stop(self, task_id: str, by: str | None) -> bool:
        while True:
            live = self._live.get(task_id)
            if live is not None:
                live.stopped_by = by
                live.end(RunEnd.STOP)
                await live.done.wait()
            task = await self._store.get(task_id)
            if task.ended:
                return live is not None
            await self._check_here(task)
            if task.status is not TaskStatus.RUNNING and await self._ended(task, by):
                return True
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _ended(self, task: Task, by: str | None) -> bool:
        if self._live.get(task.task_id) is not None:
            return False
        try:
            ended = (await self._conclusion.write(task, stopped(task, by))).ended
            await cancel_and_wait(self._live.asked.get(task.task_id))
            return ended
        except StaleTask:
            return False  # it was claimed in this very moment


def _check_rights(task: Task, principal: Principal) -> None:
    """A conversation with the Brain acts with the rights it was begun with: who has fewer may not speak through it.
    Raises Forbidden."""
    if task.lane is Lane.CHAT and not principal.rights.covers(task.rights):
        raise Forbidden(
            f"Task {task.task_id} is at work for somebody who may do more than this credential.",
            hint="Say it again when it has ended: then it is done with your own rights.",
        )
