"""Schedules: how far they have come, stored together with the tasks that they start."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import RowMapping, Select, delete, func, insert, select, update
from sqlalchemy.engine import Connection

from machine.domain.clock import Clock, utc_now
from machine.domain.schedule import ScheduleRun, ScheduleState
from machine.domain.task import NEXT, Task
from machine.ports import PendingInput, RunPage
from machine.store.database import Database
from machine.store.listing import cursor_of, id_in
from machine.store.small_tables import all_rows
from machine.store.tables import schedule_runs, schedule_states, tasks
from machine.store.tasks import put_task
from machine.store.writer import Recorder

KEPT_RUNS: Final = 100
_CURSOR_KIND: Final = "runs"
_OPEN: Final = tuple(status.value for status, after in NEXT.items() if after)


class SqlScheduleStore:
    """The port `ScheduleStore`, which says what each method promises."""

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def states(self) -> Mapping[str, ScheduleState]:
        rows = await all_rows(self._database, select(schedule_states))
        return {row["name"]: ScheduleState.model_validate(dict(row)) for row in rows}

    async def put_state(self, state: ScheduleState) -> None:
        def write(connection: Connection, _recorder: Recorder) -> None:
            connection.execute(delete(schedule_states).where(schedule_states.c.name == state.name))
            connection.execute(insert(schedule_states).values(dict(state)))

        await self._database.write(write)

    async def forget(self, names: Sequence[str]) -> None:
        def write(connection: Connection, _recorder: Recorder) -> None:
            connection.execute(delete(schedule_states).where(schedule_states.c.name.in_(names)))
            connection.execute(delete(schedule_runs).where(schedule_runs.c.schedule.in_(names)))

        await self._database.write(write)

    async def note(
        self,
        run: ScheduleRun,
        work: tuple[Task, PendingInput] | None,
        *,
        state: ScheduleState | None,
        most_unfinished: int | None = None,
    ) -> bool:
        at = self._clock()

        def write(connection: Connection, recorder: Recorder) -> bool:
            if work is not None and most_unfinished is not None:
                before = connection.execute(_unfinished(work[0].concurrency_key).limit(most_unfinished)).all()
                if len(before) >= most_unfinished:
                    return False
            if state is not None and not _advanced(connection, state, run):
                return False
            if work is not None:
                put_task(connection, recorder, *work, at)
            connection.execute(insert(schedule_runs).values(dict(run)))
            _prune(connection, run.schedule)
            return True

        return await self._database.write(write)

    async def runs(self, schedule: str, *, limit: int, cursor: str | None = None) -> RunPage:
        query = select(schedule_runs).where(schedule_runs.c.schedule == schedule)
        if cursor is not None:
            query = query.where(schedule_runs.c.run_id < id_in(cursor, _CURSOR_KIND))
        rows = await all_rows(self._database, query.order_by(schedule_runs.c.run_id.desc()).limit(limit + 1))
        items = tuple(_run_of(row) for row in rows[:limit])
        after = cursor_of(items[-1].run_id, _CURSOR_KIND) if len(rows) > limit else None
        return RunPage(items=items, next_cursor=after)

    async def last_runs(self) -> Mapping[str, ScheduleRun]:
        newest = select(func.max(schedule_runs.c.run_id)).group_by(schedule_runs.c.schedule)
        rows = await all_rows(self._database, select(schedule_runs).where(schedule_runs.c.run_id.in_(newest)))
        return {row["schedule"]: _run_of(row) for row in rows}

    async def unfinished(self, concurrency_key: str) -> tuple[str, ...]:
        rows = await all_rows(self._database, _unfinished(concurrency_key))
        return tuple(row["task_id"] for row in rows)


def _unfinished(concurrency_key: str | None) -> Select[tuple[str]]:
    query = select(tasks.c.task_id).where(tasks.c.concurrency_key == concurrency_key, tasks.c.status.in_(_OPEN))
    return query.order_by(tasks.c.task_id)


def _advanced(connection: Connection, state: ScheduleState, run: ScheduleRun) -> bool:
    """Note that the schedule has come as far as `run`, unless it is no longer where it was."""
    known = schedule_states.c
    statement = update(schedule_states).where(
        known.name == state.name, known.rule == state.rule, known.since == state.since
    )
    return connection.execute(statement.values(since=run.due_at)).rowcount == 1


def _prune(connection: Connection, schedule: str) -> None:
    of_it = schedule_runs.c.schedule == schedule
    too_old = select(schedule_runs.c.run_id).where(of_it).order_by(schedule_runs.c.run_id.desc())
    connection.execute(
        delete(schedule_runs).where(
            of_it, schedule_runs.c.run_id <= too_old.limit(1).offset(KEPT_RUNS).scalar_subquery()
        )
    )


def _run_of(row: RowMapping) -> ScheduleRun:
    return ScheduleRun.model_validate(dict(row))
