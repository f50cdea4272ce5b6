"""What work has cost."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from machine.api.deps import Seen, State
from machine.domain.costs import CostGroup, CostItem, Costs
from machine.engine.cost_report import MAX_DAYS, last_days, totals, zone_of

router = APIRouter(prefix="/api/costs", tags=["costs"])

Days = Annotated[int, Query(ge=1, le=MAX_DAYS, description="Today and the days before it.")]
Zone = Annotated[str, Query(pattern=r"^[A-Za-z0-9_+/-]{1,64}$", description="Whose days: an IANA name.")]


class CostReport(BaseModel):
    """Costs by their key, one item for each kind of dollars; a key with no tasks is left out."""

    model_config = ConfigDict(frozen=True)

    group_by: CostGroup
    days: int
    time_zone: str
    items: list[CostItem]
    totals: list[Costs]
    """For each kind of dollars: `billed` is money, `subscription` is no bill, `demo` is nobody's."""


@router.get("")
async def costs(
    state: State, seen: Seen, group_by: CostGroup = CostGroup.AGENT, days: Days = 30, time_zone: Zone = "UTC"
) -> CostReport:
    """What tasks cost that were made in these days: one's own, for an administrator everybody's."""
    zone = await asyncio.to_thread(zone_of, time_zone)
    items = await state.tasks.costs(group_by, last_days(days, zone, state.clock()), user_id=seen.owner)
    return CostReport(group_by=group_by, days=days, time_zone=time_zone, items=list(items), totals=list(totals(items)))
