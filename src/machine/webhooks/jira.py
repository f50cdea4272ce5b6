"""Jira: webhooks that an administrator made, of Jira Cloud and Data Center."""

import base64
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from machine.domain.happening import Actor, Happening
from machine.domain.webhook import ProviderName
from machine.webhooks.headers import Headers
from machine.webhooks.payloads import MAX_TEXT_CHARS, clean, identifier, look, names, text, word
from machine.webhooks.provider import BaseProvider, DeliveryKey, SetupHints, key_of
from machine.webhooks.replies import Call, ReplyCall, ReplyTarget, base, bearer, cut, mark_of, marked, path
from machine.webhooks.signatures import Verdict, check_hex

MAX_COMMENT_CHARS: Final = 30_000
MAX_DOCUMENT_NODES: Final = 5_000


class Jira(BaseProvider):
    """HMAC over the body; events are `jira:issue_created`, `comment_created`, without an action beside them."""

    name = ProviderName.JIRA

    def verify(self, headers: Headers, raw_body: bytes, secret: str, now: datetime) -> Verdict:  # noqa: ARG002 - Jira signs no time
        return check_hex(headers, "X-Hub-Signature", "sha256=", secret, raw_body)

    def identify(self, headers: Headers, raw_body: bytes, payload: Any) -> DeliveryKey:
        return key_of(headers.get("X-Atlassian-Webhook-Identifier"), _event(payload), raw_body)

    def describe(self, headers: Headers, payload: Any) -> Happening:  # noqa: ARG002 - all is in the body
        comment, issue = look(payload, "comment"), look(payload, "issue")
        fields = look(issue, "fields")
        is_comment = _event(payload).startswith("comment_")
        return Happening(
            provider=self.name,
            event=_event(payload),
            kind="comment" if is_comment else "change",
            title=word(fields, "summary"),
            text=_document(look(comment, "body")) if is_comment else _document(look(fields, "description")),
            actor=_actor(payload, is_comment=is_comment),
            labels=names(look(fields, "labels")),
            number=word(issue, "key"),
            fields={
                "issue_id": word(issue, "id"),
                "project": word(fields, "project", "key"),
                "issue_type": word(fields, "issuetype", "name"),
                "status": word(fields, "status", "name"),
                "priority": word(fields, "priority", "name"),
            },
        )

    def reply_call(self, happening: Happening, text: str, target: ReplyTarget) -> ReplyCall | None:
        place = path("issue", happening.number)
        if place is None or not target.base_url:
            return None  # a Jira is always somebody's own; where it is, only the webhook's base_url may say
        body = marked(cut(text, MAX_COMMENT_CHARS), target, visible=True)
        cloud = target.email is not None
        headers = bearer(target)
        if cloud:
            pair = f"{target.email}:{target.token.get_secret_value()}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        url = f"{base(target, '')}/rest/api/{3 if cloud else 2}{place}/comment"
        lookup = Call("GET", f"{url}?orderBy=-created&maxResults=50", headers)
        return ReplyCall("POST", url, headers, {"body": _adf(body) if cloud else body}, lookup, mark_of(target))

    def setup_hints(self, url: str) -> SetupHints:
        return SetupHints(
            where="Jira settings → System → WebHooks → Create a WebHook",
            url=url,
            signing="Secret: the same text as here",
            events="Those of the triggers (Issue: created, updated; Comment: created, …)",
            notes=(
                "Events are Jira's own words: jira:issue_created, jira:issue_updated, comment_created.",
                "Leave `Exclude body` unticked.",
                "To reply: the address of its API (https://…atlassian.net), the account's email and its API token.",
            ),
        )


def _event(payload: Any) -> str:
    return identifier(payload, "webhookEvent") or "unknown"


def _actor(payload: Any, *, is_comment: bool) -> Actor:
    comment = look(payload, "comment")
    written_by = look(comment, "updateAuthor") or look(comment, "author")
    user = written_by if is_comment and written_by else look(payload, "user")
    return Actor(
        id=word(user, "accountId") or word(user, "key") or word(user, "name"),
        name=word(user, "displayName"),
        is_bot=word(user, "accountType") == "app",
    )


def _document(value: Any) -> str:
    """Text as it is, or the text in an Atlassian document."""
    if not isinstance(value, dict):
        return text(value)
    return clean("".join(_texts(value)).strip()[:MAX_TEXT_CHARS])


def _texts(document: Any) -> Iterator[str]:
    """Texts of the nodes in reading order, with line ends after blocks; without recursion, whatever is nested."""
    left: list[Any] = [document]
    for _ in range(MAX_DOCUMENT_NODES):
        if not left:
            return
        node = left.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict):
            inner = node.get("content")
            block = node.get("type") in ("paragraph", "heading", "codeBlock", "listItem", "blockquote")
            left.append("\n" if block or node.get("type") == "hardBreak" else "")
            left.extend(reversed(inner[:MAX_DOCUMENT_NODES]) if isinstance(inner, list) else ())
            left.append(text(node, "text"))


def _adf(body: str) -> dict[str, Any]:
    """An Atlassian document with one paragraph per line."""
    lines = [line for line in body.splitlines() if line.strip()]
    content = [{"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in lines]
    return {"type": "doc", "version": 1, "content": content}
