"""What a process says that only runs tasks to whoever wants something of it."""

from fastapi import APIRouter

from machine.api.deps import State
from machine.domain.errors import NotFound

router = APIRouter(tags=["health"])


@router.api_route("/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
async def elsewhere(path: str, state: State) -> None:  # noqa: ARG001 - the path of whatever was asked for
    """Nothing is here but health and figures."""
    raise NotFound(
        f"{state.settings.machine_id} is a worker: it runs tasks, and answers /healthz, /readyz and /metrics.",
        hint="Ask a process whose role is `web` or `all` (MACHINE_URL says which, MACHINE_TOKEN is for it).",
    )
