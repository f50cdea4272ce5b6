"""The store of machines: names, epochs and leases by the database's clock, which is set by hand here."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection
from tests.support.tasks import an_input, stored_task

from machine.domain.approval import Answer, Approval, ApprovalKind, ApprovalStatus, Decision
from machine.domain.costs import CostKind
from machine.domain.errors import Conflict, LeaseLost, NameTaken, NotFound, StaleTask
from machine.domain.events import (
    ApprovalAnswered,
    ApprovalRequested,
    InputData,
    Output,
    OutputKind,
    TaskEvent,
    TaskInput,
    TaskOutput,
)
from machine.domain.ids import new_id
from machine.domain.machine import (
    NOWHERE,
    Machine,
    MachineFacts,
    MachineLoad,
    MachineReport,
    MachineRole,
    MachineState,
)
from machine.domain.snapshot import Snapshot
from machine.domain.task import FailureReason, Lane, QueueReason, Task, TaskStatus, WaitingReason
from machine.ports import ClaimLimits
from machine.store.clock import database_now
from machine.store.database import Database
from machine.store.machines import SqlMachineStore
from machine.store.opening import Place, open_database
from machine.store.snapshots import SqlSnapshotStore
from machine.store.task_store import SqlTaskStore

NOW = datetime(2026, 11, 3, 9, 0, 0, 123456, tzinfo=UTC)
REPORT = MachineReport(labels=("gpu",), slots=5, version="0.1.0")
PLENTY = ClaimLimits(slots={Lane.WORK: 100, Lane.CHAT: 1}, per_agent={})
SAID: TaskEvent = TaskOutput(data=Output(kind=OutputKind.TEXT, text="late"))


def a_machine(**changes: Any) -> Machine:
    values = {"machine_id": "one", "state": MachineState.READY, "epoch": 1, "lease_until": NOW}
    return Machine(**{**REPORT.model_dump(), **values, "started_at": NOW, "seen_at": NOW, **changes})


class Fleet:
    """One database, its clock, and as many machines as are asked for, each with its own connection to it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.now = NOW
        self.databases: list[Database] = []

    def clock(self, _connection: Connection) -> datetime:
        return self.now

    async def member(
        self, name: str, *, role: MachineRole = MachineRole.ALL, labels: tuple[str, ...] = REPORT.labels
    ) -> "Member":
        database = await open_database(self.place, "0.1.0", on_committed=lambda _events: None)
        self.databases.append(database)
        machines = SqlMachineStore(database, lease_seconds=30, now=self.clock)
        tasks = SqlTaskStore(database, machine_id=name, clock=lambda: self.now, in_fleet=True)
        member = Member(name, machines, tasks)
        member.machine = await machines.register(name, REPORT.model_copy(update={"role": role, "labels": labels}))
        return member

    async def lose(self, lost: "Member", by: "Member") -> None:
        self.now += timedelta(seconds=31)
        await by.beat()
        seen = [each for each in await by.machines.leases(but=by.name) if each.machine_id == lost.name]
        [reaped] = await by.machines.reap(seen)
        assert (reaped.machine.machine_id, reaped.machine.state) == (lost.name, "lost")


class Member:
    """A machine as its own process sees it."""

    machine: Machine

    def __init__(self, name: str, machines: SqlMachineStore, tasks: SqlTaskStore) -> None:
        self.name, self.machines, self.tasks = name, machines, tasks

    async def beat(self, **load: int) -> Machine | None:
        report = REPORT.model_copy(update={"load": MachineLoad(**load)})
        return await self.machines.beat(self.name, self.machine.epoch, report)

    async def claim(self, **limits: Any) -> Task | None:
        return await self.tasks.claim(PLENTY.model_copy(update=limits), NOW)

    async def claimed(self) -> Task:
        task = await self.claim()
        assert task is not None
        return task

    async def types(self, task: Task) -> list[str]:
        return [event.type for event in await self.tasks.events(task.task_id)]

    async def last_body(self, task: Task) -> str:
        return (await self.tasks.events(task.task_id))[-1].body


@pytest.fixture
async def fleet(place: Place) -> AsyncIterator[Fleet]:
    made = Fleet(place)
    yield made
    for database in made.databases:
        await database.close()


