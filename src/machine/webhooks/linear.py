"""Linear."""

import re
from datetime import datetime
from typing import Any, Final

from machine.domain.happening import Actor, Happening
from machine.domain.webhook import ProviderName
from machine.webhooks.headers import Headers
from machine.webhooks.payloads import Unreadable, identifier, look, names, parse_json, text, web, word
from machine.webhooks.provider import BaseProvider, DeliveryKey, SetupHints, key_of
from machine.webhooks.replies import Call, ReplyCall, ReplyTarget, base, bearer, cut, mark_of, marked
from machine.webhooks.signatures import Refused, Verdict, check_hex

API: Final = "https://api.linear.app"
WINDOW_SECONDS: Final = 60
MAX_COMMENT_CHARS: Final = 50_000
_CREATE: Final = (
    "mutation($issue: String!, $body: String!) "
    "{ commentCreate(input: {issueId: $issue, body: $body}) { success comment { id } } }"
)
_NEWEST: Final = "query($issue: String!) { issue(id: $issue) { comments(first: 50) { nodes { body } } } }"
_KEY_IN_URL: Final = re.compile(r"/issue/([A-Z][A-Z0-9]{0,20}-[0-9]{1,9})")


class Linear(BaseProvider):
    """HMAC over the body; the time that is signed stands in it, in milliseconds."""

    name = ProviderName.LINEAR

    def verify(self, headers: Headers, raw_body: bytes, secret: str, now: datetime) -> Verdict:
        verdict = check_hex(headers, "Linear-Signature", "", secret, raw_body)
        if isinstance(verdict, Refused):
            return verdict
        try:
            moment = look(parse_json(raw_body), "webhookTimestamp")
        except Unreadable as error:
            return Refused(f"it is signed, but its time cannot be read: {error}")
        if isinstance(moment, bool) or not isinstance(moment, int) or abs(moment) > 10**15:
            return Refused("webhookTimestamp is missing in the body or is no time")
        off = abs(now.timestamp() - moment / 1000)
        if off > WINDOW_SECONDS:
            return Refused(
                f"webhookTimestamp is {int(off)} seconds off; {WINDOW_SECONDS} are allowed. Check both clocks"
            )
        return verdict

    def identify(self, headers: Headers, raw_body: bytes, payload: Any) -> DeliveryKey:
        # Not webhookId in the body: it is the same in every delivery of one webhook.
        action, event = identifier(payload, "action"), _event(headers, payload)
        return key_of(headers.get("Linear-Delivery"), f"{event}.{action}" if action else event, raw_body)

    def describe(self, headers: Headers, payload: Any) -> Happening:
        event, data = _event(headers, payload), look(payload, "data")
        is_comment = event == "Comment"
        issue = look(data, "issue") if is_comment else data
        url = web(payload, "url") or web(data, "url")
        key = _KEY_IN_URL.search(url)
        actor = look(payload, "actor") or look(data, "user")
        return Happening(
            provider=self.name,
            event=event,
            action=identifier(payload, "action"),
            kind="comment" if is_comment else "change",
            title=word(issue, "title") or word(data, "name"),
            text=text(data, "body") or text(data, "description"),
            url=url,
            actor=Actor(
                id=word(actor, "id") or word(data, "userId"),
                name=word(actor, "name"),
                is_bot=word(actor, "type") not in ("", "user") or isinstance(look(data, "botActor"), dict),
            ),
            labels=names(look(data, "labels"), "name"),
            number=word(issue, "identifier") or (key[1] if key else ""),
            fields={
                "issue_id": word(data, "issueId") or word(issue, "id"),
                "team": word(data, "team", "key"),
                "state": word(data, "state", "name"),
                "priority": word(data, "priorityLabel"),
            },
        )

    def reply_call(self, happening: Happening, text: str, target: ReplyTarget) -> ReplyCall | None:
        issue = happening.fields.get("issue_id", "")
        if not issue or happening.event not in ("Issue", "Comment"):
            return None
        token = target.token.get_secret_value()
        headers = bearer(target)
        if token.startswith("lin_api_"):
            headers["Authorization"] = token  # a personal key goes without `Bearer`, an application's token with it
        url = f"{base(target, API)}/graphql"
        body = marked(cut(text, MAX_COMMENT_CHARS), target, visible=True)
        lookup = Call("POST", url, headers, {"query": _NEWEST, "variables": {"issue": issue}})
        create = {"query": _CREATE, "variables": {"issue": issue, "body": body}}
        return ReplyCall("POST", url, headers, create, lookup, mark_of(target), ok_field="data")

    def setup_hints(self, url: str) -> SetupHints:
        return SetupHints(
            where="Settings → API → Webhooks → New webhook",
            url=url,
            signing="Enter here the signing secret that Linear shows",
            events="Data change events: those of the triggers (Issues, Comments, …)",
            notes=(
                "Events are Linear's own words: Issue.create, Issue.update, Comment.create.",
                "The clocks may differ by 60 seconds at most.",
            ),
        )


def _event(headers: Headers, payload: Any) -> str:
    return identifier(payload, "type") or identifier(headers.get("Linear-Event")) or "unknown"
