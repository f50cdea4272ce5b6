"""Slack: events, slash commands and interactivity of an app."""

import re
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from machine.domain.happening import Actor, Happening
from machine.domain.webhook import ProviderName
from machine.webhooks.headers import Headers
from machine.webhooks.payloads import FORM, JSON, identifier, look, media_type, parse_json, text, word
from machine.webhooks.provider import Answer, BaseProvider, DeliveryKey, SetupHints, key_of
from machine.webhooks.replies import Call, ReplyCall, ReplyTarget, base, bearer, cut
from machine.webhooks.signatures import Verdict, check_age, check_hex

API: Final = "https://slack.com/api"
WINDOW_SECONDS: Final = 300
MAX_MESSAGE_CHARS: Final = 12_000
_LINK: Final = re.compile(r"\[([^\[\]\n|]{1,200})\]\((https?://[^\s()|]{1,1000})\)")
_BOLD: Final = re.compile(r"\*\*([^*\n]{1,500})\*\*")


class Slack(BaseProvider):
    """HMAC over `v0:timestamp:body`. Commands and interactivity come as forms, events as JSON."""

    name = ProviderName.SLACK
    media_types = (JSON, FORM)

    def verify(self, headers: Headers, raw_body: bytes, secret: str, now: datetime) -> Verdict:
        moment = headers.get("X-Slack-Request-Timestamp")
        if refused := check_age(moment, now, WINDOW_SECONDS, "X-Slack-Request-Timestamp"):
            return refused
        return check_hex(headers, "X-Slack-Signature", "v0=", secret, b"v0:" + moment.encode() + b":" + raw_body)

    def read(self, headers: Headers, raw_body: bytes) -> Any:
        payload = super().read(headers, raw_body)
        if media_type(headers) == FORM and "payload" in payload:
            return parse_json(payload["payload"])
        return payload

    def handshake(self, headers: Headers, payload: Any) -> Answer | None:  # noqa: ARG002 - the Protocol's signature
        challenge = look(payload, "challenge")
        if look(payload, "type") != "url_verification" or not isinstance(challenge, str):
            return None
        return Answer(200, challenge[:1000].encode("utf-8", "replace"))

    def identify(self, headers: Headers, raw_body: bytes, payload: Any) -> DeliveryKey:
        given = word(payload, "event_id") or word(payload, "trigger_id")
        return key_of(given, self.describe(headers, payload).full_event, raw_body)

    def describe(self, headers: Headers, payload: Any) -> Happening:  # noqa: ARG002 - all is in the body
        if isinstance(look(payload, "event"), dict):
            return _event(payload)
        return _command(payload) if word(payload, "command") else _interaction(payload)

    def acknowledge(self, happening: Happening, said: str) -> Answer | None:
        if happening.kind == "command":
            # Slack shows plain text to nobody but the one who typed the command.
            return Answer(200, _escaped(said).encode("utf-8", "replace"))
        if happening.event == "interactivity":
            return Answer(200, b"")  # any text would be taken for an instruction to the dialog
        return None

    def reply_call(self, happening: Happening, text: str, target: ReplyTarget) -> ReplyCall | None:
        channel, thread = happening.fields.get("channel", ""), happening.fields.get("thread", "")
        if not channel:
            return None
        root, headers = base(target, API), bearer(target)
        message: dict[str, Any] = {
            "channel": channel,
            "text": _mrkdwn(cut(text, MAX_MESSAGE_CHARS)),
            "unfurl_links": False,
        }
        message["metadata"] = {"event_type": "claude_code_agent_reply", "event_payload": {"task_id": target.task_id}}
        lookup = None
        if thread:
            message["thread_ts"] = thread
            # Methods that only read take no JSON.
            query = urlencode({"channel": channel, "ts": thread, "limit": 200, "include_all_metadata": "true"})
            lookup = Call("GET", f"{root}/conversations.replies?{query}", headers)
        return ReplyCall("POST", f"{root}/chat.postMessage", headers, message, lookup, target.task_id, ok_field="ok")

    def redact(self, raw_body: bytes, payload: Any) -> bytes:
        """Without the old verification token and the addresses that let anybody answer."""
        for secret in (word(payload, "token"), word(payload, "response_url").rpartition("/")[2]):
            if len(secret) >= 8:
                raw_body = raw_body.replace(secret.encode("utf-8", "replace"), b"[redacted]")
        return raw_body

    def setup_hints(self, url: str) -> SetupHints:
        return SetupHints(
            where="api.slack.com/apps → your app → Event Subscriptions, Slash Commands, Interactivity: one URL for all",
            url=url,
            signing="Enter here the app's Signing Secret (Basic Information → App Credentials)",
            events="Subscribe to bot events: those of the triggers (app_mention, message.im, …)",
            content_type="application/json and application/x-www-form-urlencoded, as Slack sends them",
            notes=(
                "Commands are command./name here, buttons and dialogs interactivity.block_actions and its like.",
                "To reply, the app needs chat:write and its bot token (xoxb-…) as a variable.",
                "With channels:history, too, a reply whose answer was lost is looked for before it is sent again.",
            ),
        )


