"""The machines that share the work: how each is; letting one take no more tasks, and letting it take them again."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict

from machine.api.definition_routes import Administrator
from machine.api.deps import Caller, State
from machine.api.state import ApiState
from machine.domain.machine import Label, MachineLoad, MachineRole, MachineState, TasksThere
from machine.engine.machines import MachineNow

router = APIRouter(prefix="/api/machines", tags=["machines"])

MachineId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class MachineView(_Out):
    """One machine. Of one that is lost or gone, the load is what it said last."""

    machine_id: str
    role: MachineRole
    state: MachineState
    labels: list[Label]
    version: str
    slots: int
    """How many tasks it may run at once; 0 for one that runs none."""
    held_back: str
    """Why it starts nothing though it has slots: its disk is nearly full. Empty: it does, or is not there."""
    load: MachineLoad
    tasks: TasksThere
    """Of all people, as the database has them."""
    started_at: datetime
    seen_at: datetime
    lease_until: datetime | None
    """Until when it has to be heard of again; null for one that works alone."""
    current: bool
    """Whether it is the one that answers."""

    @classmethod
    def of(cls, now: MachineNow, state: ApiState) -> "MachineView":
        held_back = now.machine.facts.held_back if now.machine.present else ""
        fields = dict(now.machine) | {"tasks": now.tasks, "held_back": held_back}
        if not state.machines.in_fleet:
            fields["lease_until"] = None
        return cls.model_validate({**fields, "current": now.machine.machine_id == state.settings.machine_id})


class MachineList(_Out):
    items: list[MachineView]
    in_fleet: bool
    """Whether others may join: they share a PostgreSQL."""


@router.get("")
async def list_machines(state: State, _: Caller) -> MachineList:
    """All that are there, and those that were a week ago or have tasks still. By name."""
    items = [MachineView.of(one, state) for one in await state.machines.all()]
    return MachineList(items=items, in_fleet=state.machines.in_fleet)


@router.get("/{machine_id}")
async def get_machine(machine_id: MachineId, state: State, _: Caller) -> MachineView:
    """One machine."""
    return MachineView.of(await state.machines.get(machine_id), state)


@router.post("/{machine_id}/drain")
async def drain_machine(machine_id: MachineId, state: State, _: Administrator) -> MachineView:
    """Let it take no more tasks; what it runs goes on. 409 for one that is lost, gone, or works alone."""
    return MachineView.of(await state.machines.drain(machine_id), state)


@router.post("/{machine_id}/resume")
async def resume_machine(machine_id: MachineId, state: State, _: Administrator) -> MachineView:
    """Let it take tasks again, within a third of its lease."""
    return MachineView.of(await state.machines.resume(machine_id), state)
