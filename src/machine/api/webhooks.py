"""Webhooks: which there are, making and deleting them, trying them out, and what came in."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import Response

from machine.api.definition_routes import Name, refusals
from machine.api.deps import Caller, Cursor, Id, Limit, State
from machine.api.errors import problem
from machine.api.state import ApiState
from machine.api.webhook_door import taken
from machine.api.webhook_schemas import (
    DeliveryList,
    DeliveryView,
    SimulatedDelivery,
    SimulationView,
    WebhookDetail,
    WebhookList,
    WebhookView,
)
from machine.domain.definitions import Definition
from machine.domain.principal import Principal
from machine.domain.webhook import Webhook
from machine.engine.webhook_desk import check_administrator
from machine.webhooks.headers import Headers
from machine.webhooks.payloads import JSON, Unreadable
from machine.webhooks.providers import setup_hints

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"])


def _administrator(caller: Caller) -> Principal:
    check_administrator(caller)
    return caller


Administrator = Annotated[Principal, Depends(_administrator)]


def _url(state: ApiState, request: Request, name: str) -> str:
    root = state.settings.public_url or str(request.base_url)
    return f"{root.rstrip('/')}/webhooks/{name}"


async def _fields(state: ApiState, request: Request, found: Definition[Webhook]) -> dict[str, Any]:
    trouble = await state.webhooks.replies.trouble(found.name) if found.model.reply else None
    return WebhookView.fields(found, _url(state, request, found.name), trouble)


async def _detail(state: ApiState, request: Request, found: Definition[Webhook]) -> WebhookDetail:
    fields = await _fields(state, request, found)
    return WebhookDetail(**fields, setup=setup_hints(found.model, fields["url"]))


@router.get("")
async def list_webhooks(state: State, request: Request, _: Caller) -> WebhookList:
    """All webhooks, by name, and what is wrong with their files."""
    items = [WebhookView(**await _fields(state, request, one)) for one in state.webhooks.registry.all()]
    return WebhookList(items=items, faults=list(state.webhooks.desk.faults))


@router.post("", status_code=201)
async def create_webhook(webhook: Webhook, state: State, request: Request, by: Administrator) -> WebhookDetail:
    """A new webhook, live at once; its tasks are those of who made it. 409 when the name is taken."""
    if "user_id" in webhook.model_fields_set:
        raise RequestValidationError([{"loc": ("body", "user_id"), "msg": "it is yours; leave this out"}])
    with refusals():
        return await _detail(state, request, await state.webhooks.desk.create(webhook, by))


@router.get("/{name}")
async def get_webhook(name: Name, state: State, request: Request, _: Caller) -> WebhookDetail:
    """One webhook, and what to enter at its provider."""
    return await _detail(state, request, state.webhooks.registry.get(name))


@router.delete("/{name}", status_code=204)
async def delete_webhook(name: Name, state: State, by: Administrator) -> Response:
    """Delete it: what is sent there from now on is answered with 404."""
    await state.webhooks.desk.delete(name, by)
    return Response(status_code=204)


@router.post("/{name}/simulate", response_model=SimulationView)
async def simulate(name: Name, given: SimulatedDelivery, state: State, _: Administrator) -> SimulationView | Response:
    """What the webhook would make of a payload. Starts nothing."""
    webhook = state.webhooks.registry.get(name).model
    body = json.dumps(given.payload).encode() if given.raw is None else given.raw.encode("utf-8", "replace")
    sent = {"content-type": JSON, **{name.lower(): value for name, value in given.headers.items()}}
    headers = Headers((key.encode("utf-8", "replace"), value.encode("utf-8", "replace")) for key, value in sent.items())
    try:
        return SimulationView.of(
            await state.webhooks.simulation.of(webhook, headers, body, was_signed=given.raw is not None)
        )
    except Unreadable as error:
        return problem(error.status, str(error))


@router.get("/{name}/deliveries")
async def list_deliveries(
    name: Name, state: State, _: Administrator, limit: Limit = 50, cursor: Cursor = None
) -> DeliveryList:
    """What came in, newest first, also of a webhook that is deleted. `next_cursor` is null on the last page."""
    page = await state.webhooks.deliveries.list(name, limit=limit, cursor=cursor)
    return DeliveryList(items=[DeliveryView.of(one) for one in page.items], next_cursor=page.next_cursor)


@router.post("/{name}/deliveries/{delivery_id}/replay", response_class=Response, status_code=202)
async def replay(name: Name, delivery_id: Id, state: State, _: Administrator) -> Response:
    """Take a stored delivery in once more, as a new one, by what the webhook says now."""
    try:
        return taken(await state.webhooks.intake.replay(name, delivery_id))
    except Unreadable as error:
        return problem(error.status, str(error))
