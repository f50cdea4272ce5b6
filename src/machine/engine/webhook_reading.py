"""A delivery from its bytes to what it says. No store and no waiting: large bodies go through here in a thread."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from machine.domain.errors import BadSignature
from machine.domain.happening import Happening
from machine.domain.webhook import Webhook
from machine.webhooks.headers import Headers
from machine.webhooks.matching import Ignored, Matched, match
from machine.webhooks.provider import Answer, DeliveryKey, Provider
from machine.webhooks.providers import check
from machine.webhooks.signatures import Refused, Verdict, Verified


@dataclass(frozen=True)
class Understood:
    """What a delivery is known by, and what it says."""

    payload: Any
    key: DeliveryKey
    happening: Happening


@dataclass(frozen=True)
class Judged:
    """What becomes of it, and its body for the store."""

    found: Matched | Ignored
    body: bytes


def verdict_of(webhook: Webhook, provider: Provider, headers: Headers, body: bytes, now: datetime) -> Verdict:
    """Whether a delivery comes from who knows the webhook's secret."""
    verdict = check(webhook, provider, headers, body, _text(webhook.secret), now)
    old = webhook.previous
    if isinstance(verdict, Refused) and old is not None and now < old.until:
        by_old = check(webhook, provider, headers, body, _text(old.secret), now)
        return by_old if isinstance(by_old, Verified) else verdict
    return verdict


def _text(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def verified(webhook: Webhook, provider: Provider, headers: Headers, body: bytes, now: datetime) -> Understood | Answer:
    """Check, then read. Raises BadSignature, Unreadable."""
    verdict = verdict_of(webhook, provider, headers, body, now)
    if isinstance(verdict, Refused):
        raise BadSignature(
            f"The delivery was refused: {verdict.reason}.", hint="Enter the same secret at the sender and here."
        )
    return understood(provider, headers, body)


def understood(provider: Provider, headers: Headers, body: bytes) -> Understood | Answer:
    """What it says; an Answer where the provider only asks whether this is the right address. Raises Unreadable."""
    payload = provider.read(headers, body)
    if (answer := provider.handshake(headers, payload)) is not None:
        return answer
    return Understood(payload, provider.identify(headers, body, payload), provider.describe(headers, payload))


def judged(
    webhook: Webhook, provider: Provider, said: Understood, body: bytes, *, delivery_id: str, hops: int
) -> Judged:
    """Which triggers match."""
    found = match(webhook, provider, said.happening, said.payload, delivery_id=delivery_id, hops=hops)
    return Judged(found, provider.redact(body, said.payload))
