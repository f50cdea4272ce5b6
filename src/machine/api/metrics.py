"""Figures for Prometheus. They tell of everybody's work, so they are for administrators' tokens."""

from fastapi import APIRouter
from starlette.responses import Response

from machine.api.deps import Caller, State
from machine.domain.errors import Forbidden

router = APIRouter(prefix="/metrics", tags=["status"])


@router.get("", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def get_metrics(state: State, caller: Caller) -> Response:
    """Prometheus' text format. A token with the scope `metrics` reaches this and nothing else."""
    if not caller.is_administrator:
        raise Forbidden("Only administrators' tokens may read the metrics.", hint="Ask an administrator for one.")
    return Response(await state.metrics.text(), media_type=state.metrics.content_type)
