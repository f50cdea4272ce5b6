"""Tools for webhooks: look, create, delete, and what came in."""

from collections.abc import Callable
from typing import Any, Final

from pydantic import Field

from machine.domain.agent import EntityName
from machine.domain.definitions import Definition
from machine.domain.profile import Profile
from machine.domain.webhook import Delivery, Webhook, WebhookForm
from machine.engine.tools.new_webhook import GUIDE, NewWebhook, with_secret
from machine.engine.tools.tool import Caller, Given, Nothing, Tool, always
from machine.engine.webhook_desk import WebhookDesk
from machine.engine.webhooks import Webhooks
from machine.registry.uploads import Draft
from machine.registry.webhook_files import webhook_files
from machine.webhooks.providers import setup_hints

_CREATE: Final = (
    "Create a webhook: an address to which another system sends events that start tasks. Live at once. Leave `secret` "
    "out: one is made, and the person reads it on the webhook's page; tell them that, and what to enter at the "
    "provider. For administrators. A person is asked first where it is unsigned, the secret is given, or a trigger "
    "wants more than usual. " + GUIDE
)

AddressOf = Callable[[str], str]
"""The public address of a webhook, by its name."""


class WebhookNamed(Given):
    name: EntityName


class WebhookSwitch(WebhookNamed):
    enabled: bool


class DeliveriesOf(Given):
    name: EntityName
    limit: int = Field(20, ge=1, le=50)
    cursor: str | None = Field(None, max_length=500)


def webhook_tools(desk: WebhookDesk, webhooks: Webhooks, address_of: AddressOf) -> tuple[Tool[Any], ...]:
    """The tools for webhooks."""
    return (*_looking(desk, webhooks, address_of), *_making(desk, address_of), *_ending(desk))


def _looking(desk: WebhookDesk, webhooks: Webhooks, address_of: AddressOf) -> tuple[Tool[Any], ...]:
    async def list_webhooks(_: Caller, __: Nothing) -> Any:
        items = [_shown(found, address_of) for found in webhooks.registry.all()]
        return {"items": items, "faults": [str(fault) for fault in desk.faults]}

    async def list_deliveries(caller: Caller, given: DeliveriesOf) -> Any:
        desk.check_may_change(caller.principal)
        page = await webhooks.deliveries.list(given.name, limit=given.limit, cursor=given.cursor)
        return {"items": [_delivery(one) for one in page.items], "next_cursor": page.next_cursor}

    return (
        Tool("list_webhooks", "List the webhooks: provider, address, triggers.", Nothing, list_webhooks),
        Tool(
            "list_deliveries",
            "What came in through a webhook, newest first, and what became of it. For administrators.",
            DeliveriesOf,
            list_deliveries,
            strangers=True,
        ),
    )


def _making(desk: WebhookDesk, address_of: AddressOf) -> tuple[Tool[Any], ...]:
    async def create_webhook(caller: Caller, given: NewWebhook) -> Any:
        form = with_secret(given)
        found = await desk.save(Draft(form.name, webhook_files(form)), caller.principal)
        setup = setup_hints(found.model, address_of(found.name))
        return {"created": _shown(found, address_of), "enter_at_the_provider": vars(setup), **_secret_of(given)}

    async def update_webhook(caller: Caller, given: NewWebhook) -> Any:
        desk.get(given.name)
        form = WebhookForm.model_validate(given.model_dump(exclude_unset=True))
        found = await desk.save(Draft(form.name, webhook_files(form)), caller.principal, replace_it=True)
        return {"updated": _shown(found, address_of)}

    return (
        Tool("create_webhook", _CREATE, NewWebhook, create_webhook, writes=True, asks=_is_delicate),
        Tool(
            "update_webhook",
            "Replace all fields of a webhook; one that gives no secret keeps its own. A person is asked first.",
            NewWebhook,
            update_webhook,
            writes=True,
            asks=always,
        ),
    )


def _ending(desk: WebhookDesk) -> tuple[Tool[Any], ...]:
    async def set_webhook_enabled(caller: Caller, given: WebhookSwitch) -> Any:
        await desk.switch(given.name, caller.principal, enabled=given.enabled)
        return {"name": given.name, "enabled": given.enabled}

    async def delete_webhook(caller: Caller, given: WebhookNamed) -> Any:
        await desk.delete(given.name, caller.principal)
        return {"deleted": given.name}

    return (
        Tool(
            "set_webhook_enabled",
            "Switch a webhook off or on. A person is asked first.",
            WebhookSwitch,
            set_webhook_enabled,
            writes=True,
            asks=always,
        ),
        Tool(
            "delete_webhook",
            "Delete a webhook: what is sent there is refused from then on. A person is asked first.",
            WebhookNamed,
            delete_webhook,
            writes=True,
            asks=always,
        ),
    )


def _secret_of(given: NewWebhook) -> dict[str, str]:
    """Secrets do not go through conversations: they are stored, and a model reads them."""
    if given.unsigned or given.secret is not None:
        return {}
    return {"about_the_secret": "One was made. An administrator gets a fresh one to copy on the page of the webhook."}


def _is_delicate(given: NewWebhook) -> bool:
    """Who knows the secret can start tasks: a person decides whether anybody may, or who that is, and how much those
    tasks may do."""
    wide = any(one.profile is Profile.TRUSTED or (one.checkout and one.checkout.credentials) for one in given.triggers)
    return given.unsigned or given.secret is not None or wide


def _shown(found: Definition[Webhook], address_of: AddressOf) -> dict[str, Any]:
    public = {name: value for name, value in found.model.public().items() if value not in (None, "", [])}
    triggers = [trigger.model_dump(mode="json", exclude_defaults=True) for trigger in found.model.triggers]
    return {**public, "triggers": triggers, "address": address_of(found.name), "warnings": found.warnings}


def _delivery(one: Delivery) -> dict[str, Any]:
    happening = one.happening
    about = {"title": happening.title[:200], "actor": happening.actor.login[:100]} if happening is not None else {}
    return {
        "delivery_id": one.delivery_id,
        "received_at": one.received_at,
        "event": one.event[:100],
        "outcome": one.outcome,
        "why": one.why[:500],
        "task_ids": one.task_ids,
        **about,
    }
