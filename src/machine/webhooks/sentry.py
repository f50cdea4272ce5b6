"""Sentry: webhooks of an internal or public integration."""

from datetime import datetime
from typing import Any, Final

from machine.domain.happening import Actor, Happening
from machine.domain.webhook import ProviderName
from machine.webhooks.headers import Headers
from machine.webhooks.payloads import identifier, look, text, web, word
from machine.webhooks.provider import BaseProvider, DeliveryKey, SetupHints, key_of
from machine.webhooks.replies import Call, ReplyCall, ReplyTarget, base, bearer, cut, mark_of, marked, path
from machine.webhooks.signatures import Verdict, check_hex

SERVER: Final = "https://sentry.io"
MAX_COMMENT_CHARS: Final = 20_000
_THINGS: Final = ("issue", "event", "error", "comment", "metric_alert")
_ALARMS: Final = frozenset({"event_alert", "metric_alert", "error", "issue.created", "issue.unresolved"})
"""What Sentry's own machinery reports, under the name of an application; not something that a bot did."""


class Sentry(BaseProvider):
    """HMAC over the body, which may be empty; the resource stands in a header, its action in the body."""

    name = ProviderName.SENTRY

    def verify(self, headers: Headers, raw_body: bytes, secret: str, now: datetime) -> Verdict:  # noqa: ARG002 - Sentry signs no time
        return check_hex(headers, "Sentry-Hook-Signature", "", secret, raw_body)

    def identify(self, headers: Headers, raw_body: bytes, payload: Any) -> DeliveryKey:
        action, event = identifier(payload, "action"), _event(headers)
        return key_of(headers.get("Request-ID"), f"{event}.{action}" if action else event, raw_body)

    def describe(self, headers: Headers, payload: Any) -> Happening:
        event, action = _event(headers), identifier(payload, "action")
        data = look(payload, "data")
        thing = next((found for key in _THINGS if isinstance(found := look(data, key), dict)), data)
        alarm = event in _ALARMS or f"{event}.{action}" in _ALARMS
        actor = look(payload, "actor")
        return Happening(
            provider=self.name,
            event=event,
            action=action,
            kind="comment" if event == "comment" else "change",
            title=word(thing, "title") or word(data, "description_title"),
            text=text(data, "comment")
            or text(thing, "message")
            or text(thing, "culprit")
            or text(data, "description_text"),
            url=web(thing, "web_url") or web(thing, "permalink") or web(data, "web_url"),
            actor=Actor(
                id=word(actor, "id"),
                name=word(actor, "name"),
                is_bot=word(actor, "type") == "application" and not alarm,
            ),
            number=word(thing, "shortId"),
            fields={
                "issue_id": word(data, "issue", "id") or word(thing, "issue_id") or word(data, "issue_id"),
                "level": word(thing, "level"),
                "project": word(thing, "project", "slug") or word(data, "project_slug"),
                "environment": word(thing, "environment"),
                "rule": word(data, "triggered_rule"),
            },
        )

    def reply_call(self, happening: Happening, text: str, target: ReplyTarget) -> ReplyCall | None:
        place = path("issues", happening.fields.get("issue_id", ""))
        if place is None:
            return None
        url = f"{base(target, SERVER)}/api/0{place}/comments/"
        body = marked(cut(text, MAX_COMMENT_CHARS), target, visible=True)
        return ReplyCall("POST", url, bearer(target), {"text": body}, Call("GET", url, bearer(target)), mark_of(target))

    def setup_hints(self, url: str) -> SetupHints:
        return SetupHints(
            where="Settings → Custom Integrations → Create New Integration → Internal Integration",
            url=url,
            signing="Enter here the integration's Client Secret",
            events="Webhooks: issue, error, comment; Alert Rule Action for event_alert and metric_alert",
            notes=(
                "Sentry waits one second for the answer.",
                "Events are resource and action: issue.created, event_alert.triggered, comment.created.",
            ),
        )


def _event(headers: Headers) -> str:
    return identifier(headers.get("Sentry-Hook-Resource")) or "unknown"
