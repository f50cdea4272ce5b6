"""`SqlMachineStore`: the port `MachineStore`, with leases that are written by the database's clock."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from machine.domain.clock import Clock, utc_now
from machine.domain.errors import Conflict, LeaseLost, NameTaken, NotFound
from machine.domain.events import MachineChanged, StoredEvent
from machine.domain.machine import PRESENT, Machine, MachineChange, MachineReport, MachineState, TasksThere
from machine.domain.seen_lease import SeenLease
from machine.domain.task import TaskStatus
from machine.ports import Reaped
from machine.store.clock import NowOf, database_now
from machine.store.database import Database
from machine.store.event_log import encoded, feed_event
from machine.store.reaping import take_back
from machine.store.small_tables import all_rows
from machine.store.tables import machines, tasks
from machine.store.writer import Guard, Recorder

_OPEN: Final = {
    TaskStatus.QUEUED.value: "queued",
    TaskStatus.RUNNING.value: "running",
    TaskStatus.WAITING_INPUT.value: "waiting",
}
_PRESENT: Final = machines.c.state.in_([state.value for state in PRESENT])


class SqlMachineStore:
    """`machine.ports.MachineStore` says what each method promises."""

    def __init__(
        self, database: Database, *, lease_seconds: float, now: NowOf = database_now, clock: Clock = utc_now
    ) -> None:
        """`now` is the database's time, `clock` this computer's."""
        self._database = database
        self._lease = timedelta(seconds=lease_seconds)
        self._now = now
        self._clock = clock

    async def register(
        self,
        machine_id: str,
        report: MachineReport,
        *,
        former_epoch: int | None = None,
        stood_still: SeenLease | None = None,
    ) -> Machine:
        def write(connection: Connection, recorder: Recorder) -> Machine:
            now = self._now(connection)
            row = _find(connection, machine_id)
            _refuse_another_model(connection, machine_id, report.facts.demo, now)
            fresh = {**_told(report), **self._extended(now), "state": MachineState.READY.value, "started_at": now}
            if row is None:
                connection.execute(insert(machines).values(machine_id=machine_id, epoch=1, **fresh))
            else:
                left = (row.lease_until - now).total_seconds()
                if row.present and left > 0 and row.epoch != former_epoch and row.lease != stood_still:
                    raise NameTaken(row.lease, seconds_left=left)
                if row.drained:
                    fresh["state"] = MachineState.DRAINING.value  # who drained it has not taken that back
                _change(connection, machine_id, epoch=row.epoch + 1, **fresh)
            return _told_to_all(connection, recorder, machine_id, now)

        registered = await self._database.write(write, unguarded=True)
        self._database.guard_writes(guard_of(machine_id, registered.epoch))
        return registered

    async def beat(self, machine_id: str, epoch: int, report: MachineReport) -> Machine | None:
        def write(connection: Connection, _recorder: Recorder) -> Machine | None:
            mine = (machines.c.machine_id == machine_id, machines.c.epoch == epoch, _PRESENT)
            values = {**_told(report), **self._extended(self._now(connection))}
            found = connection.execute(update(machines).where(*mine).values(**values).returning(machines)).mappings()
            row = found.one_or_none()
            return None if row is None else _machine_of(row)

        # Behind a long queue it would come too late, and all that stands in the queue would be refused.
        return await self._database.write(write, unguarded=True, urgent=True)

    async def leave(self, machine_id: str, epoch: int) -> None:
        def write(connection: Connection, recorder: Recorder) -> None:
            row = _find(connection, machine_id)
            if row is None or row.epoch != epoch or not row.present:
                return
            now = self._now(connection)
            # With the next epoch, so that what this process has in its queue still is refused.
            gone = {**_absent(MachineState.GONE), "epoch": epoch + 1}
            _change(connection, machine_id, **gone, lease_until=now, seen_at=now)
            _told_to_all(connection, recorder, machine_id, now)
            take_back(connection, recorder, machine_id, now, message=f"The machine {machine_id} was shut down.")

        await self._database.write(write, unguarded=True)

    async def leases(self, *, but: str) -> Sequence[SeenLease]:
        query = select(machines).where(_PRESENT, machines.c.machine_id != but).order_by(machines.c.machine_id)
        return [_machine_of(row).lease for row in await all_rows(self._database, query)]

    async def reap(self, stood_still: Sequence[SeenLease]) -> Sequence[Reaped]:
        def write(connection: Connection, recorder: Recorder) -> Sequence[Reaped]:
            now = self._now(connection)
            still = [_find(connection, lease.machine_id) for lease in stood_still]
            lost = [row for row in still if row is not None and row.present and row.lease in stood_still]
            return [self._reap(connection, recorder, row.machine_id, now) for row in lost]

        return await self._database.write(write)

    async def present(self) -> tuple[Machine, ...]:
        return await self._those(_PRESENT)

    async def list(self, *, seen_since: datetime, also: Collection[str] = ()) -> tuple[Machine, ...]:
        return await self._those(or_(_PRESENT, machines.c.seen_at > seen_since, machines.c.machine_id.in_(also)))

    async def get(self, machine_id: str) -> Machine:
        return await self._database.read(lambda connection: _get(connection, machine_id))

    async def tasks_there(self) -> Mapping[str, TasksThere]:
        query = select(tasks.c.machine_id, tasks.c.status, func.count()).where(tasks.c.status.in_([*_OPEN]))
        query = query.group_by(tasks.c.machine_id, tasks.c.status)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        found: dict[str, dict[str, int]] = {}
        for machine_id, status, count in rows:
            found.setdefault(machine_id, {})[_OPEN[status]] = count
        return {machine_id: TasksThere(**counts) for machine_id, counts in found.items()}

    async def drain(self, machine_id: str) -> Machine:
        return await self._let(machine_id, MachineState.DRAINING)

    async def resume(self, machine_id: str) -> Machine:
        return await self._let(machine_id, MachineState.READY)

    async def _let(self, machine_id: str, state: MachineState) -> Machine:
        def write(connection: Connection, recorder: Recorder) -> Machine:
            machine = _get(connection, machine_id)
            if not machine.present:
                raise Conflict(f"The machine {machine_id} is {machine.state}.", hint="Start it again first.")
            if machine.state is state:
                return machine
            _change(connection, machine_id, state=state.value)
            return _told_to_all(connection, recorder, machine_id, self._now(connection))

        return await self._database.write(write)

    async def _those(self, which: ColumnElement[bool]) -> tuple[Machine, ...]:
        rows = await all_rows(self._database, select(machines).where(which).order_by(machines.c.machine_id))
        return tuple(_machine_of(row) for row in rows)

    def _reap(self, connection: Connection, recorder: Recorder, machine_id: str, now: datetime) -> Reaped:
        _change(connection, machine_id, **_absent(MachineState.LOST), epoch=machines.c.epoch + 1)
        lost = _told_to_all(connection, recorder, machine_id, now)
        count = take_back(connection, recorder, machine_id, now, message=f"The machine {machine_id} was lost.")
        return Reaped(machine=lost, tasks=count)

    def _extended(self, now: datetime) -> dict[str, Any]:
        ahead = (self._clock() - now).total_seconds()
        return {"lease_until": now + self._lease, "seen_at": now, "clock_offset_seconds": round(ahead, 3)}


def guard_of(machine_id: str, epoch: int) -> Guard:
    """Lets this incarnation of a machine write, and none after it."""
    query = select(machines.c.epoch).where(machines.c.machine_id == machine_id)

    def guard(connection: Connection) -> None:
        if connection.execute(query).scalar_one_or_none() != epoch:
            raise LeaseLost(machine_id)

    return guard


def _find(connection: Connection, machine_id: str) -> Machine | None:
    row = connection.execute(select(machines).where(machines.c.machine_id == machine_id)).mappings().one_or_none()
    return None if row is None else _machine_of(row)


def _get(connection: Connection, machine_id: str) -> Machine:
    found = _find(connection, machine_id)
    if found is None:
        raise NotFound(f"There is no machine {machine_id}.", hint="List the machines to see which there are.")
    return found


def _refuse_another_model(connection: Connection, machine_id: str, demo: bool | None, now: datetime) -> None:
    """Tasks of the demo model must not cost money, and those of people not be answered by it. Raises Conflict."""
    if demo is None:
        return
    others = select(machines.c.machine_id, machines.c.facts)
    others = others.where(_PRESENT, machines.c.lease_until > now, machines.c.machine_id != machine_id)
    for row in connection.execute(others.order_by(machines.c.machine_id)):
        if row.facts.get("demo") is (not demo):  # older programs do not say
            with_it, without = (machine_id, row.machine_id) if demo else (row.machine_id, machine_id)
            raise Conflict(
                f"{with_it} runs with the demo model and {without} without it: they cannot be of one fleet.",
                hint="Start all of its machines with --demo, or none; to change over, stop the others first.",
            )


def _absent(state: MachineState) -> dict[str, Any]:
    """How a row becomes that of a machine which is not there. A daemon that stops leaves its row `ready`: only people
    drain, so what is `draining` here was drained by one."""
    return {"state": state.value, "left_drained": machines.c.state == MachineState.DRAINING.value}


def _change(connection: Connection, machine_id: str, **values: Any) -> None:
    connection.execute(update(machines).where(machines.c.machine_id == machine_id).values(**values))


def _told_to_all(connection: Connection, recorder: Recorder, machine_id: str, at: datetime) -> Machine:
    """The machine as it is now, said in the feed."""
    machine = _get(connection, machine_id)
    change = MachineChange(machine_id=machine_id, role=machine.role, state=machine.state)
    kind, body = encoded(MachineChanged(data=change))
    feed_event(connection, recorder, StoredEvent(type=kind, at=at, body=body))
    return machine


def _told(report: MachineReport) -> dict[str, Any]:
    return {
        "role": report.role.value,
        "labels": list(report.labels),
        "slots": report.slots,
        "version": report.version,
        "load": report.load.model_dump(mode="json"),
        "facts": report.facts.model_dump(mode="json", exclude_none=True),
    }


def _machine_of(row: RowMapping) -> Machine:
    return Machine.model_validate(dict(row))
