"""Which task is claimed next, against a model that is slow and plain to see: random queues in each kind of database."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, update
from sqlalchemy.engine import Connection

from machine.domain.day_budget import BudgetScope, Standing
from machine.domain.task import Lane, QueueReason, Task, TaskStatus
from machine.store.budgeted_queue import held, startable
from machine.store.day_gate import Closed
from machine.store.next_task import Asker, next_task, plan_of_next
from machine.store.opening import Place, backend_of, prepare
from machine.store.rows import task_values
from machine.store.snapshot_table import snapshots
from machine.store.sqlite import Sqlite
from machine.store.tables import tasks

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
BUSY = (TaskStatus.RUNNING, TaskStatus.WAITING_INPUT)
USERS, AGENTS, MACHINES = ("ann", "bob", "cid"), ("executor", "planning"), ("", "here", "there", "lost")
CONVERSATIONS = tuple(f"conv_{number}" for number in range(12))
PARKED = (None, None, NOW - timedelta(hours=1), NOW, NOW + timedelta(microseconds=1), NOW + timedelta(days=1))


@dataclass(frozen=True)
class Queue:
    """Tasks, what a machine may take of them, and which budgets of the day are used up."""

    tasks: tuple[Task, ...]
    asker: Asker
    closed: Closed
    stored: frozenset[tuple[str, str]] = frozenset()
    """Conversations, with the machine that stored them for others."""

    def first(self) -> Task | None:
        """The rules, each on a line of its own."""
        may = [task for task in self.tasks if task.status is TaskStatus.QUEUED and self._may_start(task)]
        return min(
            may, key=lambda task: (not task.front, -task.priority, self._running(task), task.task_id), default=None
        )

    def _may_start(self, task: Task) -> bool:
        busy = [other for other in self.tasks if other.status in BUSY]
        closed = any(one.bounds(task.user_id, task.assigned_agent) for one in self.closed.standings)
        return all(
            (
                task.lane in self.asker.lanes,
                task.parked_until is None or task.parked_until <= NOW,
                not task.awaits_routing,
                not closed or task.task_id in self.closed.passes,
                task.assigned_agent not in self.asker.unfit_agents,
                self._may_be_here(task),
                all(other.conversation_id != task.conversation_id for other in busy),
                task.concurrency_key is None or all(other.concurrency_key != task.concurrency_key for other in busy),
            )
        )

    def _may_be_here(self, task: Task) -> bool:
        if task.machine_id == self.asker.machine_id or task.machine_id not in self.asker.members:
            return True
        is_stray = f"{task.assigned_agent}/{task.machine_id}" in self.asker.strays
        return is_stray and (task.conversation_id, task.machine_id) in self.stored

    def _running(self, task: Task) -> int:
        return sum(other.status is TaskStatus.RUNNING and other.user_id == task.user_id for other in self.tasks)

    def started(self, task: Task) -> "Queue":
        running = task.model_copy(update={"status": TaskStatus.RUNNING})
        return replace(self, tasks=tuple(running if one is task else one for one in self.tasks))


def _task(number: int, **values: Any) -> Task:
    task_id = f"task_{number:04}"
    plain = {
        "task_id": task_id,
        "claude_session_id": task_id,
        "workspace": task_id,
        "created_at": NOW,
        "status_at": NOW,
    }
    return Task.model_validate({"title": "x", "input_message": "x", **plain, **values})


_TASKS = st.lists(
    st.fixed_dictionaries(
        {
            "status": st.sampled_from([*[TaskStatus.QUEUED] * 5, *BUSY, TaskStatus.COMPLETED]),
            "user_id": st.sampled_from(USERS),
            "assigned_agent": st.sampled_from(AGENTS),
            "machine_id": st.sampled_from(MACHINES),
            "conversation_id": st.sampled_from(CONVERSATIONS),
            "concurrency_key": st.sampled_from([None, None, None, "one", "two"]),
            "lane": st.sampled_from([Lane.WORK, Lane.WORK, Lane.WORK, Lane.CHAT]),
            "front": st.sampled_from([False, False, True]),
            "priority": st.sampled_from([0, 0, 0, -1, 7]),
            "parked_until": st.sampled_from(PARKED),
            "queue_reason": st.sampled_from([None, QueueReason.BUDGET]),
            "awaits_routing": st.sampled_from([False, False, False, True]),
        }
    ),
    max_size=25,
)
_ASKERS = st.builds(
    Asker,
    machine_id=st.just("here"),
    lanes=st.sampled_from([["work", "chat"], ["work", "chat"], ["work"], ["chat"]]),
    unfit_agents=st.sampled_from([[], [], ["planning"], ["executor", "nobody"]]),
    members=st.sampled_from([[], ["here", "there"], ["there"]]),
    strays=st.sampled_from([[], ["planning/there"], ["planning/there", "executor/there", "executor/here"]]),
)
_STANDINGS = st.sampled_from(
    [
        *[()] * 4,
        (Standing(scope=BudgetScope.MACHINE),),
        (Standing(scope=BudgetScope.USER, name="ann"),),
        (Standing(scope=BudgetScope.AGENT, name="planning"), Standing(scope=BudgetScope.USER, name="bob")),
    ]
)


@st.composite
def queues(draw: st.DrawFn) -> Queue:
    made = tuple(_task(number, **values) for number, values in enumerate(draw(_TASKS)))
    standings = draw(_STANDINGS)
    passes = draw(st.lists(st.sampled_from(made), max_size=3)) if standings and made else []
    homes = st.tuples(st.sampled_from(CONVERSATIONS), st.sampled_from(MACHINES))
    closed = Closed(standings, tuple(task.task_id for task in passes))
    return Queue(made, draw(_ASKERS), closed, draw(st.frozensets(homes, max_size=12)))


@pytest.fixture
def engine(place: Place) -> Iterator[Engine]:
    backend = backend_of(place)
    prepare(backend, "0.1.0")
    made = backend.writing_engine()
    yield made
    made.dispose()


@contextmanager
def holding(engine: Engine, queued: Sequence[Task]) -> Iterator[Connection]:
    """A transaction with these tasks, which nothing is kept of."""
    with engine.connect() as connection, connection.begin() as transaction:
        if queued:
            connection.execute(insert(tasks), [{**task_values(task), "last_seq": 1} for task in queued])
        yield connection
        transaction.rollback()


def test_the_next_task_is_the_one_that_the_rules_name(engine: Engine) -> None:
    @given(queues())
    @settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def each_of_them_until_nothing_is_left(queue: Queue) -> None:
        with holding(engine, queue.tasks) as connection:
            if queue.stored:
                connection.execute(insert(snapshots), _snapshots(queue.stored))
            while True:
                expected = queue.first()
                found = next_task(connection, queue.asker, queue.closed, NOW)
                assert found == (expected and expected.task_id)
                if expected is None:
                    return
                queue = queue.started(expected)
                started = update(tasks).where(tasks.c.task_id == found).values(status=TaskStatus.RUNNING.value)
                connection.execute(started)

    each_of_them_until_nothing_is_left()


def _snapshots(stored: Collection[tuple[str, str]]) -> list[dict[str, Any]]:
    same = {"at": NOW, "bytes": 1, "sha256": "x"}
    homes = enumerate(stored, 1)
    return [
        {"conversation_id": conv, "machine_id": home, "version": version, **same} for version, (conv, home) in homes
    ]


def test_what_budgets_hold_back_is_parked_and_let_go_as_the_rules_say(engine: Engine) -> None:
    @given(queues(), st.integers(1, 4))
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def as_many_as_may_be_and_no_others(queue: Queue, most: int) -> None:
        closed = queue.closed
        startable_ids, held_ids = held_back(queue)
        with holding(engine, queue.tasks) as connection:
            for look, expected in ((startable, startable_ids), (held, held_ids)):
                found = look(connection, closed.why, closed.passes, NOW, most)
                assert len(found) == len(set(found)) == min(most, len(expected))
                assert set(found) <= expected

    as_many_as_may_be_and_no_others()


def held_back(queue: Queue) -> tuple[set[str], set[str]]:
    """Those that would start although a budget is used up, and those that are parked for one that no longer is."""
    queued = [task for task in queue.tasks if task.status is TaskStatus.QUEUED]
    closed = {
        task.task_id
        for task in queued
        if task.task_id not in queue.closed.passes
        and any(one.bounds(task.user_id, task.assigned_agent) for one in queue.closed.standings)
    }
    later = {task.task_id for task in queued if task.parked_until is not None and task.parked_until > NOW}
    routed = {task.task_id for task in queued if not task.awaits_routing}
    budget = {task.task_id for task in queued if task.queue_reason is QueueReason.BUDGET}
    return (closed & routed) - later, (budget & later) - closed


# --- what it costs --------------------------------------------------------------------------------------------------

ASKER = Asker("here", ["work", "chat"], ["trainer"], ["here", "there"], ["painter/there"])
NONE_CLOSED = Closed((), ())


def plain(count: int, **values: Any) -> list[Task]:
    people = {"user_id": "ann", "assigned_agent": "planning", "machine_id": ""}
    return [_task(number, conversation_id=f"conv_{number}", **{**people, **values}) for number in range(count)]


def test_a_claim_leaps_through_its_indexes_and_scans_no_table(engine: Engine) -> None:
    with holding(engine, plain(500)) as connection:
        plan = "\n".join(plan_of_next(connection, ASKER, NONE_CLOSED, NOW))
        is_sqlite = connection.dialect.name == "sqlite"
    group = "lane, front, priority, user_id, assigned_agent, machine_id"
    if is_sqlite:
        leap = f"SEARCH waits USING INDEX tasks_queue (({group.replace(' ', '')},task_id)>(?,?,?,?,?,?,?))"
        assert leap in plan
        assert "tasks_queue (lane=? AND front=? AND priority=? AND user_id=? AND assigned_agent=? AND mach" in plan
        # Of the first group the first row, and no other.
        assert [line for line in plan.splitlines() if line.startswith(("SCAN waits", "SCAN tasks", "SCAN leapt"))] == [
            "SCAN waits USING INDEX tasks_queue",
            "SCAN waits USING INDEX tasks_parked",
        ]
    else:
        assert f"Index Cond: (ROW({group}, task_id) > ROW(" in plan
        assert "Index Cond: ((lane = ready.lane) AND (front = ready.front)" in plan
        assert "Seq Scan on tasks" not in plan


def test_a_claim_takes_as_many_steps_for_ten_thousand_as_for_a_hundred(tmp_path: Path) -> None:
    backend = Sqlite(tmp_path / "db" / "machine.db")
    prepare(backend, "0.1.0")
    engine = backend.writing_engine()
    steps = [_steps(engine, plain(count)) for count in (100, 10_000)]
    engine.dispose()
    assert abs(steps[0] - steps[1]) < 10, "it would be thousands"


def test_what_is_parked_for_later_is_leapt_over(tmp_path: Path) -> None:
    backend = Sqlite(tmp_path / "db" / "machine.db")
    prepare(backend, "0.1.0")
    engine = backend.writing_engine()
    later = NOW + timedelta(days=1)
    parked = {"parked_until": later, "queue_reason": QueueReason.BUDGET}
    steps = [_steps(engine, plain(count, **parked), closed_to="ann") for count in (100, 5_000)]
    engine.dispose()
    assert abs(steps[0] - steps[1]) < 10, "it would be thousands"


def _steps(engine: Engine, queued: Sequence[Task], *, closed_to: str = "bob") -> int:
    """Of SQLite's machine, in tens, for one claim and the look at budgets before it."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    closed = Closed((Standing(scope=BudgetScope.USER, name=closed_to),), ())
    with holding(engine, queued) as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.set_progress_handler(count, 10)
        next_task(connection, ASKER, closed, NOW)
        held(connection, closed.why, closed.passes, NOW, 200)
        startable(connection, closed.why, closed.passes, NOW, 200)
        raw.set_progress_handler(None, 10)
    return steps
