"""What a machine does as one of several: whose tasks it leaves to others, and what it does when it loses its seat."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import ValidationError
from tests.unit.test_brain_routing import PERSON, Agents, custom
from tests.unit.test_machines import REPORT, a_machine

from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.clock import utc_now
from machine.domain.costs import CostKind
from machine.domain.errors import StoreError
from machine.domain.machine import NOWHERE, MachineState
from machine.domain.seen_lease import SeenLease
from machine.domain.task import TaskStatus
from machine.engine.lease import Lease
from machine.engine.live_task import LiveTask, RunEnd
from machine.engine.live_tasks import LiveTasks
from machine.engine.membership import FleetMembership
from machine.engine.new_tasks import NewTasks
from machine.engine.seat import Seat
from machine.engine.slots import Slots
from machine.engine.task_request import TaskRequest
from machine.ports import MachineStore
from machine.settings import read_settings

# --- labels ---------------------------------------------------------------------------------------------------------


def other_agents(labels: frozenset[str] | None) -> set[str]:
    agents = Agents(custom("plain"), custom("trainer", labels=("gpu",)), custom("both", labels=("gpu", "prod")))
    return set(Slots(agents, work_slots=1, labels=labels).limits().other_agents)


@pytest.mark.parametrize(
    ("labels", "left"),
    [
        ((), {"trainer", "both"}),
        (("gpu",), {"both"}),
        (("prod",), {"trainer", "both"}),
        (("gpu", "prod", "macos"), set()),
    ],
)
def test_an_agent_runs_where_all_of_its_labels_are(labels: tuple[str, ...], left: set[str]) -> None:
    assert other_agents(frozenset(labels)) == left


def test_conversations_of_agents_that_ask_for_what_a_machine_has_may_come_where_they_can_be_fetched() -> None:
    lasting = custom("keeper", labels=("gpu",), workspace="shared")
    agents = Agents(
        custom("plain"), custom("trainer", labels=("gpu",)), custom("both", labels=("gpu", "prod")), lasting
    )
    for labels, moves, expected in (
        (frozenset({"gpu"}), True, {"trainer": {"gpu"}}),
        (frozenset({"gpu"}), False, {}),
        (None, True, {}),
    ):
        assert Slots(agents, work_slots=1, labels=labels, moves=moves).limits().asked_labels == expected


def test_a_machine_that_is_alone_runs_whatever_agents_ask_for() -> None:
    assert other_agents(None) == set()


def test_labels_are_read_from_the_environment_and_wrong_ones_are_refused() -> None:
    assert read_settings({"MACHINE_LABELS": "gpu, prod-network,"}).labels == ("gpu", "prod-network")
    with pytest.raises(ValidationError):
        read_settings({"MACHINE_LABELS": "two words"})


# --- where a conversation is at home --------------------------------------------------------------------------------


def new_tasks(machine_id: str) -> NewTasks:
    return NewTasks(
        agents=Agents(),
        clock=utc_now,
        machine_id=machine_id,
        default_agent="planning",
        timeout_seconds=3600,
        cost_kind=lambda: CostKind.BILLED,
    )


def test_in_a_fleet_a_new_task_is_nowhere_yet_and_a_follow_up_is_where_its_conversation_was() -> None:
    made = new_tasks(NOWHERE)
    first = made.from_request(TaskRequest(message="hello", agent="planning"), PERSON)
    assert first.machine_id == NOWHERE
    ended = first.model_copy(update={"machine_id": "two", "status": TaskStatus.COMPLETED})
    assert made.follow_up(ended, "and now?", PERSON).machine_id == "two"
    assert made.retry_of(ended, PERSON).machine_id == NOWHERE


def test_alone_a_machine_does_everything_whatever_it_was_called_before() -> None:
    made = new_tasks("one")
    first = made.from_request(TaskRequest(message="hello", agent="planning"), PERSON)
    renamed = first.model_copy(update={"machine_id": "its-old-name", "status": TaskStatus.COMPLETED})
    assert made.follow_up(renamed, "and now?", PERSON).machine_id == "one"
    assert made.retry_of(renamed, PERSON).machine_id == "one"


# --- losing the seat ------------------------------------------------------------------------------------------------


class Runs:
    """A run that ends some time after it was asked to."""

    def __init__(self, live: LiveTasks, log: list[str]) -> None:
        self.task_id, self.task = "task_1", SimpleNamespace(status=TaskStatus.RUNNING)
        self._live, self._log = live, log
        self._asked = False

    def end(self, why: RunEnd) -> None:
        if not self._asked:
            self._asked = True
            self._log.append(f"ended: {why}")
            asyncio.get_running_loop().call_later(0.1, self._gone)

    def _gone(self) -> None:
        self._log.append("gone")
        self._live.remove(cast(LiveTask, self))


class Machines:
    """What the store of machines answers, set by hand."""

    def __init__(self, log: list[str]) -> None:
        self.log = log
        self.answer: Any = a_machine()

    async def register(self, *_: object, former_epoch: int | None, **_other: object) -> object:
        self.log.append(f"registered after {former_epoch}")
        self.answer = a_machine(epoch=3)
        return self.answer

    async def beat(self, _machine_id: str, epoch: int, _report: object) -> object:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer if self.answer.epoch == epoch else None

    async def leases(self, *, but: str) -> list[SeenLease]:
        return [a_machine(machine_id=f"not-{but}").lease]

    async def reap(self, _stood_still: object) -> tuple[()]:
        self.log.append("one judges")
        return ()


class Scene:
    """A membership with a lease of 3 s, and one task that runs."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.live = LiveTasks()
        self.machines = Machines(self.log)
        self.seat = Seat(machines=cast(MachineStore, self.machines), machine_id="one", report=REPORT, lease=Lease(3))
        self.membership = FleetMembership(
            seat=self.seat, live=self.live, recover=self._recover, changed=lambda: self.log.append("work?")
        )

    async def _recover(self) -> None:
        self.log.append("recovered")

    async def until(self, word: str) -> None:
        async with asyncio.timeout(40):
            while word not in self.log:
                await asyncio.sleep(0.01)