def _event(payload: Any) -> Happening:
    event = look(payload, "event")
    message = look(event, "message") if isinstance(look(event, "message"), dict) else event
    ts, subtype = word(message, "ts") or word(event, "event_ts"), word(event, "subtype")
    bots = look(payload, "authorizations")
    ours = [word(found, "user_id") for found in bots if look(found, "is_bot") is True] if isinstance(bots, list) else []
    is_bot = bool(word(message, "bot_id")) or subtype == "bot_message"
    return Happening(
        provider=ProviderName.SLACK,
        event=identifier(event, "type") or "unknown",
        action=identifier(event, "subtype"),
        kind="comment" if word(event, "type") in ("message", "app_mention") else "change",
        title=word(message, "text", limit=80),
        text=text(message, "text"),
        actor=Actor(id=word(message, "user") or word(event, "user", "id") or word(message, "bot_id"), is_bot=is_bot),
        own_ids=tuple(name for name in ours[:10] if name),
        is_system=subtype in ("channel_join", "channel_leave", "channel_topic", "channel_name", "message_deleted"),
        fields={
            "channel": word(event, "channel") or word(event, "item", "channel"),
            "thread": word(message, "thread_ts") or ts,
            "ts": ts,
            "team": word(payload, "team_id"),
        },
    )


def _command(payload: Any) -> Happening:
    command = word(payload, "command", limit=80)
    return Happening(
        provider=ProviderName.SLACK,
        event="command",
        action=identifier(command),
        kind="command",
        command=command,
        title=f"{command} {word(payload, 'text', limit=80)}".strip(),
        text=text(payload, "text"),
        actor=Actor(id=word(payload, "user_id"), name=word(payload, "user_name")),
        fields={"channel": word(payload, "channel_id"), "thread": "", "team": word(payload, "team_id")},
    )


def _interaction(payload: Any) -> Happening:
    actions = look(payload, "actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    return Happening(
        provider=ProviderName.SLACK,
        event="interactivity" if word(payload, "type") else "unknown",
        action=identifier(payload, "type"),
        title=word(first, "action_id") or word(payload, "callback_id") or word(payload, "view", "callback_id"),
        text=text(first, "value") or text(first, "selected_option", "value"),
        actor=Actor(
            id=word(payload, "user", "id"), name=word(payload, "user", "username") or word(payload, "user", "name")
        ),
        fields={
            "channel": word(payload, "channel", "id") or word(payload, "container", "channel_id"),
            "thread": word(payload, "message", "thread_ts") or word(payload, "message", "ts"),
            "team": word(payload, "team", "id"),
        },
    )


def _escaped(said: str) -> str:
    return said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _mrkdwn(markdown: str) -> str:
    """Slack's own markup. What would call people (`<!channel>`) is escaped first."""
    return _BOLD.sub(r"*\1*", _LINK.sub(r"<\2|\1>", _escaped(markdown)))
