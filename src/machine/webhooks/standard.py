"""Standard Webhooks (standardwebhooks.com), as many services send them."""

from datetime import datetime
from typing import Any

from machine.domain.happening import Happening
from machine.domain.webhook import ProviderName
from machine.webhooks.headers import Headers
from machine.webhooks.payloads import identifier, look, text, web, word
from machine.webhooks.provider import BaseProvider, DeliveryKey, SetupHints, key_of
from machine.webhooks.signatures import Verdict, check_standard


class Standard(BaseProvider):
    """HMAC over `id.timestamp.body`; the event is the body's `type`."""

    name = ProviderName.STANDARD

    def verify(self, headers: Headers, raw_body: bytes, secret: str, now: datetime) -> Verdict:
        return check_standard(headers, raw_body, secret, now)

    def identify(self, headers: Headers, raw_body: bytes, payload: Any) -> DeliveryKey:
        return key_of(headers.get("webhook-id"), _event(payload), raw_body)

    def describe(self, headers: Headers, payload: Any) -> Happening:  # noqa: ARG002 - all is in the body
        data = look(payload, "data")
        return Happening(
            provider=self.name,
            event=_event(payload),
            title=word(data, "title") or word(data, "name"),
            text=text(data, "text") or text(data, "description") or text(data, "message"),
            url=web(data, "url"),
            number=word(data, "id"),
        )

    def setup_hints(self, url: str) -> SetupHints:
        return SetupHints(
            where="The page of your service where endpoints for webhooks are added",
            url=url,
            signing="Enter here the signing secret that the service shows (whsec_…)",
            events="Those of the triggers; an event is the field type of the body, such as invoice.paid",
        )


def _event(payload: Any) -> str:
    return identifier(payload, "type") or "unknown"
