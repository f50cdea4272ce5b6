"""What is wanted of a task that another process has: stored in order, done once, answered, or honestly given up."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import update
from tests.support.tasks import a_task

from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.approval import Answer, Decision
from machine.domain.command import (
    AnswerApproval,
    Interrupt,
    ListFiles,
    NewCommand,
    Outcome,
    Push,
    ReadFile,
    SendInput,
    Stop,
    Wish,
)
from machine.domain.errors import Conflict, MachineError, NotFound, StaleTask, TooLarge, Unavailable
from machine.domain.principal import Principal, Role, Scope, User, Via
from machine.domain.problem import Problem
from machine.domain.task import Task
from machine.domain.workspace import FileContent
from machine.engine import command_desk
from machine.engine.background_manager import STOP_SECONDS
from machine.engine.command_desk import CommandDesk, NoAnswer
from machine.engine.command_work import MAX_ANSWER_BYTES, CommandWork
from machine.engine.steering import Steering
from machine.engine.whereabouts import StoredElsewhere, Whereabouts
from machine.git.repositories import PUSH_SECONDS
from machine.hub import LocalPokes
from machine.store.command_tables import commands
from machine.store.commands import SqlCommandStore, SqlDuties
from machine.store.database import Database
from machine.store.opening import Place, open_database

ANN = Principal(
    user=User(user_id="u1", name="Ann", role=Role.MEMBER), via=Via.TOKEN, credential_id="t1", scopes=(Scope.TASKS,)
)


class Clock:
    """The database's, in the test's hands."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 3, 9, tzinfo=UTC)

    def __call__(self, _connection: object) -> datetime:
        return self.now


class Fleet:
    """A web process and a worker over one database."""

    def __init__(self, database: Database) -> None:
        self.clock = Clock()
        self.store = SqlCommandStore(database, now=self.clock)
        self.duties = SqlDuties(database, now=self.clock)
        self.pokes = LocalPokes()
        self.done: list[tuple[Wish, Principal | None]] = []
        self.there = True
        whereabouts = Whereabouts("web", self._is_there)
        self.desk = CommandDesk(store=self.store, pokes=self.pokes, process_id="web-1", whereabouts=whereabouts)
        self.worker = CommandWork(store=self.store, pokes=self.pokes, machine_id="w1", perform=self.perform)

    async def _is_there(self, _machine_id: str) -> bool:
        return self.there

    async def perform(self, wish: Wish, caller: Principal | None) -> Any:
        """What the worker does: it says what it was told; a few words make it do other things."""
        self.done.append((wish, caller))
        match wish:
            case SendInput(message="slow"):
                await asyncio.sleep(0.2)
            case SendInput(message="stale"):
                raise StaleTask(wish.task_id, "open")
            case SendInput(message="fault"):
                raise ValueError("a secret inside")
            case ReadFile(path="small"):
                return FileContent(content=bytes(range(256)), is_text=False)
            case ReadFile():
                return FileContent(content=b"x" * MAX_ANSWER_BYTES, is_text=True)
        return wish.kind

    def new(self, wish: Wish, machine_id: str = "w1") -> NewCommand:
        return NewCommand(machine_id=machine_id, wish=wish, caller=ANN, asked_by="web-1")


@pytest.fixture
async def database(place: Place) -> AsyncIterator[Database]:
    opened = await open_database(place, "0.1.0", on_committed=lambda _: None)
    yield opened
    await opened.close()


@pytest.fixture
async def fleet(database: Database) -> Fleet:
    return Fleet(database)


@pytest.fixture
async def working(fleet: Fleet) -> AsyncIterator[Fleet]:
    watching = spawn(fleet.worker.watch(), name="worker")
    yield fleet
    await cancel_and_wait(watching)
    fleet.desk.close()


def say(message: str, task_id: str = "t") -> SendInput:
    return SendInput(task_id=task_id, message=message, input_id=f"id of {message}")


async def test_a_command_is_done_with_all_that_was_said_and_answered(working: Fleet) -> None:
    answer = Answer(decision=Decision.ALLOW, answers={"which?": ["a", "b"]})
    wish = AnswerApproval(task_id="t", approval_id="a1", answer=answer)
    assert await working.desk.ask("w1", wish, ANN, str) == "answer"
    assert working.done == [(wish, ANN)]


async def test_bytes_come_back_as_they_are(working: Fleet) -> None:
    found = await working.desk.ask("w1", ReadFile(task_id="t", path="small"), None, FileContent)
    assert found.content == bytes(range(256))


async def test_what_is_too_large_is_refused_and_says_where_it_is(working: Fleet) -> None:
    with pytest.raises(TooLarge, match="machine w1"):
        await working.desk.ask("w1", ReadFile(task_id="t", path="large"), None, FileContent)


