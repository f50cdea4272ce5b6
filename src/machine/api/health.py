"""For supervisors and load balancers. Public, and says nothing that is not."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from machine.api.deps import State
from machine.api.schemas import Health

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz(state: State) -> Health:
    """The process answers."""
    return Health(status="ok", version=state.version, machine_id=state.settings.machine_id)


@router.get("/readyz", response_model=Health)
async def readyz(state: State) -> Response:
    """503 while the machine drains and takes no new tasks."""
    draining = state.manager.draining
    health = Health(
        status="draining" if draining else "ok", version=state.version, machine_id=state.settings.machine_id
    )
    return JSONResponse(health.model_dump(), status_code=503 if draining else 200)