async def queued(member: Member, **changes: Any) -> Task:
    return await stored_task(member.tasks, **{"machine_id": NOWHERE, "created_at": NOW, **changes})


async def asked(member: Member, task: Task, kind: ApprovalKind = ApprovalKind.PERMISSION) -> Approval:
    """A card of a claimed task, which waits with it from now on; its messages were all said to its CLI."""
    await member.tasks.mark_sent([each.input_id for each in await member.tasks.inputs(task.task_id)])
    card = Approval(
        approval_id=new_id("appr"),
        task_id=task.task_id,
        user_id="user_1",
        agent="planning",
        kind=kind,
        tool_name="Bash",
        tool_use_id="t",
        input={},
        fingerprint="f",
        title="Bash",
        requested_at=NOW,
    )
    waits = task.moved_to(TaskStatus.WAITING_INPUT, NOW, waiting_reason=WaitingReason.APPROVAL)
    await member.tasks.move(task, waits, [ApprovalRequested(data=card)], approvals=[card])
    return card


# --- the seat -------------------------------------------------------------------------------------------------------


async def test_the_databases_own_clock_tells_the_time_in_utc(fleet: Fleet) -> None:
    await fleet.member("one")
    told = await fleet.databases[0].read(database_now)
    assert abs(told - datetime.now(UTC)) < timedelta(seconds=5)
    assert told.tzinfo is not None


async def test_a_machine_registers_with_a_lease_and_its_next_epoch_when_it_comes_again(fleet: Fleet) -> None:
    one = await fleet.member("one")
    assert (one.machine.epoch, one.machine.state, one.machine.labels) == (1, "ready", ("gpu",))
    assert one.machine.lease_until == NOW + timedelta(seconds=30)
    await one.machines.leave("one", 1)
    again = await fleet.member("one")
    assert (again.machine.epoch, again.machine.state) == (3, "ready")
    assert await again.machines.present() == (again.machine,)


async def test_a_name_with_a_lease_that_has_not_expired_is_taken(fleet: Fleet) -> None:
    one = await fleet.member("one")
    fleet.now += timedelta(seconds=29)
    with pytest.raises(NameTaken) as refused:
        await fleet.member("one")
    assert refused.value.seconds_left == 1
    assert "MACHINE_ID" in refused.value.hint
    assert await one.beat() is not None
    fleet.now += timedelta(seconds=30)
    assert (await fleet.member("one")).machine.epoch == 2
    assert await one.beat() is None


async def test_its_own_lease_keeps_nobody_from_registering_anew(fleet: Fleet) -> None:
    one = await fleet.member("one")
    assert (await one.machines.register("one", REPORT, former_epoch=1)).epoch == 2


async def test_machines_with_the_demo_model_and_without_it_are_of_no_fleet_together(fleet: Fleet) -> None:
    one = await fleet.member("one")
    demo, real = (REPORT.model_copy(update={"facts": MachineFacts(demo=demo)}) for demo in (True, False))
    await one.machines.register("w1", real)
    await one.machines.register("w2", real)
    for who, other in (("w3", "w1"), ("w1", "w2")):  # also one that was there before
        with pytest.raises(Conflict, match=f"{who} runs with the demo model and {other} without"):
            await one.machines.register(who, demo, former_epoch=1)
    fleet.now += timedelta(seconds=31)  # nobody is there any more, though nobody has said so
    assert (await one.machines.register("w3", demo)).facts.demo is True
    with pytest.raises(Conflict, match="w3 runs with the demo model and w1 without"):
        await one.machines.register("w1", real)


async def test_who_looks_for_tasks_of_another_model_finds_those_that_no_machine_has_taken(fleet: Fleet) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    untaken = await queued(one, cost_kind=CostKind.DEMO)
    await queued(one)
    taken = await queued(two, machine_id="two", cost_kind=CostKind.DEMO)
    found = await one.tasks.in_status(TaskStatus.QUEUED, demo=True)
    assert [task.task_id for task in found] == [untaken.task_id]
    found = await two.tasks.in_status(TaskStatus.QUEUED, demo=True)
    assert [task.task_id for task in found] == [untaken.task_id, taken.task_id]
    assert await one.tasks.in_status(TaskStatus.QUEUED) == ()