async def test_an_error_arrives_as_what_it_was(working: Fleet) -> None:
    with pytest.raises(StaleTask) as raised:
        await working.desk.ask("w1", say("stale"), ANN, str)
    there = StaleTask("t", "open")
    assert (raised.value.message, raised.value.hint, raised.value.code) == (there.message, there.hint, there.code)


async def test_a_fault_is_told_without_its_words(working: Fleet) -> None:
    with pytest.raises(MachineError) as raised:
        await working.desk.ask("w1", say("fault"), ANN, str)
    assert raised.value.status == 500
    assert "secret" not in raised.value.message


def test_an_error_of_a_newer_version_keeps_its_code_and_status() -> None:
    error = Problem(code="from_tomorrow", status=418, message="What?").error()
    assert (error.code, error.status, error.message) == ("from_tomorrow", 418, "What?")
    assert isinstance(Problem.of(NotFound("x")).error(), NotFound)
    assert MachineError.code == "internal"


async def test_messages_to_one_task_are_heard_in_their_order_and_others_do_not_wait(fleet: Fleet) -> None:
    for message, task_id in (("slow", "a"), ("second", "a"), ("other", "b")):
        await fleet.store.ask(fleet.new(say(message, task_id)))
    await fleet.store.ask(fleet.new(Interrupt(task_id="a")))
    await fleet.worker.look()
    await asyncio.sleep(0.05)
    begun = [getattr(wish, "message", wish.kind) for wish, _ in fleet.done]
    assert begun == ["slow", "other", "interrupt"]
    while len(fleet.done) < 4:
        await asyncio.sleep(0.01)
    assert fleet.done[-1][0] == say("second", "a")


async def test_what_was_taken_is_never_taken_again_and_other_machines_commands_never(fleet: Fleet) -> None:
    first = await fleet.store.ask(fleet.new(say("one")))
    await fleet.store.ask(fleet.new(say("not mine"), machine_id="w2"))
    second = await fleet.store.ask(fleet.new(say("two")))
    both = [await fleet.store.take("w1", limit=1, fresh_seconds=60) for _ in range(3)]
    assert [[one.command_id for one in taken] for taken in both] == [[first], [second], []]
    assert not await fleet.store.are_waiting("w1")
    assert await fleet.store.are_waiting("w2")


async def test_the_first_answer_counts(fleet: Fleet) -> None:
    command_id = await fleet.store.ask(fleet.new(say("one")))
    assert await fleet.store.outcome(command_id) is None
    await fleet.store.answer(command_id, Outcome(answer='"done"'))
    await fleet.store.answer(command_id, Outcome(problem=Problem.of(Conflict("no"))))
    assert await fleet.store.outcome(command_id) == Outcome(answer='"done"')


async def test_nothing_is_done_of_what_nobody_took_in_time(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_desk, "BEGIN_SECONDS", 0.05)
    with pytest.raises(NoAnswer, match="nothing was done"):
        await fleet.desk.ask("w1", say("one"), ANN, str)
    assert not await fleet.store.take("w1", limit=10, fresh_seconds=60)


class BegunWith:
    """Commands are taken as soon as they are asked, whatever the time."""

    def __init__(self, fleet: Fleet, patch: pytest.MonkeyPatch) -> None:
        self._fleet, self._ask, self._withdraw = fleet, fleet.store.ask, fleet.store.withdraw
        self.too_late = asyncio.Event()
        """Set when the time for beginning is over."""
        self.command_id = 0
        patch.setattr(command_desk, "BEGIN_SECONDS", 0.05)
        patch.setattr(fleet.store, "ask", self.ask)
        patch.setattr(fleet.store, "withdraw", self.withdraw)

    async def ask(self, new: NewCommand) -> int:
        self.command_id = await self._ask(new)
        await self._fleet.store.take("w1", limit=10, fresh_seconds=60)
        return self.command_id

    async def withdraw(self, command_id: int) -> bool:
        self.too_late.set()
        return await self._withdraw(command_id)


