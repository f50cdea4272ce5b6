"""`SqlMachineStore`: the port `MachineStore`, with leases that go by the database's clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.engine import Connection

from machine.domain.errors import Conflict, LeaseLost, NameTaken, NotFound
from machine.domain.machine import PRESENT, Machine, MachineReport, MachineState
from machine.ports import Reaped
from machine.store.clock import NowOf, database_now
from machine.store.database import Database
from machine.store.reaping import take_back
from machine.store.small_tables import all_rows
from machine.store.tables import machines
from machine.store.writer import Guard, Recorder

_PRESENT: Final = machines.c.state.in_([state.value for state in PRESENT])


class SqlMachineStore:
    """`machine.ports.MachineStore` says what each method promises."""

    def __init__(self, database: Database, *, lease_seconds: float, now: NowOf = database_now) -> None:
        self._database = database
        self._lease = timedelta(seconds=lease_seconds)
        self._now = now

    async def register(self, machine_id: str, report: MachineReport, *, former_epoch: int | None = None) -> Machine:
        def write(connection: Connection, _recorder: Recorder) -> Machine:
            now = self._now(connection)
            row = _find(connection, machine_id)
            fresh = {**_told(report), **self._extended(now), "state": MachineState.READY.value, "started_at": now}
            if row is None:
                connection.execute(insert(machines).values(machine_id=machine_id, epoch=1, **fresh))
            else:
                left = (row.lease_until - now).total_seconds()
                if row.present and left > 0 and row.epoch != former_epoch:
                    raise NameTaken(machine_id, epoch=row.epoch, seconds_left=left)
                if row.state is MachineState.DRAINING:
                    fresh["state"] = row.state.value  # who drained it has not taken that back
                _change(connection, machine_id, epoch=row.epoch + 1, **fresh)
            return _get(connection, machine_id)

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

        return await self._database.write(write, unguarded=True)

    async def leave(self, machine_id: str, epoch: int) -> None:
        def write(connection: Connection, recorder: Recorder) -> None:
            row = _find(connection, machine_id)
            if row is None or row.epoch != epoch or not row.present:
                return
            now = self._now(connection)
            _change(connection, machine_id, state=MachineState.GONE.value, lease_until=now, seen_at=now)
            take_back(connection, recorder, machine_id, now, message=f"The machine {machine_id} was shut down.")

        await self._database.write(write, unguarded=True)

    async def reap(self, *, by: str) -> Sequence[Reaped]:
        def write(connection: Connection, recorder: Recorder) -> Sequence[Reaped]:
            now = self._now(connection)
            expired = select(machines.c.machine_id).where(_PRESENT, machines.c.lease_until <= now)
            expired = expired.where(machines.c.machine_id != by).order_by(machines.c.machine_id)
            found = connection.execute(expired).scalars().all()
            return [self._reap(connection, recorder, machine_id, now) for machine_id in found]

        return await self._database.write(write)

    async def list(self) -> tuple[Machine, ...]:
        rows = await all_rows(self._database, select(machines).order_by(machines.c.machine_id))
        return tuple(_machine_of(row) for row in rows)

    async def get(self, machine_id: str) -> Machine:
        return await self._database.read(lambda connection: _get(connection, machine_id))

    async def drain(self, machine_id: str) -> Machine:
        return await self._let(machine_id, MachineState.DRAINING)

    async def resume(self, machine_id: str) -> Machine:
        return await self._let(machine_id, MachineState.READY)

    async def _let(self, machine_id: str, state: MachineState) -> Machine:
        def write(connection: Connection, _recorder: Recorder) -> Machine:
            machine = _get(connection, machine_id)
            if not machine.present:
                raise Conflict(f"The machine {machine_id} is {machine.state}.", hint="Start it again first.")
            _change(connection, machine_id, state=state.value)
            return _get(connection, machine_id)

        return await self._database.write(write)

    def _reap(self, connection: Connection, recorder: Recorder, machine_id: str, now: datetime) -> Reaped:
        _change(connection, machine_id, state=MachineState.LOST.value, epoch=machines.c.epoch + 1)
        count = take_back(connection, recorder, machine_id, now, message=f"The machine {machine_id} was lost.")
        return Reaped(machine=_get(connection, machine_id), tasks=count)

    def _extended(self, now: datetime) -> dict[str, Any]:
        return {"lease_until": now + self._lease, "seen_at": now}


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


def _change(connection: Connection, machine_id: str, **values: Any) -> None:
    connection.execute(update(machines).where(machines.c.machine_id == machine_id).values(**values))


def _told(report: MachineReport) -> dict[str, Any]:
    return {
        "role": report.role.value,
        "labels": list(report.labels),
        "slots": report.slots,
        "version": report.version,
        "load": report.load.model_dump(mode="json"),
    }


def _machine_of(row: RowMapping) -> Machine:
    return Machine.model_validate(dict(row))
