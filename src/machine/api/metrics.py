"""Figures for Prometheus. They tell of everybody's work, so they are for administrators' tokens."""

from fastapi import APIRouter
from starlette.responses import Response

from machine.api.deps import Caller, State
from machine.domain.errors import Forbidden
from machine.domain.principal import Role

router = APIRouter(prefix="/metrics", tags=["status"])


@router.get("", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def get_metrics(state: State, caller: Caller) -> Response:
    """Prometheus' text format. A token with the scope `metrics` reaches this and nothing else."""
    if caller.user.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only administrators' tokens may read the metrics.", hint="Ask an administrator for one.")
    return Response(await state.metrics.text(), media_type=state.metrics.content_type)
