"""Webhooks: which there are, making and deleting them, trying them out, and what came in."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from machine.api.definition_routes import Administrator, Kind, Name, add_routes, refusals
from machine.api.deps import Caller, Cursor, Id, Limit, State
from machine.api.errors import problem
from machine.api.owners import NewOwner, problems_of
from machine.api.state import ApiState
from machine.api.webhook_door import taken
from machine.api.webhook_schemas import (
    DeliveryList,
    DeliveryView,
    FreshSecret,
    OldSecret,
    Resumed,
    SimulatedDelivery,
    SimulationView,
    WebhookDetail,
    WebhookList,
    WebhookPreview,
    WebhookView,
    listens_to,
)
from machine.domain.definitions import Definition
from machine.domain.principal import Principal
from machine.domain.triggering import TriggerState
from machine.domain.webhook import Webhook, WebhookForm
from machine.engine.definition_desk import Seen
from machine.webhooks.headers import Headers
from machine.webhooks.payloads import JSON, Unreadable
from machine.webhooks.providers import setup_hints

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"])
of_all = APIRouter(prefix="/api/deliveries", tags=["webhooks"])


def _url(state: ApiState, request: Request, name: str) -> str:
    root = state.settings.public_url or str(request.base_url)
    return f"{root.rstrip('/')}/webhooks/{name}"


async def _fields(
    state: ApiState, request: Request, found: Definition[Webhook], paused: Iterable[TriggerState], problem: str
) -> dict[str, Any]:
    trouble = await state.webhooks.replies.trouble(found.name) if found.model.reply else None
    enabled = state.webhooks.registry.is_enabled(found.model)
    url = _url(state, request, found.name)
    return WebhookView.fields(found, url, enabled=enabled, paused=paused, trouble=trouble, problem=problem)


async def _detail(request: Request, state: ApiState, name: str, caller: Principal) -> WebhookDetail:
    standing = await state.creator.webhooks.standing(name)
    found = replace(standing.definition, warnings=standing.preview.warnings)
    problem = (await problems_of(state, caller, [found.model.user_id])).get(found.model.user_id, "")
    fields = await _fields(state, request, found, await state.webhooks.deliveries.paused(name), problem)
    return WebhookDetail(
        **fields,
        setup=setup_hints(found.model, fields["url"]),
        listens_to=listens_to(found.model),
        content_hash=found.content_hash,
        faults=list(standing.faults),
        revertible=standing.revertible,
    )


def _preview(request: Request, state: ApiState, seen: Seen[Webhook]) -> WebhookPreview:
    webhook = seen.definition.model
    url = _url(state, request, webhook.name)
    return WebhookPreview(
        **dict(seen.preview),
        url=url,
        setup=setup_hints(webhook, url),
        listens_to=listens_to(webhook),
        triggers=list(webhook.triggers),
    )


@router.get("")
async def list_webhooks(state: State, request: Request, caller: Caller) -> WebhookList:
    """All webhooks, by name, and what is wrong with their files."""
    registry = state.webhooks.registry
    paused = await state.webhooks.deliveries.paused()
    found = registry.all()
    wrong = await problems_of(state, caller, [one.model.user_id for one in found])
    of = wrong.get
    items = [WebhookView(**await _fields(state, request, one, paused, of(one.model.user_id, ""))) for one in found]
    return WebhookList(items=items, faults=list(state.creator.webhooks.faults))


add_routes(
    router,
    Kind(
        form=WebhookForm,
        detail=WebhookDetail,
        preview=WebhookPreview,
        desk_of=lambda state: state.creator.webhooks,
        draft_of=lambda state, form: state.creator.webhook_draft(form),
        detail_of=_detail,
        preview_of=_preview,
        export_type="application/yaml",
        export_ending="yaml",
    ),
)


@router.post("/{name}/secret")
async def new_secret(name: Name, state: State, by: Administrator, keep: OldSecret | None = None) -> FreshSecret:
    """Give a webhook a fresh secret, shown this once; the old one is accepted until `old_secret_until`."""
    with refusals():
        until = keep.old_secret_until if keep else None
        return FreshSecret(secret=await state.creator.webhooks.fresh_secret(name, by, until))


@router.post("/{name}/owner")
async def give_webhook(
    name: Name, request: Request, state: State, by: Administrator, to: NewOwner | None = None
) -> WebhookDetail:
    """Make it somebody else's; without `user`, yours. What it starts from now on are their tasks."""
    user_id = await state.owners.new_owner(to.user if to else None, by)
    with refusals():
        await state.creator.webhooks.give(name, user_id, by)
    return await _detail(request, state, name, by)


@router.post("/{name}/resume")
async def resume(name: Name, state: State, _: Administrator) -> Resumed:
    """Let triggers that failed too often in a row start tasks again. What came in meanwhile can be replayed."""
    state.webhooks.registry.get(name)
    return Resumed(resumed=await state.webhooks.deliveries.resume(name))


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


@of_all.get("")
async def list_all_deliveries(state: State, _: Administrator, limit: Limit = 50, cursor: Cursor = None) -> DeliveryList:
    """What came in through any webhook, newest first. `next_cursor` is null on the last page."""
    page = await state.webhooks.deliveries.list(None, limit=limit, cursor=cursor)
    return DeliveryList(items=[DeliveryView.of(one) for one in page.items], next_cursor=page.next_cursor)


@router.post("/{name}/deliveries/{delivery_id}/replay", response_class=Response, status_code=202)
async def replay(name: Name, delivery_id: Id, state: State, _: Administrator) -> Response:
    """Take a stored delivery in once more, as a new one, by what the webhook says now."""
    try:
        return taken(await state.webhooks.intake.replay(name, delivery_id))
    except Unreadable as error:
        return problem(error.status, str(error))
