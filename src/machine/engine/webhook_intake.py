"""The door for other systems: a delivery is checked, understood, and stored with the tasks that it starts."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ValidationError

from machine.domain.clock import Clock
from machine.domain.code import CodeSource
from machine.domain.errors import BadRequest, Conflict, Forbidden, NotFound
from machine.domain.happening import Happening
from machine.domain.ids import new_id
from machine.domain.profile import PROFILE, TABLE
from machine.domain.routing import MAX_LABELS
from machine.domain.task import TaskSource
from machine.domain.webhook import Delivery, DeliveryOutcome, Webhook
from machine.engine.heavy_work import HeavyWork
from machine.engine.new_tasks import NewTasks
from machine.engine.owners import Owners
from machine.engine.task_request import TaskRequest
from machine.engine.webhook_reading import Judged, Understood, judged, understood, verified
from machine.engine.webhook_secrets import with_secret
from machine.ports import DeliveryStore, Start, TaskStore, Terms, Variables
from machine.registry.webhook_registry import WebhookRegistry
from machine.webhooks.headers import Headers
from machine.webhooks.matching import Ignored, Match, Matched
from machine.webhooks.provider import Answer, DeliveryKey, Provider
from machine.webhooks.providers import provider_of
from machine.webhooks.replies import mark_in, task_in

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Received:
    """A delivery that is stored. `answer` is what its provider wants to read, where it prescribes that."""

    delivery: Delivery
    answer: Answer | None


class WebhookIntake:
    """Takes deliveries in. What it has answered is stored, and the same delivery again starts nothing.

    It goes on while the machine shuts down: what is stored is run at the next start, what is refused may never be sent
    again.
    """

    def __init__(
        self,
        *,
        webhooks: WebhookRegistry,
        deliveries: DeliveryStore,
        tasks: TaskStore,
        new_tasks: NewTasks,
        variables: Variables,
        owners: Owners,
        stored: Callable[[], None],
        replaced: Callable[[Sequence[str]], None],
        clock: Clock,
    ) -> None:
        """`stored` is called when there is work, `replaced`
        with the tasks that newer ones take the place of."""
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._tasks = tasks
        self._new_tasks = new_tasks
        self._variables = variables
        self._owners = owners
        self._stored = stored
        self._replaced = replaced
        self._now = clock
        self._heavy = HeavyWork()

    async def receive(self, name: str, headers: Headers, body: bytes) -> Received | Answer:
        """Take a delivery in; an Answer alone is a handshake, of which nothing is stored.

        Raises NotFound, BadSignature, Unreadable, Unavailable, StoreError.
        """
        webhook = self._webhooks.live(name)
        provider = provider_of(webhook)
        known = await with_secret(webhook, self._variables)
        said = await self._heavy.on(body, partial(verified, known, provider, headers, body, self._now()))
        if isinstance(said, Answer):
            return said
        delivery = await self._take(webhook, provider, said, headers, body)
        return Received(delivery, provider.acknowledge(delivery.happening or said.happening, _sentence(delivery)))

    async def replay(self, name: str, delivery_id: str) -> Delivery:
        """Do with a stored delivery what the webhook, as it is now, makes of it. Raises NotFound, Conflict."""
        webhook = self._webhooks.live(name)
        provider = provider_of(webhook)
        old = await self._deliveries.get(name, delivery_id)
        if old.provider is not webhook.provider:
            raise Conflict(f"That delivery came from {old.provider}; the webhook is for {webhook.provider} now.")
        headers = headers_of(old.headers)
        said = await self._heavy.on(old.body, partial(understood, provider, headers, old.body))
        if isinstance(said, Answer):
            raise BadRequest("That delivery only asked whether the address is right.")
        key = DeliveryKey(f"replay-{new_id('delivery')}", said.key.event)
        again = Understood(said.payload, key, said.happening)
        return await self._take(webhook, provider, again, headers, old.body)

    async def _take(
        self, webhook: Webhook, provider: Provider, said: Understood, headers: Headers, body: bytes
    ) -> Delivery:
        delivery_id = new_id("delivery")
        hops = await self.hops(said.happening)
        judging = partial(judged, webhook, provider, said, body, delivery_id=delivery_id, hops=hops)
        result = await self._heavy.on(body, judging)
        metadata = {"webhook": webhook.name, "delivery_id": delivery_id, "hops": hops}
        starts, why = await self._starts(webhook, said.happening, result.found, metadata)
        delivery = self._delivery(webhook, said, result, headers, delivery_id, why)
        owner = await self._owners.id_of(webhook.user_id)
        accepted = await self._deliveries.accept(delivery, starts, user_id=owner)
        if accepted.is_new:
            _log.info("delivery %s of %s: %s", delivery_id, webhook.name, _sentence(accepted.delivery))
            self._replaced(accepted.replaced)
            self._stored()
        return accepted.delivery

    def _delivery(
        self,
        webhook: Webhook,
        said: Understood,
        result: Judged,
        headers: Headers,
        delivery_id: str,
        why: str,
    ) -> Delivery:
        """As it was received: which tasks it starts is settled when it is stored."""
        return Delivery(
            delivery_id=delivery_id,
            webhook=webhook.name,
            provider=webhook.provider,
            provider_delivery_id=said.key.id,
            event=said.key.event,
            received_at=self._now(),
            headers=headers.redacted(),
            body=result.body,
            outcome=DeliveryOutcome.IGNORED,
            why=why,
            happening=said.happening,
        )

    async def _starts(
        self,
        webhook: Webhook,
        happening: Happening,
        found: Matched | Ignored,
        metadata: dict[str, Any],
    ) -> tuple[list[Start], str]:
        """The tasks that are wanted, and why there are none or fewer."""
        if isinstance(found, Ignored):
            _tell_faults(webhook, found)
            return [], found.why
        _tell_faults(webhook, found)
        try:
            principal = await self._owners.acting(webhook.user_id, f"webhook {webhook.name}")
        except Forbidden as error:
            _log.warning("webhook %s: %s %s", webhook.name, error.message, error.hint)
            return [], error.message
        about = {
            **metadata,
            "provider": webhook.provider.value,
            "event": happening.full_event,
            "labels": [label[:200] for label in happening.labels[:MAX_LABELS]],
            "url": happening.url,
        }
        starts: list[Start] = []
        faults = []
        for one in found.matches:
            try:
                task = self._new_tasks.from_request(_request(one, about, happening), principal)
            except (NotFound, BadRequest) as error:  # a fault of the definition: the sender can do nothing about it
                _log.warning("trigger %d of webhook %s starts nothing: %s", one.index + 1, webhook.name, error.message)
                faults.append(error.message)
                continue
            terms = _terms(webhook, one)
            starts.append(Start(task=task, first_input=self._new_tasks.first_input(task), terms=terms))
        return starts, " ".join(faults)

    async def hops(self, happening: Happening) -> int:
        """How many causes that this machine made led to an event, by the marks that its tasks leave; 0 for none."""
        mark = mark_in(happening.text)
        found = [mark.hops] if mark else []
        for task_id in {mark.task_id if mark else None, task_in(happening.ref)} - {None}:
            try:
                task = await self._tasks.get(str(task_id))
            except NotFound:
                continue
            found.append(int(task.source_metadata.get("hops", 0)) + 1)
        return max(found, default=0)


def headers_of(stored: dict[str, str]) -> Headers:
    """Headers as they came, from what is kept of them."""
    return Headers(
        (name.encode("utf-8", "replace"), value.encode("utf-8", "replace")) for name, value in stored.items()
    )


def _request(one: Match, about: dict[str, Any], happening: Happening) -> TaskRequest:
    return TaskRequest(
        message=one.prompt,
        agent=one.trigger.agent,
        named_by=f"trigger {one.index + 1} of the webhook",
        title=one.title[:200] or None,
        code=_code(one, happening),
        source=TaskSource.WEBHOOK,
        concurrency_key=one.concurrency_key,
        source_metadata={
            **about,
            "trigger": one.index,
            "trigger_name": one.trigger.name_at(one.index),
            PROFILE: one.profile.value,
            **({"reply": True} if one.trigger.reply else {}),
        },
    )


def _terms(webhook: Webhook, one: Match) -> Terms:
    return Terms(
        webhook=webhook.name,
        trigger=one.trigger.name_at(one.index),
        when_busy=one.trigger.when_busy,
        rate_per_minute=one.trigger.rate_per_minute,
    )


def _code(one: Match, happening: Happening) -> CodeSource | None:
    """The code that a trigger names, out of the payload: checked like what anybody asks for. Raises BadRequest."""
    asked, checkout = one.checkout, one.trigger.checkout
    if asked is None or checkout is None:
        return None
    try:
        return CodeSource(
            repository=asked.repository,
            ref=asked.ref or None,
            base=happening.base_ref or None,
            credentials=checkout.credentials if TABLE[one.profile].credentials else None,
        )
    except ValidationError as error:
        fields = "; ".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors(include_input=False))
        raise BadRequest(f"The code to check out cannot be used: {fields}.") from None


def _tell_faults(webhook: Webhook, found: Matched | Ignored) -> None:
    for trace in found.traces:
        if trace.is_fault:
            _log.warning("trigger %d of webhook %s: %s", trace.index + 1, webhook.name, trace.why)


def _sentence(delivery: Delivery) -> str:
    """What became of it, for people; the same whenever it is asked."""
    if delivery.task_ids:
        return f"Started {', '.join(delivery.task_ids)}."
    return delivery.why or "Nothing is to be done."
