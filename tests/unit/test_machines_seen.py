"""What is told of the machines: each change in the feed, their tasks, their clocks, and what no machine can take."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

import pytest
from tests.unit.test_machines import NOW, REPORT, Fleet, Member, a_machine, asked, fleet, queued

from machine.domain.agent import SubAgent
from machine.domain.errors import Conflict, NotFound
from machine.domain.machine import NOWHERE, Machine, MachineFacts, MachineRole, MachineState, TasksThere
from machine.domain.machine_status import MachineWarning
from machine.domain.task import Task, TaskStatus
from machine.engine.machines import Machines
from machine.ports import Agents, MachineStore, SnapshotStore, TaskFilter
from machine.store.machines import SqlMachineStore

__all__ = ["fleet"]

DRAINING, LOST, GONE, WEB = MachineState.DRAINING, MachineState.LOST, MachineState.GONE, MachineRole.WEB


async def changes(member: Member) -> list[tuple[str, str]]:
    """(machine, its state) as the feed has told them."""
    told = [event for event in await member.tasks.feed(after=0) if event.type == "machine.changed"]
    return [(body["machine_id"], body["state"]) for body in (json.loads(event.body) for event in told)]


async def test_every_change_of_a_machine_is_told_in_the_feed_and_nothing_else_is(fleet: Fleet) -> None:
    one, two = await fleet.member("one"), await fleet.member("two", role=WEB)
    await one.beat(running=3)
    await two.machines.drain("one")
    await two.machines.drain("one")
    await two.machines.resume("one")
    await fleet.lose(one, by=two)
    await two.machines.leave("two", 1)
    assert await changes(two) == [
        ("one", "ready"),
        ("two", "ready"),
        ("one", "draining"),
        ("one", "ready"),
        ("one", "lost"),
        ("two", "gone"),
    ]


async def test_the_tasks_of_each_machine_are_counted_and_those_that_ended_are_not(fleet: Fleet) -> None:
    one, two = await fleet.member("one"), await fleet.member("two")
    for _ in range(4):
        await queued(one)
    await one.claimed()
    await asked(one, await one.claimed())
    done = await two.claimed()
    await two.tasks.move(done, done.moved_to(TaskStatus.COMPLETED, NOW), [])
    there = {"one": TasksThere(running=1, waiting=1), NOWHERE: TasksThere(queued=1)}
    assert await one.machines.tasks_there() == there
    [listed] = (await one.tasks.list(TaskFilter(machine_id="two"), limit=9)).items
    assert listed.task_id == done.task_id


async def test_facts_and_the_distance_of_its_clock_are_kept_with_every_heartbeat(fleet: Fleet) -> None:
    one = await fleet.member("one")
    ahead = SqlMachineStore(
        fleet.databases[0], lease_seconds=30, now=fleet.clock, clock=lambda: fleet.now + timedelta(seconds=2.5)
    )
    facts = MachineFacts(redis="away", keys=("a", "b"))
    seen = await ahead.beat("one", 1, REPORT.model_copy(update={"facts": facts}))
    assert seen is not None
    assert (seen.facts, seen.clock_offset_seconds) == (facts, 2.5)
    assert await one.machines.get("one") == seen


# --- rules ----------------------------------------------------------------------------------------------------------


class Rows:
    """A store with rows that are set by hand."""

    def __init__(self, *machines: Machine, tasks: dict[str, TasksThere] | None = None) -> None:
        self.machines, self.tasks = machines, tasks or {}

    async def present(self) -> tuple[Machine, ...]:
        return tuple(one for one in self.machines if one.present)

    async def tasks_there(self) -> dict[str, TasksThere]:
        return self.tasks


class Folder:
    """Agents, by what they ask for."""

    workspace = "task"

    def __init__(self, **labels: tuple[str, ...]) -> None:
        self.labels = labels

    def all(self) -> Sequence[SubAgent]:
        made = (
            {"name": name, "description": "", "instructions": "", "labels": labels, "workspace": self.workspace}
            for name, labels in self.labels.items()
        )
        return [SubAgent.model_validate(fields) for fields in made]


class Versions:
    """Which conversations are stored for others: all or none."""

    def __init__(self, *, are_there: bool) -> None:
        self.are_there = are_there

    async def is_stored(self, _task: Task) -> bool:
        return self.are_there


def machines_of(
    *rows: Machine,
    stored: bool | None = None,
    agents: Folder | None = None,
    **labels: tuple[str, ...],
) -> Machines:
    store = cast(MachineStore, Rows(*rows))
    there = cast(Agents, agents or Folder(**labels))
    snapshots = None if stored is None else cast(SnapshotStore, Versions(are_there=stored))
    return Machines(store=store, agents=there, clock=lambda: NOW, machine_id="m0", snapshots=snapshots)


def a_task(**changes: Any) -> Task:
    values = {"task_id": "t", "title": "x", "input_message": "x", "user_id": "u", "machine_id": NOWHERE}
    more = {"assigned_agent": "painter", "conversation_id": "c", "claude_session_id": "s", "workspace": "w"}
    return Task.model_validate({**values, **more, "created_at": NOW, "status_at": NOW, **changes})


async def test_a_label_that_no_ready_machine_has_is_named_with_the_agent_that_asks_for_it() -> None:
    gpu = a_machine(labels=("gpu",))
    for rows, missing in (
        ((a_machine(labels=()),), "the label gpu"),
        ((gpu.model_copy(update={"state": DRAINING}), a_machine(labels=())), "the label gpu"),
        ((gpu.model_copy(update={"state": LOST}), a_machine(labels=())), "the label gpu"),
        ((gpu.model_copy(update={"role": WEB}), a_machine(labels=())), "the label gpu"),
        ((gpu,), ""),
    ):
        found = machines_of(*rows, painter=("gpu",), planning=())
        said = await found.waits_for(a_task())
        assert said == (f"No machine that is ready has {missing}, which painter asks for." if missing else "")
        assert await found.waits_for(a_task(assigned_agent="planning")) == ""
        assert [one.about for one in await found.warnings()] == (["agent/painter"] if missing else [])


async def test_what_machines_say_of_themselves_is_told_elsewhere_with_their_names() -> None:
    warning = MachineWarning(code="runs_as_root", message="It runs as root.", hint="Do not.")
    facts = MachineFacts(warnings=(warning,))
    rows = [a_machine(machine_id=name, facts=facts) for name in ("m0", "a", "b")]
    found = machines_of(*rows, a_machine(machine_id="c", facts=facts, state=LOST), a_machine(machine_id="d"))
    [told] = await found.warnings_elsewhere()
    assert (told.code, told.message) == ("runs_as_root", "On a, b: It runs as root.")


async def test_all_labels_have_to_be_on_one_machine() -> None:
    apart = (a_machine(machine_id="a", labels=("gpu",)), a_machine(machine_id="b", labels=("macos",)))
    found = machines_of(*apart, painter=("gpu", "macos"))
    assert "all of the labels gpu, macos" in await found.waits_for(a_task())


async def test_a_task_is_told_that_it_waits_for_the_machine_of_its_conversation_or_for_any() -> None:
    drained = a_machine(machine_id="w1", state=DRAINING)
    found = machines_of(drained, a_machine(machine_id="w2"), painter=())
    assert "w1, which is drained" in await found.waits_for(a_task(machine_id="w1"))
    assert await found.waits_for(a_task(machine_id="w1", status="running")) == ""
    assert "No machine that runs tasks is ready" in await machines_of(drained, painter=()).waits_for(a_task())


@pytest.mark.parametrize("state", [MachineState.READY, DRAINING])
async def test_a_task_whose_conversation_is_where_its_agents_labels_are_not_says_why_it_waits(
    state: MachineState,
) -> None:
    home = a_machine(machine_id="w1", labels=("macos",), state=state)
    rows, there, asked = (home, a_machine(machine_id="w2")), a_task(machine_id="w1"), ("gpu",)
    for stored in (None, False):
        said = await machines_of(*rows, stored=stored, painter=asked).waits_for(there)
        assert "on w1, which does not have the label gpu that painter asks for, and is not stored" in said
    assert await machines_of(*rows, stored=True, painter=asked).waits_for(there) == "", "the other one will take it"
    lasting = Folder(painter=asked)
    lasting.workspace = "shared"
    assert "on w1, which does not have" in await machines_of(*rows, stored=True, agents=lasting).waits_for(there)
    said = await machines_of(home, stored=False, painter=asked).waits_for(there)
    assert said.startswith("No machine")


async def test_a_machine_whose_disk_is_nearly_full_is_named_to_whose_tasks_wait_for_it_and_to_administrators() -> None:
    full = a_machine(machine_id="w1", labels=("gpu",), facts=MachineFacts(held_back="The disk has 3 MB left."))
    found = machines_of(full, a_machine(machine_id="w2", labels=()), painter=("gpu",), planning=())
    anywhere, there = a_task(assigned_agent="planning"), a_task(assigned_agent="planning", machine_id="w1")
    assert await found.waits_for(anywhere) == ""
    said = "Its conversation is on w1, which starts nothing now. The disk has 3 MB left."
    assert await found.waits_for(there) == said
    said = "No machine that can take it starts anything now. On w1: The disk has 3 MB left."
    assert await found.waits_for(a_task(assigned_agent="painter")) == said
    [told] = await found.warnings()
    assert (told.code, told.about) == ("disk_nearly_full", "machine/w1")
    assert told.message == "w1 starts nothing. The disk has 3 MB left."
    gone = machines_of(full.model_copy(update={"state": GONE}), a_machine(machine_id="w2"), planning=())
    assert (await gone.warnings(), await gone.waits_for(there)) == ((), "")


async def test_machines_that_left_long_ago_are_shown_only_while_they_have_tasks(fleet: Fleet) -> None:
    busy, gone, lost, there = [await fleet.member(name) for name in ("busy", "gone", "lost", "there")]
    await queued(busy)
    await asked(busy, await busy.claimed())
    for one in (busy, gone):
        await one.machines.leave(one.name, 1)
    await fleet.lose(lost, by=there)
    fleet.now += timedelta(days=8)
    agents = cast(Agents, Folder())
    seen = Machines(store=there.machines, agents=agents, clock=lambda: fleet.now, machine_id="there")
    assert [(one.machine.machine_id, one.tasks.waiting) for one in await seen.all()] == [("busy", 1), ("there", 0)]
    assert [one.machine_id for one in await there.machines.present()] == ["there"]
    since = fleet.now - timedelta(days=9)
    assert len(await there.machines.list(seen_since=since)) == 4


async def test_a_machine_that_works_alone_is_the_only_one_and_cannot_be_drained() -> None:
    async def alone() -> Machine:
        return a_machine(machine_id="me")

    store, agents = cast(MachineStore, Rows(tasks={"me": TasksThere(running=2)})), cast(Agents, Folder(painter=("x",)))
    found = Machines(store=store, agents=agents, clock=lambda: NOW, machine_id="m0", alone=alone)
    assert [(one.machine.machine_id, one.tasks.running) for one in await found.all()] == [("me", 2)]
    assert await found.waits_for(a_task()) == ""
    assert await found.warnings() == ()
    for act in (found.drain, found.resume):
        with pytest.raises(Conflict, match="works alone"):
            await act("me")
        with pytest.raises(NotFound):
            await act("other")