async def test_who_looks_for_tasks_of_another_model_finds_what_is_queued_where_no_machine_is_any_more(
    fleet: Fleet,
) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    await queued(one, cost_kind=CostKind.DEMO)
    running = await one.claimed()
    await one.machines.leave("one", one.machine.epoch)
    found = await two.tasks.in_status(TaskStatus.QUEUED, TaskStatus.RUNNING, demo=True)
    assert [task.task_id for task in found] == [running.task_id]


async def test_a_heartbeat_extends_the_lease_and_tells_the_load(fleet: Fleet) -> None:
    one = await fleet.member("one")
    fleet.now += timedelta(seconds=10)
    seen = await one.beat(running=3, waiting=1)
    assert seen is not None
    assert (seen.lease_until, seen.seen_at) == (fleet.now + timedelta(seconds=30), fleet.now)
    assert seen.load == MachineLoad(running=3, waiting=1)
    assert await one.machines.get("one") == seen


async def test_an_expired_lease_is_extended_as_long_as_nobody_has_reaped_it(fleet: Fleet) -> None:
    one = await fleet.member("one")
    fleet.now += timedelta(seconds=300)
    assert await one.beat() is not None


async def test_a_machine_is_drained_and_resumed_and_stays_drained_when_it_comes_again(fleet: Fleet) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    await queued(two)
    assert (await two.machines.drain("one")).state == "draining"
    assert await one.claim() is None
    assert (await one.machines.register("one", REPORT, former_epoch=1)).state == "draining"
    assert (await two.machines.resume("one")).state == "ready"
    assert await one.claim() is not None
    with pytest.raises(NotFound):
        await two.machines.drain("three")
    await one.machines.leave("one", 2)
    with pytest.raises(Conflict):
        await two.machines.drain("one")


@pytest.mark.parametrize("how", ["it left", "it was lost"])
async def test_who_was_drained_is_drained_after_its_restart_until_it_is_resumed_and_nobody_else_is(
    fleet: Fleet, how: str
) -> None:
    async def restarted(one: Member) -> Member:
        if how == "it left":
            await one.machines.leave("one", one.machine.epoch)
        else:
            await fleet.lose(one, by=two)
        return await fleet.member("one")

    one, two = await fleet.member("one"), await fleet.member("two")
    await queued(two)
    await two.machines.drain("one")
    for _ in range(2):
        one = await restarted(one)
        assert (one.machine.state, await one.claim()) == ("draining", None)
    await two.machines.resume("one")
    one = await restarted(one)
    assert one.machine.state == "ready"
    assert await one.claim() is not None


# --- losing it ------------------------------------------------------------------------------------------------------


async def test_a_machine_that_was_reaped_stores_nothing_more_whatever_it_asks_for(fleet: Fleet) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    task, other = await queued(two), await queued(two)
    mine = await one.claimed()
    await fleet.lose(one, by=two)
    assert await one.beat() is None
    moved = mine.moved_to(TaskStatus.COMPLETED, NOW)
    late = (
        one.tasks.append(task.task_id, [SAID]),
        one.tasks.move(mine, moved, []),
        one.claim(),
        one.machines.drain("two"),
        one.machines.reap([two.machine.lease]),
    )
    for refused in await asyncio.gather(*late, return_exceptions=True):
        assert isinstance(refused, LeaseLost), refused
    assert (await two.tasks.get(task.task_id)).status == "queued"
    assert [await two.types(each) for each in (task, other)] == [
        ["task.created", "task.started", "task.queued"],
        ["task.created"],
    ]
    assert (await one.machines.get("one")).epoch == 2  # it may look
    await one.machines.leave("one", one.machine.epoch)
    assert (await one.machines.get("one")).state == "lost"
    assert (await one.machines.register("one", REPORT, former_epoch=1)).epoch == 3
    assert await one.tasks.append(task.task_id, [SAID])


async def test_only_those_are_reaped_whose_lease_is_as_it_was_seen(fleet: Fleet) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    [seen] = await two.machines.leases(but="two")
    assert (seen, seen.seconds) == (one.machine.lease, 30)
    fleet.now += timedelta(seconds=10)
    assert await one.beat() is not None
    assert await two.machines.reap([seen]) == []
    [seen] = await two.machines.leases(but="two")
    assert [each.machine.machine_id for each in await two.machines.reap([seen])] == ["one"]
    assert await two.machines.reap([seen]) == []
    assert await two.machines.leases(but="two") == []
    assert await two.beat() is not None
    assert await one.beat() is None


