"""Webhooks: declarations of what may come in from other systems, and what the machine does about it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StrictBool,
    field_validator,
    model_validator,
)

from machine.domain.agent import NAME_PATTERN
from machine.domain.happening import Happening
from machine.domain.variable import VARIABLE_PATTERN
from machine.domain.webhook_conditions import Condition
from machine.domain.webhook_trigger import Part, Trigger

MAX_BODY_BYTES: Final = 25 * 1024 * 1024
MAX_SECRET_OVERLAP: Final = timedelta(days=30)
HEADER_PATTERN: Final = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$"


PLAIN_IN_FILE: Final = "The secret stands in its file as plain text; keep it as a variable, named by secret_ref."


class ProviderName(StrEnum):
    """The systems that are understood; `standard` is Standard Webhooks, `generic` any HMAC that can be described."""

    GITHUB = "github"
    GITLAB = "gitlab"
    BITBUCKET = "bitbucket"
    JIRA = "jira"
    SLACK = "slack"
    SENTRY = "sentry"
    LINEAR = "linear"
    STANDARD = "standard"
    GENERIC = "generic"


REPLYING: Final = frozenset(
    {
        ProviderName.GITHUB,
        ProviderName.GITLAB,
        ProviderName.JIRA,
        ProviderName.SLACK,
        ProviderName.SENTRY,
        ProviderName.LINEAR,
    }
)
"""Those at which the machine can answer."""


class GenericScheme(Part):
    """How a sender that is not on the list signs and names its deliveries. Signed: the body, or `timestamp.body`."""

    signature_header: str = Field("X-Signature", pattern=HEADER_PATTERN)
    prefix: str = Field("", max_length=50, pattern=r"^[ -~]*$")
    """What stands before the digest in the header, such as `sha256=`."""
    algorithm: Literal["sha256", "sha512", "sha1"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    timestamp_header: str | None = Field(None, pattern=HEADER_PATTERN)
    """Seconds since 1970. Set: it is signed as `timestamp.body`, and deliveries out of the window are refused."""
    window_seconds: int = Field(300, ge=1, le=3600, strict=True)
    id_header: str | None = Field(None, pattern=HEADER_PATTERN)
    event_header: str | None = Field(None, pattern=HEADER_PATTERN)
    id_path: str | None = None
    event_path: str = "type"
    title_path: str = "title"
    text_path: str = "text"
    url_path: str = "url"
    actor_path: str | None = None
    """JMESPath, as all paths here; of the id of who caused it."""

    @field_validator("id_path", "event_path", "title_path", "text_path", "url_path", "actor_path")
    @classmethod
    def _path(cls, value: str | None) -> str | None:
        if value is not None:
            Condition(value)
        return value

    @cached_property
    def paths(self) -> dict[str, Condition]:
        """The compiled paths by what they find: id, event, title, text, url, actor."""
        found = {name: getattr(self, f"{name}_path") for name in ("id", "event", "title", "text", "url", "actor")}
        return {name: Condition(path) for name, path in found.items() if path is not None}


class ReplySettings(Part):
    """With what the machine answers where the event came from."""

    token_ref: str = Field(pattern=VARIABLE_PATTERN)
    """Name of the variable that holds the token (GitHub, GitLab, Slack, Sentry, Linear, Jira)."""
    email: str | None = Field(None, max_length=320)
    """Jira Cloud: the account of the token. Unset: the token is sent as a bearer token, as Data Center wants it."""


def _written(value: object) -> object:
    if not (isinstance(value, datetime) or (isinstance(value, str) and ":" in value)):
        raise ValueError("write it as a date and time with its zone, such as 2026-01-31T12:00:00Z")
    return value


WrittenTime = Annotated[AwareDatetime, BeforeValidator(_written)]
"""A time in words: a bare number could be anything."""


class PreviousSecret(Part):
    """The secret before the last change, accepted for a while so that the sender can follow."""

    secret: SecretStr | None = None
    secret_ref: str | None = Field(None, pattern=VARIABLE_PATTERN)
    until: AwareDatetime


class _WebhookFields(Part):
    """What people say of a webhook."""

    name: str = Field(pattern=NAME_PATTERN)
    provider: ProviderName
    description: str = Field("", max_length=2000)
    enabled: StrictBool = True
    secret: SecretStr | None = None
    secret_ref: str | None = Field(None, pattern=VARIABLE_PATTERN)
    """Name of the variable that holds the secret."""
    unsigned: StrictBool = False
    """Accept deliveries that nobody has signed. Only together with no secret at all."""
    scheme: GenericScheme | None = None
    base_url: str | None = Field(None, max_length=500)
    """Of the API of a self-hosted server, such as `https://gitlab.example.com`, `https://github.example.com/api/v3`."""
    own_ids: tuple[str, ...] = Field((), max_length=50)
    """Ids and logins under which the machine itself acts there: their events are ignored."""
    allowed_bots: tuple[str, ...] = Field((), max_length=50)
    """Exact ids of bots whose events count; those of all others are ignored."""
    triggers: tuple[Trigger, ...] = Field((), max_length=50)
    reply: ReplySettings | None = None

    @field_validator("secret")
    @classmethod
    def _some_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().strip():
            raise ValueError("the secret is empty")
        return value

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        extra = parts.query or parts.fragment or "@" in parts.netloc
        if parts.scheme not in ("http", "https") or not parts.hostname or extra:
            raise ValueError("write it as https://host or https://host/path, without user, query or fragment")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        if self.unsigned and self.has_secret:
            raise ValueError("unsigned: true and a secret exclude each other; remove one of them")
        if self.secret is not None and self.secret_ref is not None:
            raise ValueError("secret and secret_ref exclude each other; remove one of them")
        if self.scheme is not None and self.provider is not ProviderName.GENERIC:
            raise ValueError("scheme is for the provider generic only; the others sign in their own way")
        if self.reply is None and any(trigger.reply for trigger in self.triggers):
            raise ValueError("a trigger replies, so reply: {token_ref: …} must say with which token")
        names = [trigger.name_at(index) for index, trigger in enumerate(self.triggers)]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two triggers are called {twice}; give each a name of its own")
        return self

    @property
    def has_secret(self) -> bool:
        return self.secret is not None or self.secret_ref is not None


class WebhookForm(_WebhookFields):
    """A webhook as it is sent. Without a secret, one that is there already keeps its own."""

    old_secret_until: WrittenTime | None = None
    """With another secret than before: until when the old one is accepted as well, at most 30 days."""

    def completed(self, before: "Webhook | None", *, owner: str, now: datetime) -> dict[str, Any]:
        """The fields of the webhook to save: what is not said again of secrets and owner stays as it is.

        Raises ValueError for an overlap of secrets that is too long.
        """
        fields = self.model_dump(exclude_unset=True, exclude={"old_secret_until"})
        fields["user_id"] = owner if before is None else before.user_id
        if before is None or self.unsigned:
            return fields
        previous = before.previous
        if not self.has_secret:
            fields |= {"secret": before.secret, "secret_ref": before.secret_ref}
        elif (self.secret, self.secret_ref) != (before.secret, before.secret_ref):
            previous = self._overlap(before, now)
        if previous is not None and previous.until > now:
            fields["previous"] = previous.model_dump(exclude_none=True)
        return {name: value for name, value in fields.items() if value is not None}

    def _overlap(self, before: "Webhook", now: datetime) -> PreviousSecret | None:
        until = self.old_secret_until
        if until is None or not before.has_secret:
            return None
        if until - now > MAX_SECRET_OVERLAP:
            raise ValueError(f"the old secret can be accepted for {MAX_SECRET_OVERLAP.days} days at most")
        return PreviousSecret(secret=before.secret, secret_ref=before.secret_ref, until=until)


class Webhook(_WebhookFields):
    """One address `/webhooks/{name}`: who may send there, how that is checked, and what happens then."""

    previous: PreviousSecret | None = None
    user_id: str = ""
    """Its owner: tasks that it starts are theirs."""

    @model_validator(mode="after")
    def _signed_or_said(self) -> Self:
        if not self.unsigned and not self.has_secret:
            raise ValueError("a secret is needed; write unsigned: true to accept what anybody sends")
        return self

    @property
    def secret_refs(self) -> frozenset[str]:
        """The variables that hold its secrets, the one before the last change included."""
        refs = (self.secret_ref, None if self.previous is None else self.previous.secret_ref)
        return frozenset(ref for ref in refs if ref is not None)

    def warnings(self) -> tuple[str, ...]:
        """What is allowed but should be known before it goes live."""
        found = []
        if self.unsigned:
            found.append("Anybody who knows the address can start its tasks: it is unsigned.")
        if self.secret is not None and len(self.secret.get_secret_value()) < 16:
            found.append("The secret has fewer than 16 characters.")
        if self.secret is not None:
            found.append(PLAIN_IN_FILE)
        if self.unsigned and any(trigger.who for trigger in self.triggers):
            found.append("It is unsigned, so nobody's name is proven: who trusts nobody, and all run untrusted.")
        if self.reply is not None and not any(trigger.reply for trigger in self.triggers):
            found.append("It has settings for replies, and no trigger that says reply: true.")
        if self.reply is not None and (self.base_url or "").startswith("http:"):
            found.append("The token for replies goes to base_url unencrypted: it is http.")
        if not self.triggers:
            found.append("It has no trigger: deliveries are stored, and nothing is started.")
        return tuple(found)

    def public(self) -> dict[str, Any]:
        """For views, as JSON: everything but the secret, and whether there is one."""
        view = self.model_dump(mode="json", exclude={"secret", "previous"})
        until = None if self.previous is None else self.previous.until
        return {**view, "has_secret": self.has_secret, "old_secret_until": until}


class DeliveryOutcome(StrEnum):
    """What became of a delivery. `refused` ones are counted, not stored."""

    ACCEPTED = "accepted"
    IGNORED = "ignored"
    HANDSHAKE = "handshake"


class Delivery(BaseModel):
    """One delivery as it was stored, before it was answered."""

    model_config = ConfigDict(frozen=True)

    delivery_id: str
    webhook: str
    provider: ProviderName
    provider_delivery_id: str
    """Unique per webhook; the same again is answered as before."""
    event: str
    received_at: datetime
    headers: dict[str, str]
    """Without what is secret."""
    body: bytes
    outcome: DeliveryOutcome
    why: str = ""
    task_ids: tuple[str, ...] = ()
    happening: Happening | None = None

    def settled(self, task_ids: Iterable[str], reasons: Iterable[str]) -> "Delivery":
        """The delivery once it is known which tasks it starts, and why others are not started."""
        started = tuple(task_ids)
        outcome = DeliveryOutcome.ACCEPTED if started else DeliveryOutcome.IGNORED
        why = " ".join(dict.fromkeys(filter(None, (self.why, *reasons))))
        return self.model_copy(update={"outcome": outcome, "why": why, "task_ids": started})
