"""From a task that has ended to the request that replies, by what its webhook says now."""

from dataclasses import dataclass

from pydantic import SecretStr

from machine.domain.errors import BadRequest, NotFound
from machine.domain.reply import Reply
from machine.domain.task import Task
from machine.domain.webhook import Webhook
from machine.engine.reply_text import without
from machine.ports import DeliveryStore, Variables
from machine.registry.webhook_registry import WebhookRegistry
from machine.webhooks.providers import provider_of
from machine.webhooks.replies import ReplyCall, ReplyTarget


@dataclass(frozen=True)
class Prepared:
    """A request that is ready. `secrets`: what may be in no text about it."""

    call: ReplyCall
    secrets: tuple[str, ...]


class ReplyCalls:
    """Puts together webhook, delivery and token."""

    def __init__(self, webhooks: WebhookRegistry, deliveries: DeliveryStore, variables: Variables) -> None:
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._variables = variables

    def place_of(self, reply: Reply) -> str:
        """What to be gentle with: one server has one place, however many webhooks reply there."""
        try:
            webhook = self._webhooks.get(reply.webhook).model
        except NotFound:
            return reply.webhook
        return webhook.base_url or webhook.provider.value

    async def prepared(self, reply: Reply, task: Task, text: str) -> Prepared:
        """The request that says `text`. Raises BadRequest with the reason why there can be none, StoreError."""
        webhook, token = await self._with_what(reply)
        try:
            delivery = await self._deliveries.get(reply.webhook, reply.delivery_id)
        except NotFound:
            raise BadRequest("The delivery that it answers is not kept any more.") from None
        if delivery.provider is not webhook.provider or delivery.happening is None:
            raise BadRequest(f"That delivery came from {delivery.provider}; the webhook is for {webhook.provider} now.")
        target = ReplyTarget(
            token=SecretStr(token),
            task_id=task.task_id,
            hops=int(task.source_metadata.get("hops", 0)),
            base_url=webhook.base_url,
            email=webhook.reply.email if webhook.reply else None,
        )
        secrets = (token, *([webhook.secret.get_secret_value()] if webhook.secret else []))
        call = provider_of(webhook).reply_call(delivery.happening, without(text, secrets), target)
        if call is None:
            raise BadRequest(f"There is nowhere to answer a {delivery.event} of {webhook.provider}.")
        return Prepared(call, secrets)

    async def _with_what(self, reply: Reply) -> tuple[Webhook, str]:
        """The webhook as it is now, and its token."""
        try:
            webhook = self._webhooks.get(reply.webhook).model
        except NotFound:
            raise BadRequest(f"There is no webhook {reply.webhook} any more.") from None
        if not webhook.enabled or webhook.reply is None:
            what = "is switched off" if not webhook.enabled else "has no settings for replies any more"
            raise BadRequest(f"The webhook {reply.webhook} {what}.")
        name = webhook.reply.token_ref
        token = (await self._variables.values_of([name])).get(name, "").strip()
        if not token:
            raise BadRequest(f"The variable {name}, which is to hold the token, is not there or is empty.")
        if not token.isascii() or not token.isprintable():
            raise BadRequest(f"The variable {name} holds characters that are in no token.")
        return webhook, token
