"""`POST /webhooks/{name}`: where other systems send to. No login: the signature is the proof."""

import json
import math
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final, cast

from fastapi import APIRouter, Path, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from machine.api.asgi import address
from machine.api.deps import State
from machine.api.errors import problem, problem_of
from machine.api.state import ApiState
from machine.domain.agent import NAME_PATTERN
from machine.domain.errors import BadSignature
from machine.domain.webhook import Delivery
from machine.webhooks.headers import Headers
from machine.webhooks.payloads import Unreadable
from machine.webhooks.provider import Answer


class _Direct(APIRoute):
    """A route that FastAPI describes and does not solve: that was a fifth of what a delivery cost."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        async def handle(request: Request) -> Response:
            return cast(Response, await self.endpoint(request.path_params["name"], request, request.app.state.api))

        return handle


router = APIRouter(tags=["webhooks"], route_class=_Direct)

DELIVERY_HEADER: Final = "x-delivery-id"
_BODY: Final = {
    "content": {
        "application/json": {"schema": {}},
        "application/x-www-form-urlencoded": {"schema": {"type": "object"}},
    }
}
"""Whatever a provider sends; some send nothing at all."""


@router.post(
    "/webhooks/{name}",
    response_class=Response,
    status_code=202,
    openapi_extra={"requestBody": _BODY},
)
async def receive(name: Annotated[str, Path(pattern=NAME_PATTERN)], request: Request, state: State) -> Response:
    """Take a delivery in. It is stored, with the tasks that it starts, when this answers."""
    body = await request.body()
    try:
        received = await state.webhooks.intake.receive(name, Headers(request.scope["headers"]), body)
    except Unreadable as error:
        return problem(error.status, str(error))
    except BadSignature as error:
        return _refused(error, state, address(request.scope))
    if isinstance(received, Answer):
        return _exactly(received)
    delivery = received.delivery
    if received.answer is not None:
        return _exactly(received.answer, delivery.delivery_id)
    return taken(delivery)


def _refused(error: BadSignature, state: ApiState, sender: str) -> Response:
    """Counted per address: one that fails again and again is told to wait, whatever it says of itself."""
    wait = state.failed_signatures.must_wait(sender, "")
    if not wait:
        state.failed_signatures.failed(sender)
        return problem_of(error)
    seconds = math.ceil(wait)
    detail = "Too many deliveries with a wrong signature came from your address."
    hint = f"Enter the same secret at the sender and here, and wait {seconds} s."
    return problem(429, detail, hint=hint, headers={"retry-after": str(seconds)})


def taken(delivery: Delivery) -> Response:
    """202 with the tasks that were started, 200 with the reason why there are none."""
    what = {"task_ids": list(delivery.task_ids)} if delivery.task_ids else {"ignored": delivery.why}
    return Response(
        json.dumps({"delivery_id": delivery.delivery_id, **what}),
        status_code=202 if delivery.task_ids else 200,
        media_type="application/json",
        headers={DELIVERY_HEADER: delivery.delivery_id},
    )


def _exactly(answer: Answer, delivery_id: str | None = None) -> Response:
    headers = {"content-type": answer.media_type}
    if delivery_id is not None:
        headers[DELIVERY_HEADER] = delivery_id
    return Response(answer.body, status_code=answer.status, headers=headers)
