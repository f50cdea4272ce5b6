"""GitLab: project, group and system hooks, with a secret token or a signing token."""

import re
from datetime import datetime
from typing import Any, Final

from machine.domain.happening import Actor, Happening, RepositoryRef
from machine.domain.webhook import ProviderName
from machine.webhooks.headers import Headers
from machine.webhooks.payloads import identifier, look, names, text, web, word
from machine.webhooks.provider import BaseProvider, DeliveryKey, SetupHints, key_of
from machine.webhooks.replies import Call, ReplyCall, ReplyTarget, base, cut, harmless, mark_of, marked, path
from machine.webhooks.signatures import STANDARD_PREFIX, Verdict, check_standard, check_value, key_bytes

SERVER: Final = "https://gitlab.com"
MAX_NOTE_CHARS: Final = 60_000
_PLACES: Final = {
    "MergeRequest": "merge_requests",
    "Issue": "issues",
    "merge_request": "merge_requests",
    "issue": "issues",
}
_TOKEN_BOT: Final = re.compile(r"(project|group)_\d+_bot(_|$)|(project|group)_\d+_bot\d*$")


class GitLab(BaseProvider):
    """A secret that begins with `whsec_` is a signing token: then a plain token is not enough."""

    name = ProviderName.GITLAB

    def verify(self, headers: Headers, raw_body: bytes, secret: str, now: datetime) -> Verdict:
        if secret.startswith(STANDARD_PREFIX):
            return check_standard(headers, raw_body, secret, now)
        return check_value(headers, "X-Gitlab-Token", key_bytes(secret), "secret token in X-Gitlab-Token")

    def identify(self, headers: Headers, raw_body: bytes, payload: Any) -> DeliveryKey:
        # X-Gitlab-Event-UUID is shared by the hooks that a hook causes, X-Gitlab-Webhook-UUID by all of one webhook.
        given = headers.get("Idempotency-Key") or headers.get("webhook-id")
        event, action = _event(headers, payload), _action(payload)
        return key_of(given, f"{event}.{action}" if action else event, raw_body)

    def describe(self, headers: Headers, payload: Any) -> Happening:
        event, attributes = _event(headers, payload), look(payload, "object_attributes")
        is_note = event == "note"
        thing = _thing(payload) if is_note else attributes
        number = word(thing, "iid")
        kind = _PLACES.get(word(attributes, "noteable_type") if is_note else event, "")
        return Happening(
            provider=self.name,
            event=event,
            action=_action(payload),
            kind="comment" if is_note else "change",
            title=word(thing, "title") or word(attributes, "name") or word(payload, "name"),
            text=text(attributes, "note")
            if is_note
            else text(attributes, "description") or text(payload, "description"),
            url=web(attributes, "url") or web(payload, "url") or web(payload, "project", "web_url"),
            actor=_actor(payload),
            labels=names(look(payload, "labels") or look(thing, "labels"), "title", "name"),
            repository=_repository(payload),
            **_refs(payload, thing, number if kind == "merge_requests" else ""),
            number=number,
            is_system=look(attributes, "system") is True,
            fields={
                "project_id": word(payload, "project", "id") or word(payload, "project_id"),
                "place": kind,
                "discussion_id": word(attributes, "discussion_id"),
            },
        )

    def reply_call(self, happening: Happening, text: str, target: ReplyTarget) -> ReplyCall | None:
        fields = happening.fields
        place = path("projects", fields.get("project_id", ""), fields.get("place", ""), happening.number)
        if place is None or fields["place"] not in _PLACES.values():
            return None
        url = f"{base(target, SERVER)}/api/v4{place}/notes"
        headers = {"PRIVATE-TOKEN": target.token.get_secret_value(), "Accept": "application/json"}
        body = marked(cut(harmless(text), MAX_NOTE_CHARS), target)
        lookup = Call("GET", f"{url}?order_by=created_at&sort=desc&per_page=100", headers)
        return ReplyCall("POST", url, headers, {"body": body}, lookup, mark_of(target))

    def setup_hints(self, url: str) -> SetupHints:
        return SetupHints(
            where="Project or group → Settings → Webhooks → Add new webhook",
            url=url,
            signing="Secret token: the same text as here; or, better, its signing token (whsec_…) entered here",
            events="Trigger: those of the triggers (Merge request events, Comments, Issues events, Push events, …)",
            notes=(
                "GitLab switches a webhook off after 4 failures; events that mean nothing here are no failures.",
                "Actions are GitLab's own words: merge_request.open, merge_request.update, issue.open, note.create.",
                "To reply: a token with the scope api, as a variable; for a server of your own also the "
                "address of its API: https://HOST.",
            ),
        )


def _event(headers: Headers, payload: Any) -> str:
    by_header = headers.get("X-Gitlab-Event").lower().removesuffix(" hook").replace(" ", "_")
    return identifier(payload, "object_kind") or identifier(payload, "event_name") or identifier(by_header) or "unknown"


def _action(payload: Any) -> str:
    attributes = look(payload, "object_attributes")
    action = identifier(attributes, "action") or identifier(payload, "action")
    if not action and word(payload, "object_kind") == "note":
        return "create"
    return action or identifier(attributes, "status")


def _thing(payload: Any) -> Any:
    return next((found for key in ("merge_request", "issue", "snippet") if (found := look(payload, key))), None)


def _actor(payload: Any) -> Actor:
    user = look(payload, "user")
    login = word(user, "username") or word(payload, "user_username")
    return Actor(
        id=word(user, "id") or word(payload, "user_id"),
        login=login,
        name=word(user, "name") or word(payload, "user_name"),
        is_bot=bool(_TOKEN_BOT.match(login)),
    )


def _repository(payload: Any) -> RepositoryRef | None:
    found = look(payload, "project")
    if not isinstance(found, dict):
        return None
    return RepositoryRef(
        id=word(found, "id"),
        full_name=word(found, "path_with_namespace"),
        clone_url=web(found, "git_http_url") or web(found, "http_url"),
        web_url=web(found, "web_url"),
        default_branch=word(found, "default_branch"),
    )


def _refs(payload: Any, thing: Any, merge_request: str) -> dict[str, str]:
    pushed = word(payload, "ref")
    ref = word(thing, "source_branch") or word(thing, "ref") or pushed
    return {
        "ref": ref.removeprefix("refs/heads/").removeprefix("refs/tags/"),
        "checkout_ref": f"refs/merge-requests/{merge_request}/head" if merge_request.isdecimal() else ref,
        "base_ref": word(thing, "target_branch"),
        "sha": word(thing, "last_commit", "id") or word(payload, "checkout_sha") or word(thing, "sha"),
    }
