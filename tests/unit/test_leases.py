"""What a machine may do follows from when the database last extended its lease: rules, by a clock set by hand."""

import asyncio
from collections.abc import Sequence

import pytest
from tests.unit.test_machines import REPORT, a_machine

from machine.domain.errors import NameTaken, StoreError
from machine.domain.machine import Machine, MachineLoad, MachineReport, MachineState
from machine.engine.lease import Lease
from machine.engine.seat import Seat
from machine.ports import Reaped


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def lease(hand: Hand) -> Lease:
    return Lease(30, now=hand)


def test_a_lease_that_was_never_given_is_not_held(lease: Lease) -> None:
    assert (lease.held, lease.may_beat, lease.may_judge) == (False, False, False)


def test_wardens_hear_nothing_before_the_machine_lets_go_and_both_long_before_the_lease_ends(
    lease: Lease, hand: Hand
) -> None:
    lease.extended(hand.now)
    assert (lease.held, lease.may_beat) == (True, True)
    hand.now += 11.9
    assert (lease.held, lease.may_beat) == (True, True)
    hand.now += 0.2
    assert (lease.held, lease.may_beat) == (True, False)
    hand.now += 3
    assert (lease.held, lease.may_beat) == (False, False)
    last_beat_at = 12.0
    assert last_beat_at + lease.wardens_seconds < lease.seconds


def test_a_heartbeat_counts_from_when_it_was_asked_for(lease: Lease, hand: Hand) -> None:
    asked_at = hand.now
    hand.now += 14
    lease.extended(asked_at)
    assert lease.held
    hand.now += 1
    assert not lease.held


def test_others_are_judged_only_after_the_database_has_answered_for_a_whole_lease(lease: Lease, hand: Hand) -> None:
    for _ in range(3):
        lease.extended(hand.now)
        assert not lease.may_judge
        hand.now += 10
    lease.extended(hand.now)
    assert lease.may_judge


@pytest.mark.parametrize("how", ["it failed", "it slept"])
def test_after_a_gap_that_begins_anew(lease: Lease, hand: Hand, how: str) -> None:
    for _ in range(4):
        lease.extended(hand.now)
        hand.now += 10
    if how == "it failed":
        lease.failed()
    else:
        hand.now += 60
    lease.extended(hand.now)
    assert not lease.may_judge
    for _ in range(3):
        hand.now += 10
        lease.extended(hand.now)
    assert lease.may_judge


def test_a_lease_that_was_given_up_is_not_held(lease: Lease, hand: Hand) -> None:
    lease.extended(hand.now)
    lease.given_up()
    assert (lease.held, lease.may_beat) == (False, False)


class Registry:
    """A store of machines whose one row is somebody else's, with a lease that its holder may extend."""

    def __init__(self, hand: Hand, *, left: float, alive: bool) -> None:
        self.hand, self.alive, self.left, self.until = hand, alive, left, hand.now + left
        self.reaped = 0

    async def register(self, machine_id: str, _report: MachineReport, *, former_epoch: int | None = None) -> Machine:
        assert former_epoch is None
        self.hand.now += 1
        if self.alive:
            self.until = max(self.until, self.hand.now + self.left - 2)
        if (left := self.until - self.hand.now) > 0:
            raise NameTaken(machine_id, epoch=3, seconds_left=left)
        return a_machine(machine_id=machine_id, epoch=4)

    async def beat(self, _machine_id: str, _epoch: int, _report: MachineReport) -> Machine | None:
        raise StoreError("away")

    async def leave(self, _machine_id: str, _epoch: int) -> None:
        raise StoreError("away")

    async def reap(self, *, by: str) -> Sequence[Reaped]:
        self.reaped += 1
        return [Reaped(machine=a_machine(machine_id=f"not-{by}", state=MachineState.LOST), tasks=2)]


def seat_at(registry: Registry, hand: Hand, lease: Lease, monkeypatch: pytest.MonkeyPatch) -> Seat:
    monkeypatch.setattr("machine.engine.seat.LOOK_SECONDS", 0)
    machines: object = registry
    return Seat(machines=machines, machine_id="one", report=REPORT, lease=lease, now=hand)  # type: ignore[arg-type] # a part of the port is enough here


async def test_a_dead_predecessors_lease_is_waited_for(
    lease: Lease, hand: Hand, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    seat = seat_at(Registry(hand, left=20, alive=False), hand, lease, monkeypatch)
    async with asyncio.timeout(10):
        assert (await seat.join()).epoch == 4
    assert lease.held
    assert "waiting for it" in caplog.text


async def test_a_name_whose_holder_extends_its_lease_is_taken(
    lease: Lease, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat = seat_at(Registry(hand, left=20, alive=True), hand, lease, monkeypatch)
    async with asyncio.timeout(10):
        with pytest.raises(NameTaken, match="works as the machine one"):
            await seat.join()
    assert not lease.held


async def test_a_machine_that_is_not_sure_of_its_own_lease_judges_nobody(
    lease: Lease, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry(hand, left=0, alive=False)
    seat = seat_at(registry, hand, lease, monkeypatch)
    await seat.join()
    assert (await seat.reap(), registry.reaped) == ((), 0)
    for _ in range(4):
        hand.now += 10
        lease.extended(hand.now)
    assert (len(await seat.reap()), registry.reaped) == (1, 1)
    with pytest.raises(StoreError):
        await seat.extend(MachineLoad())
    assert (await seat.reap(), registry.reaped) == ((), 1)
    await seat.leave()  # what cannot be given back runs out by itself
