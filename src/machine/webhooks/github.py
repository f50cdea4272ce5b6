"""GitHub: repository, organisation and app webhooks."""

from datetime import datetime
from typing import Any, Final

from machine.domain.happening import Actor, Happening, RepositoryRef
from machine.domain.webhook import ProviderName
from machine.webhooks.headers import Headers
from machine.webhooks.payloads import FORM, JSON, Unreadable, identifier, look, names, parse_json, text, web, word
from machine.webhooks.provider import BaseProvider, DeliveryKey, SetupHints, key_of
from machine.webhooks.replies import Call, ReplyCall, ReplyTarget, base, bearer, cut, harmless, mark_of, marked, path
from machine.webhooks.signatures import Verdict, check_hex

API: Final = "https://api.github.com"
MAX_COMMENT_CHARS: Final = 65_000
_COMMENTS: Final = ("comment", "review")
_THINGS: Final = ("pull_request", "issue", "discussion", "release", "workflow_run", "check_run", "check_suite", "alert")


class GitHub(BaseProvider):
    """HMAC over the body; the event stands in a header, its action in the body."""

    name = ProviderName.GITHUB
    media_types = (JSON, FORM)

    def verify(self, headers: Headers, raw_body: bytes, secret: str, now: datetime) -> Verdict:  # noqa: ARG002 - GitHub signs no time
        return check_hex(headers, "X-Hub-Signature-256", "sha256=", secret, raw_body)

    def read(self, headers: Headers, raw_body: bytes) -> Any:
        payload = super().read(headers, raw_body)
        if headers.get("content-type").lower().startswith(FORM):
            if "payload" not in payload:
                raise Unreadable(422, "The form has no field payload.")
            return parse_json(payload["payload"])
        return payload

    def identify(self, headers: Headers, raw_body: bytes, payload: Any) -> DeliveryKey:
        happening_event = _event(headers)
        action = identifier(payload, "action")
        event = f"{happening_event}.{action}" if action else happening_event
        return key_of(headers.get("X-GitHub-Delivery"), event, raw_body)

    def describe(self, headers: Headers, payload: Any) -> Happening:
        event = _event(headers)
        subject = next((found for key in _COMMENTS if isinstance(found := look(payload, key), dict)), None)
        thing = next((found for key in _THINGS if isinstance(found := look(payload, key), dict)), {})
        shown = thing if subject is None else subject
        number = word(thing, "number") or word(payload, "number")
        is_pull = event.startswith("pull_request") or isinstance(look(payload, "issue", "pull_request"), dict)
        return Happening(
            provider=self.name,
            event=event,
            action=identifier(payload, "action"),
            kind="ping" if event == "ping" else "change" if subject is None else "comment",
            title=word(thing, "title") or word(thing, "name") or _first_line(text(payload, "head_commit", "message")),
            text=text(shown, "body") or text(payload, "head_commit", "message"),
            url=web(shown, "html_url") or web(payload, "compare") or web(payload, "repository", "html_url"),
            actor=_actor(payload, shown),
            labels=names(look(thing, "labels"), "name"),
            repository=_repository(payload),
            **_refs(payload, thing, number if is_pull else ""),
            number=number,
            fields={"comment_id": word(subject, "id"), "installation_id": word(payload, "installation", "id")},
        )

    def reply_call(self, happening: Happening, text: str, target: ReplyTarget) -> ReplyCall | None:
        full_name = happening.repository.full_name if happening.repository else ""
        repository = path("repos", *full_name.split("/")) if full_name.count("/") == 1 else None
        place = path("issues", happening.number) if happening.number.isdecimal() else None
        if repository is None or place is None or happening.event.startswith("discussion"):
            return None
        root = base(target, API) + repository
        headers = {**bearer(target), "Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        body = marked(cut(harmless(text), MAX_COMMENT_CHARS), target)
        newest = f"{root}/issues/comments?sort=created&direction=desc&per_page=100"
        lookup = Call("GET", newest, headers)
        return ReplyCall("POST", f"{root}{place}/comments", headers, {"body": body}, lookup, mark_of(target))

    def setup_hints(self, url: str) -> SetupHints:
        return SetupHints(
            where="Repository or organisation → Settings → Webhooks → Add webhook",
            url=url,
            signing="Secret: the same text as here",
            events="Let me select individual events: those of the triggers (Issues, Issue comments, Pull requests, …)",
            notes=(
                "Leave SSL verification on.",
                "GitHub does not try again by itself.",
                "To reply: a token that may write issues and pull requests, as a variable; for an Enterprise server "
                "also the address of its API: https://HOST/api/v3.",
            ),
        )


def _event(headers: Headers) -> str:
    return identifier(headers.get("X-GitHub-Event")) or "unknown"


def _actor(payload: Any, shown: Any) -> Actor:
    sender = look(payload, "sender")
    author, own_id = look(shown, "user"), word(sender, "id")
    login = word(sender, "login")
    # The association is the author's. Somebody else who labels or edits their text does not get it.
    theirs = bool(own_id) and word(author, "id") == own_id
    return Actor(
        id=own_id,
        login=login,
        name=login,
        is_bot=word(sender, "type") == "Bot" or login.endswith("[bot]"),
        association=identifier(shown, "author_association") if theirs else "",
    )


def _repository(payload: Any) -> RepositoryRef | None:
    found = look(payload, "repository")
    if not isinstance(found, dict):
        return None
    return RepositoryRef(
        id=word(found, "id"),
        full_name=word(found, "full_name"),
        clone_url=web(found, "clone_url"),
        web_url=web(found, "html_url"),
        default_branch=word(found, "default_branch"),
    )


def _refs(payload: Any, thing: Any, pull_number: str) -> dict[str, str]:
    pushed = word(payload, "ref")
    branch = pushed.removeprefix("refs/heads/").removeprefix("refs/tags/")
    ref = word(thing, "head", "ref") or word(thing, "head_branch") or branch
    return {
        "ref": ref,
        "checkout_ref": f"refs/pull/{pull_number}/head" if pull_number.isdecimal() else pushed or ref,
        "base_ref": word(thing, "base", "ref"),
        "sha": word(thing, "head", "sha") or word(thing, "head_sha") or word(payload, "after"),
    }


def _first_line(message: str) -> str:
    return message.split("\n", 1)[0].strip()
