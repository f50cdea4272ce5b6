"""The machine, at a glance."""

from fastapi import APIRouter

from machine.api.deps import Caller, Seen, State
from machine.api.schemas import Me, StatusView
from machine.domain.machine import MachineRole

router = APIRouter(prefix="/api/status", tags=["status"])


@router.get("")
async def get_status(state: State, caller: Caller, seen: Seen) -> StatusView:
    """What it does, whether Claude Code can work, and who asks."""
    oldest, newest = await state.tasks.feed_range()
    return StatusView(
        machine_id=state.settings.machine_id,
        role=MachineRole(state.settings.role),
        in_fleet=state.machines.in_fleet,
        version=state.version,
        demo=state.settings.demo,
        machine=await state.manager.status(),
        auth=state.login.state,
        sandbox=state.sandbox,
        warnings=list(await state.warnings.all()) if caller.is_administrator else [],
        me=Me.of(caller),
        default_agent=state.settings.default_agent,
        budgets=list(await state.day_budgets.notices(seen.owner)),
        feed_seq=newest,
        feed_oldest=oldest,
    )
