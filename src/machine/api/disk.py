"""What takes the room on the disk. For administrators."""

from fastapi import APIRouter

from machine.api.deps import Caller, State
from machine.domain.disk import DiskReport
from machine.domain.errors import Forbidden

router = APIRouter(prefix="/api/disk", tags=["status"])


@router.get("")
async def get_disk(state: State, caller: Caller) -> DiskReport:
    """Bytes by part of the data folder (as old as five minutes), what is free, and what is kept for how long."""
    if not caller.is_administrator:
        raise Forbidden("Only administrators may look at the disk.", hint="Ask an administrator.")
    return await state.disk.report()