@pytest.fixture
async def scene() -> Scene:
    made = Scene()
    await made.seat.join()
    made.log.clear()
    made.live.add(cast(LiveTask, Runs(made.live, made.log)))
    return made


async def test_a_lost_seat_is_taken_anew_only_when_all_is_ended_and_before_anything_is_claimed(scene: Scene) -> None:
    watching = spawn(scene.membership.watch(), name="watch")
    try:
        await scene.until("one judges")
        scene.log.clear()
        scene.machines.answer = a_machine(epoch=2, state=MachineState.LOST)
        await scene.until("work?")
        assert [word for word in scene.log if "judges" not in word] == [
            "ended: fence",
            "gone",
            "registered after 3",
            "recovered",
            "work?",
        ]
        assert scene.membership.may_claim
    finally:
        await cancel_and_wait(watching)


async def test_a_machine_that_is_drained_claims_nothing_and_takes_over_from_the_lost_all_the_same(scene: Scene) -> None:
    scene.machines.answer = a_machine(epoch=3, state=MachineState.DRAINING)
    watching = spawn(scene.membership.watch(), name="watch")
    try:
        await scene.until("one judges")
        assert not scene.membership.may_claim
        assert "work?" not in scene.log
    finally:
        await cancel_and_wait(watching)


async def test_without_the_database_runs_are_ended_in_time_and_claims_begin_again_with_it(scene: Scene) -> None:
    watching = spawn(scene.membership.watch(), name="watch")
    try:
        await scene.until("one judges")
        scene.log.clear()
        scene.machines.answer = StoreError("away")
        await scene.until("gone")
        assert not scene.membership.may_claim
        scene.machines.answer = a_machine(epoch=3)
        await scene.until("work?")
        assert scene.log == ["ended: fence", "gone", "work?"]
        assert scene.membership.may_claim
    finally:
        await cancel_and_wait(watching)


async def test_a_drained_machine_claims_nothing_and_ends_nothing(scene: Scene) -> None:
    watching = spawn(scene.membership.watch(), name="watch")
    try:
        scene.machines.answer = a_machine(epoch=3, state=MachineState.DRAINING)
        async with asyncio.timeout(40):
            while scene.membership.may_claim:
                await asyncio.sleep(0.01)
        assert len(scene.live) == 1
        scene.log.clear()
        scene.machines.answer = a_machine(epoch=3)
        await scene.until("work?")
        assert len(scene.live) == 1
    finally:
        await cancel_and_wait(watching)
