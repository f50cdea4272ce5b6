"""A task while it has, or is about to have, a CLI: its present state, its output, and what people want of it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from machine.domain.aio import Pulse
from machine.domain.approval import Approval
from machine.domain.clock import Clock
from machine.domain.costs import Usage
from machine.domain.events import (
    ContinuedData,
    MachineEvent,
    MetricsData,
    TaskContinued,
    TaskEvent,
    TaskMetrics,
    TaskWaiting,
    WaitingData,
)
from machine.domain.redaction import Redactor
from machine.domain.task import Task, TaskStatus, WaitingReason
from machine.engine.day_budgets import HeldBack
from machine.engine.outcome import Parked
from machine.engine.output_log import OutputLog
from machine.engine.run_clock import RunClock
from machine.engine.slots import Slots
from machine.ports import TaskStore


class RunEnd(StrEnum):
    """Why a run is to end before its work is done."""

    STOP = "stop"
    PARK = "park"
    TIMEOUT = "timeout"
    LINGER = "linger"
    BUDGET = "budget"
    FENCE = "fence"


class LiveTask:
    """Owned by its run. Every change of status goes through `move`, one at a time."""

    def __init__(
        self,
        task: Task,
        *,
        store: TaskStore,
        slots: Slots,
        clock: Clock,
        linger_seconds: float,
        redactor: Redactor,
        held_back: HeldBack,
    ) -> None:
        """`held_back` says whether a budget of the day is used up."""
        self.task = task
        self.parked: Parked | None = None
        """Why, and until when, it may not go on today."""
        self._held_back = held_back
        self._redactor = redactor
        self.done = asyncio.Event()
        """Set when the run is over, its processes are gone and its outcome is stored."""
        self.ending: asyncio.Future[RunEnd] = asyncio.get_running_loop().create_future()
        self.input_arrived = asyncio.Event()
        self.pulse = Pulse()
        """Beats whenever the task's status, or what people want of it, changes."""
        self.stopped_by: str | None = None
        self.interrupt_asked = False
        self.interrupt = asyncio.Event()
        self.accepts_input = True
        self.answers: dict[str, asyncio.Future[None]] = {}
        """Of the approvals that a CLI waits for, by approval_id."""
        self.asked: set[str] = set()
        """Ids of the approvals that the CLI of this run has asked for; all others are of a former one."""
        self._store = store
        self._slots = slots
        self._now = clock
        self.began_at = clock()
        """When this run began; a login that is newer was not its own."""
        self._lock = asyncio.Lock()
        loop = asyncio.get_running_loop()
        self.clock = RunClock(
            remaining_seconds=max(0.0, task.limits.timeout_seconds - task.duration_seconds),
            linger_seconds=linger_seconds,
            now=loop.time,
        )
        self.clock.run()
        self.log = OutputLog(self._append, name=task.task_id, redactor=redactor)
        self.inputs_heard = 0
        """How many messages were announced; tells whether one came while something else was waited for."""
        self._metrics_at: datetime | None = None
        self._usage = task.usage

    @property
    def task_id(self) -> str:
        return self.task.task_id

    @property
    def closing(self) -> bool:
        """Whether its CLI is being ended, so that what the CLI cancels now was not cancelled by the agent."""
        return self.ending.done() or not self.accepts_input

    def end(self, why: RunEnd) -> None:
        """Ask the run to end; the first reason counts."""
        if not self.ending.done():
            self.ending.set_result(why)

    async def move(
        self,
        status: TaskStatus,
        *events: TaskEvent,
        approvals: Sequence[Approval] = (),
        also: Sequence[MachineEvent] = (),
        **changes: Any,
    ) -> Task:
        """Store what was said so far, then the new status with its events. Raises StaleTask, IllegalTransition."""
        await self.log.flush()
        async with self._lock:
            new = self.task.moved_to(status, self._now(), **changes)
            self.task = await self._store.move(self.task, new, events, approvals=approvals, also=also)
        self._tell_clock()
        if status is not TaskStatus.RUNNING:
            self._slots.freed()
        return self.task

    async def wait(
        self, reason: WaitingReason, *events: TaskEvent, approvals: Sequence[Approval] = (), **changes: Any
    ) -> None:
        """Wait for a person: the slot is given back, the clock stops. Waiting already, only the reason changes."""
        await self.log.flush()
        async with self._lock:  # two requests at once are two cards of one wait
            changes["waiting_reason"] = reason
            if self.task.status is TaskStatus.RUNNING:
                new = self.task.moved_to(TaskStatus.WAITING_INPUT, self._now(), **changes)
            else:
                new = self.task.model_copy(update=changes)
            self.task = await self._store.move(self.task, new, events, approvals=approvals)
        self._tell_clock()
        self._slots.freed()

    async def rest(self, reason: WaitingReason, result: str | None) -> None:
        """The turn is over and the conversation open: wait for the person's next message."""
        result = self._redactor.text(result) if result is not None else None
        told = TaskWaiting(data=WaitingData(reason=reason, result=result))
        await self.wait(reason, told, result=result)

    async def go_on(self, reason: str) -> None:
        """Run again after waiting, as soon as there is a slot."""
        if self.task.status is not TaskStatus.WAITING_INPUT:
            return
        await self._heed_day()  # until its CLI is ended it stands in line, with nothing to lose
        event = TaskContinued(data=ContinuedData(reason="answered" if reason == "answered" else "input"))
        await self._slots.wait_for_one(self, (event,))
        self._tell_clock()

    async def take_slot(self, events: Sequence[TaskEvent]) -> bool:
        """Become running if a slot is free now; called by the slots in the order of waiting."""
        async with self._lock:
            if self.task.status is TaskStatus.RUNNING:
                return True
            if self.answers:  # asked again meanwhile: it still waits
                return False
            new = self.task.moved_to(TaskStatus.RUNNING, self._now())
            stored = await self._store.take_slot(self.task, new, events, self._slots.limits())
            if stored is not None:
                self.task = stored
            return stored is not None

    async def count(self, usage: Usage, *, final: bool = False) -> None:
        """Show what the task has used so far: at most once a second, and at the end of every turn."""
        now = self._now()
        self._usage = usage
        if not final and self._metrics_at is not None and (now - self._metrics_at).total_seconds() < 1:
            return
        self._metrics_at = now
        async with self._lock:
            running = (now - self.task.status_at).total_seconds() if self.task.status is TaskStatus.RUNNING else 0.0
            data = MetricsData(
                usage=usage,
                cost_kind=self.task.cost_kind,
                duration_seconds=round(self.task.duration_seconds + running, 3),
            )
            await self._store.append(self.task_id, [TaskMetrics(data=data)], usage=usage)
            self.task = self.task.model_copy(update={"usage": usage})
        if not final:  # what a turn has finished is not taken back
            await self._heed_day()

    async def _heed_day(self) -> None:
        """End the run where a budget of the day is used up; it resumes when there is one again."""
        if not self.ending.done() and (parked := await self._held_back(self.task)) is not None:
            self.parked = parked
            self.end(RunEnd.BUDGET)

    async def _append(self, events: Sequence[TaskEvent]) -> int:
        return await self._store.append(self.task_id, events)

    async def settle(self) -> None:
        """Store all that is not stored yet of what was said and used. Raises StoreError; can be called again."""
        await self.log.close()
        if self._usage != self.task.usage:
            await self.count(self._usage, final=True)

    def hear(self) -> None:
        """A message was stored for it."""
        self.inputs_heard += 1
        self.input_arrived.set()

    def interrupted(self) -> None:
        """What was asked for by an interrupt has happened."""
        self.interrupt_asked = False
        self.pulse.beat()

    def over(self) -> None:
        """The run is over, and all that it was is stored."""
        self.done.set()
        self.pulse.beat()

    def _tell_clock(self) -> None:
        self.pulse.beat()
        if self.task.status is TaskStatus.RUNNING:
            self.clock.run()
        else:
            self.clock.wait()
