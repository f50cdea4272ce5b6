"""The audit log around every request that changes something: no route has to think of it."""

from contextlib import suppress
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from machine.api.asgi import address
from machine.api.errors import problem_of
from machine.api.rules import Rule, rule_of
from machine.api.state import ApiState
from machine.api.strict_json import parsed
from machine.domain.errors import StoreError
from machine.domain.principal import Principal
from machine.engine.audit import MAX_TEXT, Outcome

MAX_ANSWER: Final = 1024 * 1024
MAX_WORDS: Final = 20


class Audited:
    """Plain ASGI, behind the login and the check of bodies. What the log cannot take is not done."""

    def __init__(self, app: ASGIApp, state: ApiState) -> None:
        self._app = app
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal = scope.get("principal")
        if scope["type"] != "http" or not isinstance(principal, Principal):
            await self._app(scope, receive, send)
            return
        rule, object_id = rule_of(scope["method"], scope["path"])
        if not rule.action:
            await self._app(scope, receive, send)
            return
        first = await receive()  # the whole body: it was read before
        answer = _Answer(rule, send)
        try:
            recording = self._state.audit.recording(
                principal, rule.action, object_id, address=address(scope), summary=_summary(rule, first)
            )
            async with recording as outcome:
                await self._app(scope, _again(first, receive), answer.send)
                answer.tell(outcome)
        except StoreError as error:
            if answer.begun:
                raise
            await problem_of(error)(scope, receive, send)
            return
        await answer.finish()


class _Answer:
    """Hands an answer on, and keeps its last piece back until the log has it."""

    def __init__(self, rule: Rule, send: Send) -> None:
        self._rule = rule
        self._send = send
        self._body = bytearray()
        self._status = 500
        self._last: Message | None = None
        self.begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self.begun = True
        elif message["type"] == "http.response.body":
            piece = message.get("body", b"")
            if self._rule.made and len(self._body) + len(piece) <= MAX_ANSWER:
                self._body += piece
            if not message.get("more_body", False):
                self._last = message
                return
        await self._send(message)

    def tell(self, outcome: Outcome) -> None:
        outcome.status = self._status
        if self._rule.made and self._status < 300:
            with suppress(ValueError):
                found = parsed(bytes(self._body))
                outcome.made_id = str(found.get(self._rule.made, "")) if isinstance(found, dict) else ""

    async def finish(self) -> None:
        if self._last is not None:
            await self._send(self._last)


def _summary(rule: Rule, message: Message) -> dict[str, Any]:
    """Of the body, what the rule names, cut to a size. A field that holds something else is only named."""
    if not rule.fields:
        return {}
    try:
        body = parsed(message.get("body", b"") or b"{}")
    except ValueError:
        return {}
    given = body if isinstance(body, dict) else {}
    return {name: _told(given[name]) for name in rule.fields if name in given}


def _told(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return [item[:MAX_TEXT] for item in value[:MAX_WORDS]]
    return "…"


def _again(first: Message, receive: Receive) -> Receive:
    """A `receive` that gives the first message once more, and then what the server says."""
    kept: list[Message] = [first]

    async def replayed() -> Message:
        return kept.pop() if kept else await receive()

    return replayed
