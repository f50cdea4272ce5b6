"""What a machine may do follows from when the database last extended its lease: rules, by a clock set by hand."""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta

import pytest
from tests.unit.test_machines import NOW, REPORT, Fleet, a_machine, fleet

from machine.domain.errors import NameTaken, StoreError
from machine.domain.machine import Machine, MachineLoad, MachineReport, MachineState
from machine.domain.seen_lease import SeenLease
from machine.engine.lease import Lease, LeaseWatch
from machine.engine.seat import Seat
from machine.ports import Reaped

__all__ = ["fleet"]  # the fixture of a neighbour


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


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="no clock tells of the sleep of this computer")
def test_a_lease_runs_out_while_the_computer_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    lease, awake = Lease(30), time.clock_gettime
    lease.extended(awake(time.CLOCK_BOOTTIME))
    assert lease.held
    monkeypatch.setattr(time, "clock_gettime", lambda clock: awake(clock) + 60 * (clock == time.CLOCK_BOOTTIME))
    assert not lease.held


def seen_lease(name: str = "one", *, moved_on: float = 0, seconds: float = 30) -> SeenLease:
    return SeenLease(machine_id=name, epoch=3, until=NOW + timedelta(seconds=moved_on), seconds=seconds)


def test_a_lease_stands_still_when_it_was_seen_unchanged_for_as_long_as_it_lasts(hand: Hand) -> None:
    watch = LeaseWatch(30, now=hand)
    dead, longer = seen_lease("dead", seconds=9), seen_lease("longer", seconds=60)
    for beat in range(3):
        assert watch.stood_still([dead, longer, seen_lease("alive", moved_on=beat)]) == []
        hand.now += 10
    assert watch.stood_still([dead, longer, seen_lease("alive", moved_on=3)]) == [dead]
    hand.now += 30
    assert watch.stood_still([longer, seen_lease("alive", moved_on=4)]) == [longer]
    assert watch.stood_still([dead]) == [], "what had been away is looked at anew"


class Registry:
    """A store of machines whose one row is somebody else's, with a lease that its holder may extend."""

    def __init__(self, hand: Hand, *, left: float, alive: bool) -> None:
        self.hand, self.alive, self.left, self.until = hand, alive, left, hand.now + left
        self.reaped = 0

    async def register(
        self,
        machine_id: str,
        _report: MachineReport,
        *,
        former_epoch: int | None = None,
        stood_still: SeenLease | None = None,
    ) -> Machine:
        assert former_epoch is None
        self.hand.now += 1
        if self.alive:
            self.until = max(self.until, self.hand.now + self.left - 2)
        left, seen = self.until - self.hand.now, seen_lease(machine_id, moved_on=self.until)
        if left > 0 and stood_still != seen:
            raise NameTaken(seen, seconds_left=left)
        return a_machine(machine_id=machine_id, epoch=4)

    async def beat(self, _machine_id: str, _epoch: int, _report: MachineReport) -> Machine | None:
        raise StoreError("away")

    async def leave(self, _machine_id: str, _epoch: int) -> None:
        raise StoreError("away")

    async def leases(self, *, but: str) -> Sequence[SeenLease]:
        return [seen_lease(f"not-{but}")]

    async def reap(self, stood_still: Sequence[SeenLease]) -> Sequence[Reaped]:
        self.reaped += 1
        return [
            Reaped(machine=a_machine(machine_id=one.machine_id, state=MachineState.LOST), tasks=2)
            for one in stood_still
        ]


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


async def test_a_dead_predecessors_lease_is_waited_for_no_longer_than_it_lasts_where_the_clock_was_set_back(
    lease: Lease, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat, began_at = seat_at(Registry(hand, left=3600, alive=False), hand, lease, monkeypatch), hand.now
    async with asyncio.timeout(10):
        assert (await seat.join()).epoch == 4
    assert 30 <= hand.now - began_at < 35


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


@pytest.mark.parametrize("step", [timedelta(minutes=2), timedelta(hours=-1)], ids=["forwards", "backwards"])
async def test_a_step_of_the_databases_clock_neither_takes_the_living_nor_spares_the_dead(
    fleet: Fleet, hand: Hand, step: timedelta
) -> None:
    alive, dead, _ = [await fleet.member(name) for name in ("alive", "dead", "one")]
    seat = Seat(machines=alive.machines, machine_id="one", report=REPORT, lease=Lease(30, now=hand), now=hand)
    seat.machine = await alive.machines.get("one")

    async def lost() -> list[str]:
        fleet.now += timedelta(seconds=10)
        hand.now += 10
        assert await seat.extend(MachineLoad())
        found = [one.machine.machine_id for one in await seat.reap()]
        assert await alive.beat() is not None
        return found

    for _ in range(5):
        assert await dead.beat() is not None
        assert await lost() == []
    fleet.now += step  # before anybody's next heartbeat
    assert [await lost() for _ in range(4)] == [[], [], ["dead"], []]
