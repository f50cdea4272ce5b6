"""The machines there are, as this process knows them."""

import asyncio

from machine.app.engine_room import EngineRoom
from machine.app.ground import Ground
from machine.domain.machine import Machine, MachineFacts, MachineLoad, MachineState
from machine.domain.version import VERSION
from machine.engine.machines import Machines
from machine.metrics.computer import busyness
from machine.store.machines import SqlMachineStore


def build_machines(ground: Ground, engine: EngineRoom) -> Machines:
    settings, agents, clock = ground.settings, ground.definitions.agents, ground.clock
    store = SqlMachineStore(ground.database, lease_seconds=settings.lease_seconds)
    if settings.in_fleet:
        snapshots = ground.snapshots if ground.shared is not None else None
        return Machines(store=store, agents=agents, clock=clock, machine_id=settings.machine_id, snapshots=snapshots)
    started_at = clock()

    async def alone() -> Machine:
        status, now = await engine.manager.status(), clock()
        load = MachineLoad(running=status.running, waiting=status.waiting)
        return Machine(
            machine_id=status.machine_id,
            state=MachineState(status.state),
            labels=settings.labels,
            slots=status.slots,
            version=VERSION,
            load=await asyncio.to_thread(busyness, load),
            facts=MachineFacts(held_back=status.held_back),
            epoch=1,
            lease_until=now,
            started_at=started_at,
            seen_at=now,
        )

    return Machines(store=store, agents=agents, clock=clock, machine_id=settings.machine_id, alone=alone)
