"""Request bodies: bounded in size and time, and strictly JSON where JSON is wanted, before any route sees them."""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from machine.api.asgi import header
from machine.api.errors import problem
from machine.api.public import READING
from machine.api.strict_json import fault_of, parsed

MIB: Final = 1024 * 1024
BODY_SECONDS: Final = 60.0
SMALL_BYTES: Final = 64 * 1024
"""What every body may hold, however much others do: most webhooks pass beside somebody who floods."""
HELD_BYTES: Final = 192 * MIB
STRANGERS_BYTES: Final = 96 * MIB
"""What all bodies together may hold beyond that: of people and programs that are signed in, and of all others."""


@dataclass(frozen=True)
class BodyRule:
    """What the bodies of some routes may be."""

    path: re.Pattern[str]
    max_bytes: int
    json: bool


RULES: Final = (
    BodyRule(re.compile(r"/webhooks/.*", re.DOTALL), 25 * MIB, json=False),
    BodyRule(re.compile(r"/api/(?:agents|skills|webhooks|schedules)/upload"), 25 * MIB, json=False),
    BodyRule(re.compile(r"/api/attachments"), 25 * MIB, json=False),
    BodyRule(re.compile(r"/api/env"), MIB, json=False),
    BodyRule(re.compile(r"/api/credentials/upload"), 256 * 1024, json=False),
    BodyRule(re.compile(r".*", re.DOTALL), MIB, json=True),
)
"""The first rule whose pattern matches the whole path counts."""


class _Refused(Exception):
    def __init__(
        self, status: int, detail: str, *, code: str, hint: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.response = problem(status, detail, code=code, hint=hint, headers=headers)


class _Room:
    """Memory for bodies, shared by those that are read or worked on at the same time."""

    def __init__(self, limit: int) -> None:
        self._left = limit

    @contextmanager
    def share(self) -> Iterator[Callable[[int], None]]:
        """A function that takes so many bytes more, or raises _Refused; all are given back at the end of the block."""
        taken = 0

        def take(count: int) -> None:
            nonlocal taken
            if count > self._left:
                hint = "Send it again in a while."
                raise _Refused(503, "Too much is sent at once.", code="busy", hint=hint, headers={"retry-after": "5"})
            self._left -= count
            taken += count

        try:
            yield take
        finally:
            self._left += taken


class Bodies:
    """Plain ASGI: reads the body up to its limit, checks it, and hands it on in one piece."""

    def __init__(self, app: ASGIApp, rules: tuple[BodyRule, ...] = RULES) -> None:
        self._app = app
        self._rules = rules
        self._strangers = _Room(STRANGERS_BYTES)
        self._others = _Room(HELD_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in READING:
            await self._app(scope, receive, send)
            return
        rule = next(rule for rule in self._rules if rule.path.fullmatch(scope["path"]))
        room = self._others if "principal" in scope else self._strangers
        with room.share() as take:
            try:
                body = await _read(scope, receive, rule.max_bytes, take)
                if rule.json and body:
                    _check_json(scope, body)
            except _Refused as refused:
                await refused.response(scope, receive, send)
                return
            if body is not None:
                await self._app(scope, _replay(body, receive), send)


async def _read(scope: Scope, receive: Receive, limit: int, take: Callable[[int], None]) -> bytes | None:
    """The whole body; None when the client went away. A body that is announced as too large is not read at all."""
    announced = header(scope, b"content-length")
    if announced is not None and not announced.isdecimal():
        raise _Refused(400, "Content-Length is not a number.", code="bad_request")
    hint = f"The limit here is {limit} bytes."
    if announced is not None and int(announced[:20]) > limit:
        raise _Refused(413, "The body is too large.", code="too_large", hint=hint)
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return None
                pieces.append(message.get("body", b""))
                size += len(pieces[-1])
                if size > limit:
                    raise _Refused(413, "The body is too large.", code="too_large", hint=hint)
                take(max(0, min(size - SMALL_BYTES, len(pieces[-1]))))
                if not message.get("more_body", False):
                    return b"".join(pieces)
    except TimeoutError as error:
        raise _Refused(408, "The body did not come in time.", code="timeout", hint="Send it again.") from error


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once, and then what the server says."""
    first: Message | None = {"type": "http.request", "body": body, "more_body": False}

    async def replayed() -> Message:
        nonlocal first
        if first is not None:
            message, first = first, None
            return message
        return await receive()

    return replayed


def _check_json(scope: Scope, body: bytes) -> None:
    kind = (header(scope, b"content-type") or "").partition(";")[0].strip().lower()
    if kind != "application/json":
        hint = "Send `Content-Type: application/json`."
        raise _Refused(415, "The body has to be JSON and say so.", code="unsupported_media_type", hint=hint)
    try:
        fault = fault_of(parsed(body))
    except ValueError as error:
        raise _Refused(
            400, f"The body is not JSON: {error}.", code="malformed_json", hint="Send UTF-8 JSON."
        ) from error
    if fault:
        raise _Refused(422, f"The body holds {fault}.", code="invalid", hint="Leave it out.")