async def test_what_was_begun_is_waited_for_longer_than_its_begin(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = BegunWith(fleet, monkeypatch)
    asking = spawn(fleet.desk.ask("w1", say("one"), ANN, str), name="asking")
    await begun.too_late.wait()
    await fleet.store.answer(begun.command_id, Outcome(answer='"done"'))
    assert await asking == "done"


async def test_what_was_begun_is_given_up_when_its_machine_is_gone(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = BegunWith(fleet, monkeypatch)
    asking = spawn(fleet.desk.ask("w1", say("one"), ANN, str), name="asking")
    await begun.too_late.wait()
    fleet.there = False
    with pytest.raises(NoAnswer, match="had begun"):
        await asking


def test_a_push_may_take_as_long_as_git_may() -> None:
    assert Push(task_id="t").seconds > PUSH_SECONDS
    assert Stop(task_id="t").seconds > STOP_SECONDS


async def test_a_machine_that_is_gone_is_not_asked(working: Fleet) -> None:
    working.there = False
    with pytest.raises(NoAnswer, match="away"):
        await working.desk.ask("w1", say("one"), ANN, str)
    assert not working.done


async def test_a_machine_that_comes_back_too_late_does_nothing(fleet: Fleet) -> None:
    command_id = await fleet.store.ask(fleet.new(say("one")))
    fleet.clock.now += timedelta(seconds=61)
    assert not await fleet.store.take("w1", limit=10, fresh_seconds=60)
    late = await fleet.store.outcome(command_id)
    assert late is not None
    assert late.problem is not None
    assert "too long" in late.problem.message


async def test_a_worker_that_died_over_a_command_says_so_when_it_is_back(fleet: Fleet) -> None:
    command_id = await fleet.store.ask(fleet.new(say("one")))
    await fleet.store.take("w1", limit=10, fresh_seconds=60)
    untaken = await fleet.store.ask(fleet.new(say("two")))
    watching = spawn(fleet.worker.watch(), name="its successor")
    while await fleet.store.outcome(untaken) is None:
        await asyncio.sleep(0.01)
    await cancel_and_wait(watching)
    outcome = await fleet.store.outcome(command_id)
    assert outcome is not None
    assert outcome.problem is not None
    assert "restarted" in outcome.problem.message
    assert isinstance(outcome.problem.error(), Unavailable)
    assert [wish for wish, _ in fleet.done] == [say("two")]


async def test_old_commands_are_forgotten_and_their_numbers_not_given_again(fleet: Fleet) -> None:
    first = await fleet.store.ask(fleet.new(ListFiles(task_id="t", path="")))
    fleet.clock.now += timedelta(hours=2)
    assert await fleet.store.prune(3600) == 1
    assert await fleet.store.ask(fleet.new(say("two"))) > first


async def test_a_duty_has_one_holder_until_its_time_is_over_or_it_is_laid_down(fleet: Fleet) -> None:
    assert await fleet.duties.hold("the house", "a", 30)
    assert not await fleet.duties.hold("the house", "b", 30)
    assert await fleet.duties.hold("another", "b", 30)
    fleet.clock.now += timedelta(seconds=20)
    assert await fleet.duties.hold("the house", "a", 30)
    fleet.clock.now += timedelta(seconds=31)
    assert await fleet.duties.hold("the house", "b", 30)
    await fleet.duties.lay_down("the house", "a")
    assert not await fleet.duties.hold("the house", "a", 30)
    await fleet.duties.lay_down("the house", "b")
    assert await fleet.duties.hold("the house", "a", 30)


async def test_a_duty_whose_holder_is_gone_is_not_held_for_as_long_as_the_clock_was_set_back(fleet: Fleet) -> None:
    assert await fleet.duties.hold("the house", "a", 30)
    fleet.clock.now -= timedelta(seconds=29)
    assert not await fleet.duties.hold("the house", "b", 30)
    fleet.clock.now -= timedelta(hours=1)
    assert await fleet.duties.hold("the house", "b", 30)
    assert not await fleet.duties.hold("the house", "a", 30)


async def test_a_wish_that_is_not_known_here_is_answered_so_and_the_others_are_heard(
    fleet: Fleet, database: Database
) -> None:
    unknown = await fleet.store.ask(fleet.new(say("one")))
    body = {"kind": "dance", "task_id": "t"}
    row = update(commands).where(commands.c.command_id == unknown).values(kind="dance", body=body)
    await database.write(lambda connection, _: connection.execute(row).rowcount)
    known = await fleet.store.ask(fleet.new(say("two")))
    (taken,) = await fleet.store.take("w1", limit=10, fresh_seconds=60)
    assert taken.command_id == known
    outcome = await fleet.store.outcome(unknown)
    assert outcome is not None
    assert outcome.problem is not None
    assert "dance" in outcome.problem.message


class MovedOn:
    """Has stored an answer when it sees that the task is another machine's by now."""

    def __init__(self) -> None:
        self.asked: list[bool] = []

    async def answer(self, approval_id: str, _answer: Answer, _by: Principal, *, stored: bool = False) -> str:
        self.asked.append(stored)
        if not stored:
            raise StoredElsewhere("t", "w1")
        return approval_id


async def test_who_has_stored_an_answer_for_a_task_that_went_on_says_so_when_asking_again(fleet: Fleet) -> None:
    class Tasks:
        async def get(self, _task_id: str) -> Task:
            return a_task()

    approvals: Any = MovedOn()
    rest: Any = None
    store: Any = Tasks()
    steering = Steering(store=store, manager=rest, approvals=approvals, code=rest, files=rest, desk=fleet.desk)
    card: Any = SimpleNamespace(task_id="t", approval_id="a1")
    found: Any = await steering.answer(card, Answer(decision=Decision.ALLOW), ANN)
    assert (found, approvals.asked) == ("a1", [False, True])
