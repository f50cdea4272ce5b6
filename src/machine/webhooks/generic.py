"""Any sender that signs with an HMAC; how, the webhook's `scheme` says."""

import base64
from datetime import datetime
from typing import Any

from machine.domain.happening import Actor, Happening
from machine.domain.webhook import GenericScheme, ProviderName
from machine.domain.webhook_conditions import ConditionFault
from machine.webhooks.headers import Headers
from machine.webhooks.payloads import FORM, JSON, identifier, text, web, word
from machine.webhooks.provider import BaseProvider, DeliveryKey, SetupHints, key_of
from machine.webhooks.signatures import Verdict, check_age, check_value, digest, key_bytes


class Generic(BaseProvider):
    """Headers, algorithm and paths into the body as configured."""

    name = ProviderName.GENERIC
    media_types = (JSON, FORM)

    def __init__(self, scheme: GenericScheme) -> None:
        self._scheme = scheme

    def verify(self, headers: Headers, raw_body: bytes, secret: str, now: datetime) -> Verdict:
        scheme, signed = self._scheme, raw_body
        if scheme.timestamp_header is not None:
            moment = headers.get(scheme.timestamp_header)
            if refused := check_age(moment, now, scheme.window_seconds, scheme.timestamp_header):
                return refused
            signed = moment.encode() + b"." + raw_body
        made = digest(key_bytes(secret), signed, scheme.algorithm)
        expected = made.hex().encode() if scheme.encoding == "hex" else base64.b64encode(made)
        how = f"HMAC-{scheme.algorithm.upper()} in {scheme.signature_header}"
        return check_value(headers, scheme.signature_header, scheme.prefix.lstrip().encode() + expected, how)

    def identify(self, headers: Headers, raw_body: bytes, payload: Any) -> DeliveryKey:
        given = headers.get(self._scheme.id_header) if self._scheme.id_header else word(self._find("id", payload))
        return key_of(given, self._event(headers, payload), raw_body)

    def describe(self, headers: Headers, payload: Any) -> Happening:
        return Happening(
            provider=self.name,
            event=self._event(headers, payload),
            title=word(self._find("title", payload)),
            text=text(self._find("text", payload)),
            url=web(self._find("url", payload)),
            actor=Actor(id=word(self._find("actor", payload))),
        )

    def setup_hints(self, url: str) -> SetupHints:
        scheme = self._scheme
        signed = f"`{scheme.timestamp_header}.body`" if scheme.timestamp_header else "the body as it is sent"
        return SetupHints(
            where="The system that sends",
            url=url,
            signing=(
                f"Send in {scheme.signature_header}: {scheme.prefix or 'nothing'} and then the HMAC-"
                f"{scheme.algorithm.upper()} of {signed} with the secret, in {scheme.encoding}"
            ),
            events=f"The event is in the header {scheme.event_header}"
            if scheme.event_header
            else f"In the body: {scheme.event_path}",
            notes=(
                "Two deliveries with equal bodies count as one, unless id_header or id_path says where their id is.",
            ),
        )

    def _event(self, headers: Headers, payload: Any) -> str:
        by_header = identifier(headers.get(self._scheme.event_header)) if self._scheme.event_header else ""
        return by_header or identifier(self._find("event", payload)) or "unknown"

    def _find(self, name: str, payload: Any) -> Any:
        path = self._scheme.paths.get(name)
        try:
            return None if path is None else path.value(payload)
        except ConditionFault:
            return None  # this payload has no such place
