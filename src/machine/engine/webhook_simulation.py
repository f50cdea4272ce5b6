"""What a webhook would make of a payload. Starts nothing and stores nothing."""

from dataclasses import dataclass

from machine.domain.clock import Clock
from machine.domain.errors import Unavailable
from machine.domain.happening import Happening
from machine.domain.ids import new_id
from machine.domain.webhook import Webhook
from machine.engine.webhook_intake import WebhookIntake
from machine.engine.webhook_reading import understood, verdict_of
from machine.engine.webhook_secrets import with_secret
from machine.ports import Variables
from machine.webhooks.headers import Headers
from machine.webhooks.matching import Ignored, Matched, match
from machine.webhooks.provider import Answer, Provider
from machine.webhooks.providers import provider_of
from machine.webhooks.signatures import Verified


@dataclass(frozen=True)
class Simulation:
    """`signature_ok` None: it was not looked at. `found` None: the provider only asked for the address."""

    signature_ok: bool | None
    signature: str
    event: str
    happening: Happening | None
    hops: int
    found: Matched | Ignored | None


class WebhookSimulation:
    """Asks the same parts that deliveries go through."""

    def __init__(self, intake: WebhookIntake, variables: Variables, clock: Clock) -> None:
        self._variables = variables
        self._intake = intake
        self._now = clock

    async def of(self, webhook: Webhook, headers: Headers, body: bytes, *, was_signed: bool) -> Simulation:
        """`was_signed`: body and headers are as they were sent, so the signature can be checked. Raises Unreadable."""
        provider = provider_of(webhook)
        ok, told = None, "not checked: only what was sent, byte by byte, has a signature"
        if was_signed:
            ok, told = await self._signature(webhook, provider, headers, body)
        said = understood(provider, headers, body)
        if isinstance(said, Answer):
            return Simulation(ok, told, "handshake", None, 0, None)
        hops = await self._intake.hops(said.happening)
        found = match(webhook, provider, said.happening, said.payload, delivery_id=new_id("delivery"), hops=hops)
        return Simulation(ok, told, said.key.event, said.happening, hops, found)

    async def _signature(
        self, webhook: Webhook, provider: Provider, headers: Headers, body: bytes
    ) -> tuple[bool | None, str]:
        try:
            known = await with_secret(webhook, self._variables)
        except Unavailable:
            return None, f"not checked: the variable {webhook.secret_ref}, which holds the secret, cannot be read"
        verdict = verdict_of(known, provider, headers, body, self._now())
        return isinstance(verdict, Verified), verdict.how if isinstance(verdict, Verified) else verdict.reason
