"""What a provider's file must have, and what most of them have in common."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final, Protocol

from machine.domain.happening import Happening
from machine.domain.webhook import ProviderName, Webhook
from machine.webhooks.headers import Headers
from machine.webhooks.payloads import FORM, JSON, parse_form, parse_json, require_media_type
from machine.webhooks.replies import ReplyCall, ReplyTarget, mark_in
from machine.webhooks.signatures import Verdict

_ID: Final = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True)
class DeliveryKey:
    """By what a delivery is known: `id` is unique within its webhook and the same when the provider sends it again."""

    id: str
    event: str


@dataclass(frozen=True)
class Answer:
    """Exactly what the provider wants to read."""

    status: int
    body: bytes
    media_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class SetupHints:
    """What to enter at the provider, for people."""

    where: str
    url: str
    signing: str
    events: str
    content_type: str = "application/json"
    notes: tuple[str, ...] = field(default=())


class Provider(Protocol):
    """One system that sends webhooks. Nothing here raises for anything that the outside can send, but `read`."""

    name: ClassVar[ProviderName]

    def verify(self, headers: Headers, raw_body: bytes, secret: str, now: datetime) -> Verdict:
        """Whether it comes from who knows `secret`, and now. To be asked before anything is parsed."""
        ...

    def read(self, headers: Headers, raw_body: bytes) -> Any:
        """The payload as plain data. Raises Unreadable (415, 422)."""
        ...

    def handshake(self, headers: Headers, payload: Any) -> Answer | None:
        """The answer to a provider that only asks whether this is the right address; None for everything else."""
        ...

    def identify(self, headers: Headers, raw_body: bytes, payload: Any) -> DeliveryKey:
        """By what the delivery is known; never a constant."""
        ...

    def describe(self, headers: Headers, payload: Any) -> Happening:
        """What happened, whatever is missing."""
        ...

    def is_own_or_bot(self, happening: Happening, webhook: Webhook) -> str | None:
        """Why the event is to be ignored because of who caused it; None when it counts."""
        ...

    def acknowledge(self, happening: Happening, said: str) -> Answer | None:
        """The answer where the provider prescribes one; `said` is one sentence for its user. None: the usual answer."""
        ...

    def reply_call(self, happening: Happening, text: str, target: ReplyTarget) -> ReplyCall | None:
        """The request that answers where the event came from; None when there is nowhere to answer."""
        ...

    def redact(self, raw_body: bytes, payload: Any) -> bytes:
        """The body for the store, without what is secret in it."""
        ...

    def setup_hints(self, url: str) -> SetupHints:
        """What to enter at the provider."""
        ...


class BaseProvider:
    """What holds for most: JSON bodies, no handshake, the usual answer, no reply."""

    name: ClassVar[ProviderName]
    media_types: ClassVar[tuple[str, ...]] = (JSON,)

    def read(self, headers: Headers, raw_body: bytes) -> Any:
        require_media_type(headers, self.media_types, raw_body)
        if headers.get("content-type").lower().startswith(FORM):
            return parse_form(raw_body)
        return parse_json(raw_body) if raw_body.strip() else {}

    def handshake(self, headers: Headers, payload: Any) -> Answer | None:  # noqa: ARG002 - the Protocol's signature
        return None

    def acknowledge(self, happening: Happening, said: str) -> Answer | None:  # noqa: ARG002 - the Protocol's signature
        return None

    def reply_call(self, happening: Happening, text: str, target: ReplyTarget) -> ReplyCall | None:  # noqa: ARG002 - the Protocol's signature
        return None

    def redact(self, raw_body: bytes, payload: Any) -> bytes:  # noqa: ARG002 - the Protocol's signature
        return raw_body

    def is_own_or_bot(self, happening: Happening, webhook: Webhook) -> str | None:
        actor = happening.actor
        ours = {name.lower() for name in (*webhook.own_ids, *happening.own_ids)}
        if {actor.id.lower(), actor.login.lower()} & (ours - {""}):
            return "This machine caused it itself."
        # In comments only: a mark in the text of a merge request must not keep it from being looked at.
        if happening.kind == "comment" and mark_in(happening.text):
            return "It is a reply of this machine."
        if happening.is_system:
            return "The provider itself wrote it."
        if actor.is_bot and not (actor.id and actor.id in webhook.allowed_bots):
            return f"A bot caused it ({actor.login or actor.name or actor.id}); allowed_bots can list its id."
        return None


def key_of(given: str, event: str, raw_body: bytes) -> DeliveryKey:
    """The provider's id where it sent a usable one, else a digest of event and body; for nothing at all a new one."""
    if _ID.fullmatch(given):
        return DeliveryKey(given, event)
    if given:
        return DeliveryKey("id-" + hashlib.sha256(given.encode("utf-8", "replace")).hexdigest(), event)
    if not raw_body:
        return DeliveryKey("new-" + secrets.token_hex(16), event)
    return DeliveryKey("sha256-" + hashlib.sha256(event.encode() + b"\0" + raw_body).hexdigest(), event)
