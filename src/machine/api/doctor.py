"""What `machine doctor` says, for those who look after the machine from a browser."""

from dataclasses import asdict
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from machine.api.deps import Caller, State
from machine.domain.errors import Forbidden
from machine.domain.finding import Level

router = APIRouter(prefix="/api/health", tags=["status"])


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class FindingView(_Out):
    """One thing that was looked at; `hint` says how to mend it."""

    check: str
    level: Level
    text: str
    hint: str


class HealthView(_Out):
    ok: bool
    """Whether nothing is in the way of working; warnings are not."""
    at: datetime
    """When it was looked at: asked again within 10 s, the answer is the last one."""
    checks: list[FindingView]


@router.get("")
async def get_health(state: State, caller: Caller) -> HealthView:
    """Look at computer, data folder, Claude Code, database and login, as `machine doctor` does. For administrators."""
    if not caller.is_administrator:
        raise Forbidden("Only administrators may look at the computer's state.", hint="Ask an administrator.")
    report = await state.health.report()
    return HealthView(ok=report.ok, at=report.at, checks=[FindingView(**asdict(each)) for each in report.findings])
