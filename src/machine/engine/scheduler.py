"""Scheduler: starts the work of schedules when its time has come, each time once.

What is kept of a schedule is how far it has come. That and the task of a time are stored in one transaction, so a
daemon that dies has either started it or will find it again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.clock import Clock
from machine.domain.definitions import DefinitionChange, DefinitionKind
from machine.domain.errors import Conflict, MachineError, StoreError
from machine.domain.ids import new_id
from machine.domain.principal import Principal
from machine.domain.schedule import (
    MOST_UNFINISHED,
    Due,
    Missed,
    Overlap,
    RunOutcome,
    Schedule,
    ScheduleRun,
    ScheduleState,
    concurrency_key,
    due,
    first_after,
)
from machine.domain.task import Task
from machine.engine.schedule_tasks import ScheduleTasks
from machine.ports import ScheduleStore
from machine.registry.schedule_registry import ScheduleRegistry

LONGEST_SLEEP_SECONDS: Final = 15.0
"""A computer that slept, or whose clock was set, is noticed within this time."""
RETRY_SECONDS: Final = 1.0
CLOCK_WENT_BACK: Final = timedelta(hours=1)
"""A state further ahead than this was written by a clock that was wrong."""

_log = logging.getLogger(__name__)

Ready = tuple[Schedule, ScheduleState, Due]


class Scheduler:
    """One for the machine. `stop` stops a task and waits for its end; `freed` is called when there is work."""

    def __init__(
        self,
        *,
        schedules: ScheduleRegistry,
        store: ScheduleStore,
        tasks: ScheduleTasks,
        stop: Callable[[str], Awaitable[object]],
        freed: Callable[[], None],
        clock: Clock,
    ) -> None:
        self._schedules = schedules
        self._store = store
        self._tasks = tasks
        self._stop = stop
        self._freed = freed
        self._now = clock
        self._bell = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._stopping: set[asyncio.Task[None]] = set()
        self._firsts: dict[ScheduleState, datetime | None] = {}

    async def changed(self, changes: Sequence[DefinitionChange]) -> None:
        """Definitions are others than before."""
        if any(change.kind is DefinitionKind.SCHEDULE for change in changes):
            self._bell.set()

    async def watch(self) -> None:
        """Start what is due, for as long as the machine runs. A fault delays, and ends nothing."""
        try:
            await self._guarded(self._stop_leftovers)
            while True:
                seconds = await self._guarded(self.look)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await self._bell.wait()
                self._bell.clear()
        finally:
            for stopping in tuple(self._stopping):
                await cancel_and_wait(stopping)

    async def look(self) -> float:
        """Start what is due now; returns how many seconds to wait before the next look, unless something changes."""
        async with self._one_at_a_time:
            now = self._now()
            states = await self._up_to_date(now)
            ready, seconds = await asyncio.to_thread(self._plan, states, now)
            for schedule, state, found in ready:
                await self._come(schedule, state, found, now)
        return 0.0 if ready else seconds

    async def run_now(self, name: str, by: Principal) -> Task:
        """Start a task of a schedule at once, paused or not, as its owner. What it does on overlap holds here too.

        Raises NotFound, Conflict (a former task has not ended), BadRequest, Forbidden (its owner may start nothing).
        """
        async with self._one_at_a_time:
            schedule, now = self._schedules.get(name).model, self._now()
            await self._check_free(schedule)
            task, first = await self._tasks.of(schedule, now, {"run_by": by.user_id})
            run = _run(schedule, now, now, RunOutcome.STARTED, task_id=task.task_id, by=by.user_id)
            most = MOST_UNFINISHED[schedule.overlap]
            while not await self._store.note(run, (task, first), state=None, most_unfinished=most):
                await self._check_free(schedule)  # another process was faster, unless that has ended again
        _log.info("schedule %s: started %s for %s", name, task.task_id, by.user_id)
        self._started(schedule)
        return task

    async def _check_free(self, schedule: Schedule) -> None:
        if why := _in_the_way(schedule, await self._store.unfinished(concurrency_key(schedule.name))):
            raise Conflict(f"{why} Nothing was started.", hint="Stop it, or wait for its end.")

    async def _guarded(self, work: Callable[[], Awaitable[float]]) -> float:
        """The seconds that `work` wants to wait."""
        try:
            return await work()
        except MachineError as error:
            _log.error("schedules: %s %s", error.message, error.hint)
        except Exception:  # whatever it was: a machine that starts nothing and looks well is worse
            _log.exception("a look at the schedules failed")
        return RETRY_SECONDS

    async def _up_to_date(self, now: datetime) -> dict[str, ScheduleState]:
        """The stored states, after those that are new or changed begin now and those of none are gone."""
        states = dict(await self._store.states())
        for schedule in self._schedules.all():
            old = states.get(schedule.name)
            if old is not None and old.rule == schedule.rule and old.since - now <= CLOCK_WENT_BACK:
                continue
            states[schedule.name] = ScheduleState(name=schedule.name, rule=schedule.rule, since=now)
            await self._store.put_state(states[schedule.name])
        if gone := [name for name in states if not self._schedules.may_exist(name)]:
            await self._store.forget(gone)
        return states

    def _plan(self, states: dict[str, ScheduleState], now: datetime) -> tuple[list[Ready], float]:
        """What is due, and the seconds until something else is. Blocking."""
        ready: list[Ready] = []
        firsts: dict[ScheduleState, datetime | None] = {}
        for schedule in self._schedules.all():
            if schedule.paused or (state := states.get(schedule.name)) is None or state.rule != schedule.rule:
                continue
            first = self._firsts[state] if state in self._firsts else first_after(schedule, state.since)
            firsts[state] = first
            if first is not None and first <= now and (found := due(schedule, state.since, now)) is not None:
                ready.append((schedule, state, found))
        self._firsts = firsts
        waits = [(first - now).total_seconds() for first in firsts.values() if first is not None and first > now]
        return ready, min([*waits, LONGEST_SLEEP_SECONDS])

    async def _come(self, schedule: Schedule, state: ScheduleState, found: Due, now: datetime) -> None:
        """Deal with a time that has come."""
        work, why, outcome = None, "", RunOutcome.SKIPPED
        before = await self._store.unfinished(concurrency_key(schedule.name))
        if found.is_late and schedule.missed is Missed.SKIP:
            why = "Missed: the machine was not at work at that time."
        elif not (why := _in_the_way(schedule, before)):
            missed = {} if found.missed_since is None else {"missed_since": found.missed_since.isoformat()}
            try:
                work, outcome = await self._tasks.of(schedule, found.at, missed), RunOutcome.STARTED
            except StoreError:
                raise  # nothing is wrong with the schedule: its time is still due at the next look
            except MachineError as error:
                why, outcome = f"{error.message} {error.hint}".strip(), RunOutcome.REFUSED
        run = _run(schedule, found.at, now, outcome, why=why, task_id=work[0].task_id if work else None)
        if not await self._store.note(run, work, state=state, most_unfinished=MOST_UNFINISHED[schedule.overlap]):
            return  # somebody else has dealt with it, or has just started another: the next look sees that
        level = logging.WARNING if outcome is RunOutcome.REFUSED else logging.INFO
        _log.log(level, "schedule %s, %s: %s %s", schedule.name, found.at, outcome, run.task_id or why)
        if work is not None:
            self._started(schedule)

    def _started(self, schedule: Schedule) -> None:
        self._freed()
        if schedule.overlap is Overlap.REPLACE:
            stopping = spawn(self._stop_former(schedule), name=f"replacing of {schedule.name}")
            self._stopping.add(stopping)
            stopping.add_done_callback(self._stopping.discard)

    async def _stop_leftovers(self) -> float:
        """What a former daemon had stored a successor for and had not stopped yet."""
        for schedule in self._schedules.all():
            if schedule.overlap is Overlap.REPLACE:
                self._started(schedule)
        return 0.0

    async def _stop_former(self, schedule: Schedule) -> None:
        """All but the newest: of two that were started at the same time by two processes, one is left, too."""
        try:
            former = (await self._store.unfinished(concurrency_key(schedule.name)))[:-1]
        except MachineError as error:
            _log.error("what %s replaces was not stopped: %s", schedule.name, error.message)
            return
        for task_id in former:
            try:
                await self._stop(task_id)
            except MachineError as error:  # its successor waits for it, as the tasks of a schedule do
                _log.warning("%s was not stopped for its successor: %s", task_id, error.message)


def _in_the_way(schedule: Schedule, before: Sequence[str]) -> str:
    """Why a run is left out because of tasks that have not ended; empty when it is not."""
    most = MOST_UNFINISHED[schedule.overlap]
    if most is None or len(before) < most:
        return ""
    if most == 1:
        return f"{before[-1]} has not ended."
    return f"{len(before)} of its tasks have not ended, the first is {before[0]}."


def _run(
    schedule: Schedule,
    due_at: datetime,
    at: datetime,
    outcome: RunOutcome,
    *,
    why: str = "",
    task_id: str | None = None,
    by: str | None = None,
) -> ScheduleRun:
    return ScheduleRun(
        run_id=new_id("run"),
        schedule=schedule.name,
        due_at=due_at,
        at=at,
        outcome=outcome,
        why=why[:1000],
        task_id=task_id,
        by=by,
    )