async def test_a_name_whose_lease_nobody_has_extended_is_free_whatever_the_databases_clock_says(fleet: Fleet) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    fleet.now -= timedelta(hours=1)
    with pytest.raises(NameTaken) as refused:
        await two.machines.register("one", REPORT)
    assert await one.beat() is not None
    with pytest.raises(NameTaken):
        await two.machines.register("one", REPORT, stood_still=refused.value.lease)
    seen = (await two.machines.get("one")).lease
    assert (await two.machines.register("one", REPORT, stood_still=seen)).epoch == 2


async def test_what_ran_on_a_lost_machine_goes_to_the_front_and_says_where_it_was(fleet: Fleet) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    await queued(two)
    task = await one.claimed()
    await queued(two, priority=50)
    await fleet.lose(one, by=two)
    back = await two.tasks.get(task.task_id)
    assert (back.status, back.front, back.queue_reason, back.losses) == ("queued", True, QueueReason.LOST, 1)
    assert back.duration_seconds == 0  # its last sign of life was its start
    assert '"machine_id":"one"' in await two.last_body(task)
    again = await two.claimed()
    assert (again.task_id, again.machine_id, again.attempt) == (task.task_id, "two", 2)
    assert '"resumed":true,"machine_id":"two"' in await two.last_body(task)


async def test_a_task_that_loses_its_machine_again_and_again_fails_as_lost(fleet: Fleet) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    await queued(two, losses=3)
    task = await one.claimed()
    await fleet.lose(one, by=two)
    ended = await two.tasks.get(task.task_id)
    assert ended.failure is not None
    assert (ended.status, ended.failure.reason, ended.losses) == ("failed", FailureReason.LOST, 4)
    assert (await two.types(task))[-1] == "task.failed"


async def test_what_waits_for_a_person_waits_on_with_its_card_and_an_answer_brings_it_back_anywhere(
    fleet: Fleet,
) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    await queued(two)
    task = await one.claimed()
    card = await asked(one, task)
    await fleet.lose(one, by=two)
    waiting = await two.tasks.get(task.task_id)
    assert (waiting.status, waiting.machine_id) == ("waiting_input", "one")
    assert (await two.tasks.approval(card.approval_id)).status is ApprovalStatus.PENDING
    assert [each.task_id for each in await two.tasks.in_status(TaskStatus.WAITING_INPUT)] == [task.task_id]
    assert await two.tasks.idle(fleet.now, after="", limit=9) == (), "it waits for an approval"
    back = waiting.moved_to(TaskStatus.QUEUED, NOW, front=True, queue_reason=QueueReason.ANSWERED)
    await two.tasks.move(waiting, back, [])
    assert (await two.claimed()).task_id == task.task_id


@pytest.mark.parametrize("word", ["an answer", "a message"])
async def test_a_word_that_its_machine_was_about_to_heed_is_not_lost_with_it(fleet: Fleet, word: str) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    await queued(two)
    task = await one.claimed()
    card = await asked(one, task)
    if word == "an answer":
        yes = {"status": ApprovalStatus.ANSWERED, "answer": Answer(decision=Decision.ALLOW), "answered_at": NOW}
        answered = card.model_copy(update=yes)
        await one.tasks.save_approval(card, answered, [ApprovalAnswered(data=answered)])
    else:
        said = an_input(task)
        event = TaskInput(data=InputData(input_id=said.input_id, message=said.message))
        await one.tasks.add_input(said, event)
    await fleet.lose(one, by=two)
    back = await two.tasks.get(task.task_id)
    reason = QueueReason.ANSWERED if word == "an answer" else QueueReason.INPUT
    assert (back.status, back.queue_reason, back.losses) == ("queued", reason, 0)


async def test_a_card_about_its_budget_keeps_a_task_waiting_whatever_else_was_said(fleet: Fleet) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    await queued(two)
    task = await one.claimed()
    await asked(one, task, ApprovalKind.BUDGET)
    said = an_input(task)
    await one.tasks.add_input(said, TaskInput(data=InputData(input_id=said.input_id, message=said.message)))
    await fleet.lose(one, by=two)
    assert (await two.tasks.get(task.task_id)).status == "waiting_input"


