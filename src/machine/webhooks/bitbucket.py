"""Bitbucket Cloud."""

from datetime import datetime
from typing import Any

from machine.domain.happening import Actor, Happening, RepositoryRef
from machine.domain.webhook import ProviderName
from machine.webhooks.headers import Headers
from machine.webhooks.payloads import identifier, look, text, web, word
from machine.webhooks.provider import BaseProvider, DeliveryKey, SetupHints, key_of
from machine.webhooks.signatures import Verdict, check_hex


class Bitbucket(BaseProvider):
    """HMAC over the body; events are called `pullrequest:created`, without an action beside them."""

    name = ProviderName.BITBUCKET

    def verify(self, headers: Headers, raw_body: bytes, secret: str, now: datetime) -> Verdict:  # noqa: ARG002 - Bitbucket signs no time
        return check_hex(headers, "X-Hub-Signature", "sha256=", secret, raw_body)

    def identify(self, headers: Headers, raw_body: bytes, payload: Any) -> DeliveryKey:  # noqa: ARG002 - all is in the headers
        return key_of(headers.get("X-Request-UUID"), _event(headers), raw_body)

    def describe(self, headers: Headers, payload: Any) -> Happening:
        event = _event(headers)
        comment = look(payload, "comment")
        pull, issue = look(payload, "pullrequest"), look(payload, "issue")
        thing = pull if isinstance(pull, dict) else issue
        changes = look(payload, "push", "changes")
        pushed = look(changes[0], "new") if isinstance(changes, list) and changes else None
        return Happening(
            provider=self.name,
            event=event,
            kind="change" if comment is None else "comment",
            title=word(thing, "title"),
            text=text(comment, "content", "raw") or text(thing, "description") or text(thing, "content", "raw"),
            url=web(comment, "links", "html", "href") or web(thing, "links", "html", "href"),
            actor=_actor(payload),
            repository=_repository(payload),
            ref=word(pull, "source", "branch", "name") or word(pushed, "name"),
            checkout_ref=word(pull, "source", "branch", "name") or word(pushed, "name"),
            base_ref=word(pull, "destination", "branch", "name"),
            sha=word(pull, "source", "commit", "hash") or word(pushed, "target", "hash"),
            number=word(thing, "id"),
            fields={
                "comment_id": word(comment, "id"),
                "source_repository": word(pull, "source", "repository", "full_name"),
            },
        )

    def setup_hints(self, url: str) -> SetupHints:
        return SetupHints(
            where="Repository settings → Webhooks → Add webhook",
            url=url,
            signing="Secret: the same text as here",
            events="Choose from a full list of triggers: those of the triggers here (Pull request: created, …)",
            notes=("Events are Bitbucket's own words: pullrequest:created, pullrequest:comment_created, repo:push.",),
        )


def _event(headers: Headers) -> str:
    return identifier(headers.get("X-Event-Key")) or "unknown"


def _actor(payload: Any) -> Actor:
    actor = look(payload, "actor")
    return Actor(
        id=word(actor, "account_id") or word(actor, "uuid"),
        name=word(actor, "display_name"),
        is_bot=word(actor, "type").lower() in ("app_user", "appuser"),
    )


def _repository(payload: Any) -> RepositoryRef | None:
    found = look(payload, "repository")
    if not isinstance(found, dict):
        return None
    page = web(found, "links", "html", "href")
    return RepositoryRef(
        id=word(found, "uuid"),
        full_name=word(found, "full_name"),
        clone_url=f"{page}.git" if page else "",
        web_url=page,
    )