async def test_who_leaves_hands_back_what_still_ran(fleet: Fleet) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    await queued(two)
    task = await one.claimed()
    await one.machines.leave("one", 1)
    assert (await two.machines.get("one")).state == "gone"
    assert (await two.claimed()).task_id == task.task_id


async def test_what_still_stood_in_the_queue_of_who_has_left_is_not_stored(fleet: Fleet) -> None:
    one = await fleet.member("one")
    task = await queued(one)
    await one.machines.leave("one", 1)
    with pytest.raises(LeaseLost):
        await one.tasks.append(task.task_id, [SAID])


# --- who takes what -------------------------------------------------------------------------------------------------


async def test_what_is_idle_is_ended_by_its_machine_and_by_anybody_when_that_is_lost(fleet: Fleet) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    await queued(two)
    ran = await one.claimed()
    await one.tasks.mark_sent([each.input_id for each in await one.tasks.inputs(ran.task_id)])
    waits = ran.moved_to(TaskStatus.WAITING_INPUT, NOW, waiting_reason=WaitingReason.INPUT)
    await one.tasks.move(ran, waits, [])

    async def idle(member: Member) -> list[str]:
        return [task.task_id for task in await member.tasks.idle(NOW, after="", limit=9)]

    assert (await idle(one), await idle(two)) == ([ran.task_id], [])
    await fleet.lose(one, by=two)
    assert await idle(two) == [ran.task_id]


async def test_a_conversation_goes_on_where_it_was_as_long_as_that_machine_is_there(fleet: Fleet) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    await queued(two, machine_id="one")
    for state in ("ready", "draining"):
        if state == "draining":
            await two.machines.drain("one")
        assert await two.claim() is None
    await fleet.lose(one, by=two)
    assert (await two.claimed()).machine_id == "two"


async def test_what_else_is_queued_in_a_conversation_follows_it(fleet: Fleet) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    first, second = [await queued(two, conversation_id="conversation_1") for _ in range(2)]
    ended = (await one.claimed()).moved_to(TaskStatus.COMPLETED, NOW)
    await one.tasks.move(await one.tasks.get(first.task_id), ended, [])
    assert await two.claim() is None
    assert (await one.claimed()).task_id == second.task_id


async def test_a_web_instance_is_no_home_for_a_conversation(fleet: Fleet) -> None:
    await fleet.member("web", role=MachineRole.WEB)
    two = await fleet.member("two")
    await queued(two, machine_id="web")
    assert (await two.claimed()).machine_id == "two"


async def test_agents_that_ask_for_what_a_machine_has_not_are_left_to_others(fleet: Fleet) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    special = await queued(two, assigned_agent="trainer", priority=9)
    plain = await queued(two)
    assert (await one.claim(other_agents=frozenset({"trainer"}))) == await one.tasks.get(plain.task_id)
    assert await one.claim(other_agents=frozenset({"trainer"})) is None
    assert (await two.claimed()).task_id == special.task_id


async def stored_by(fleet: Fleet, task: Task, at: datetime, *, version: int = 1) -> None:
    snapshots = SqlSnapshotStore(fleet.databases[0])
    made = {"conversation_id": task.conversation_id, "version": version, "machine_id": task.machine_id}
    await snapshots.add(Snapshot.model_validate({**made, "at": at, "bytes": 1, "sha256": "x"}))
    assert await snapshots.is_stored(task) is (task.started_at is None or at >= task.started_at)


async def test_a_machine_without_the_labels_of_its_agent_does_not_hold_a_conversation_that_is_stored(
    fleet: Fleet,
) -> None:
    await fleet.member("plain", labels=())
    able, asks = await fleet.member("able"), {"trainer": frozenset({"gpu"})}
    stray = await queued(able, assigned_agent="trainer", machine_id="plain", conversation_id="conversation_1")
    same = await queued(able, assigned_agent="planning", machine_id="plain", conversation_id="conversation_1")
    assert await able.claim(asked_labels=asks) is None, "what it said and made is on that machine only"
    await stored_by(fleet, stray, NOW)
    assert await able.claim(asked_labels={"planning": frozenset({"gpu"}), **asks}, other_agents={"trainer"})
    claimed = await able.tasks.get(same.task_id)
    await able.tasks.move(claimed, claimed.moved_to(TaskStatus.COMPLETED, NOW), [])
    assert (await able.claimed()).task_id == stray.task_id, "all of its conversation has come along"


async def test_a_conversation_does_not_leave_for_its_labels_where_its_newest_run_is_not_stored(fleet: Fleet) -> None:
    plain, asks = await fleet.member("plain", labels=()), {"trainer": frozenset({"gpu"})}
    await queued(plain, assigned_agent="trainer", conversation_id="conversation_1")
    ran = await plain.claimed()
    await stored_by(fleet, ran, NOW - timedelta(seconds=1))
    await plain.tasks.move(ran, ran.moved_to(TaskStatus.COMPLETED, NOW), [])
    stray = await queued(plain, assigned_agent="trainer", machine_id="plain", conversation_id="conversation_1")
    able = await fleet.member("able")
    assert await able.claim(asked_labels=asks) is None
    await stored_by(fleet, ran, NOW, version=2)
    claimed = await able.claim(asked_labels=asks)
    assert claimed is not None
    assert (claimed.task_id, claimed.machine_id) == (stray.task_id, "able")


async def test_a_machine_that_has_the_labels_keeps_its_conversations(fleet: Fleet) -> None:
    await fleet.member("home")
    able, asks = await fleet.member("able"), {"trainer": frozenset({"gpu"})}
    await stored_by(fleet, await queued(able, assigned_agent="trainer", machine_id="home"), NOW)
    assert await able.claim(asked_labels=asks) is None


async def test_slots_are_each_machines_own_and_limits_of_agents_everybodys(fleet: Fleet) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    for _ in range(4):
        await queued(two)
    few = {"slots": {Lane.WORK: 1}}
    assert await one.claim(**few) is not None
    assert await one.claim(**few) is None
    assert await two.claim(per_agent={"planning": 1}) is None
    assert await two.claim(per_agent={"planning": 2}) is not None


async def test_many_machines_that_claim_at_once_start_every_task_once(fleet: Fleet) -> None:
    members = [await fleet.member(f"machine-{number}") for number in range(4)]
    for _ in range(20):
        await queued(members[0])
    claims = [member.claim(per_agent={"planning": 13}) for member in members for _ in range(6)]
    started = [task for task in await asyncio.gather(*claims) if task is not None]
    assert len(started) == len({task.task_id for task in started}) == 13


async def test_the_brain_is_asked_for_an_agent_by_one_machine_and_whoever_can_does_the_task(fleet: Fleet) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    task = await queued(two, awaits_routing=True)
    assert await one.tasks.awaiting_routing(5) == (task.task_id,)
    assert await two.tasks.awaiting_routing(5) == ()
    taken = await one.tasks.get(task.task_id)
    await one.tasks.route(taken, taken.model_copy(update={"awaits_routing": False, "assigned_agent": "executor"}), [])
    assert (await two.claimed()).assigned_agent == "executor"


async def test_who_was_lost_while_it_asked_leaves_the_question_to_others(fleet: Fleet) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    task = await queued(two, awaits_routing=True)
    await one.tasks.awaiting_routing(5)
    await fleet.lose(one, by=two)
    assert await two.tasks.awaiting_routing(5) == (task.task_id,)


async def test_a_quota_that_is_back_lets_go_what_it_parked_on_any_machine(fleet: Fleet) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    later = NOW + timedelta(days=1)
    await queued(two, queue_reason=QueueReason.QUOTA, parked_until=later, machine_id="one")
    assert await two.tasks.release_parked(QueueReason.QUOTA) == 1
    assert await one.claim() is not None


async def test_a_move_is_refused_where_the_task_was_started_anew_since_it_was_read(fleet: Fleet) -> None:
    web, worker = await fleet.member("web", role=MachineRole.WEB), await fleet.member("one")
    task = await queued(worker)
    await asked(worker, await worker.claimed())
    read = await web.tasks.get(task.task_id)
    front = read.moved_to(TaskStatus.QUEUED, NOW, front=True)
    await worker.tasks.move(read, front, [])
    await asked(worker, await worker.claimed())
    with pytest.raises(StaleTask, match="run 1"):
        await web.tasks.move(read, front, [])
    stored = await web.tasks.get(task.task_id)
    assert (stored.status, stored.attempt) == (TaskStatus.WAITING_INPUT, 2)
