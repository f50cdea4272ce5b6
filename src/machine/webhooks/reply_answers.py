"""What a server's answer to a reply means: sent, try again, or give up. And whether a lookup found it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from machine.ports import HttpAnswer
from machine.webhooks.payloads import look, web, word
from machine.webhooks.replies import ReplyCall

MAX_WAIT_SECONDS: Final = 3600.0
_NOT_DONE: Final = frozenset({408, 409, 425, 429, 503})
"""Answers by which a server says that it did nothing and may be asked again."""
_PASSING: Final = frozenset({"ratelimited", "rate_limited", "service_unavailable", "RATELIMITED"})


@dataclass(frozen=True)
class Sent:
    """It is there; `url` where the provider says it."""

    url: str = ""


@dataclass(frozen=True)
class Again:
    """Try again, not sooner than the server wants. `unsure`: it may have arrived all the same."""

    why: str
    unsure: bool
    after_seconds: float = 0.0


@dataclass(frozen=True)
class Refused:
    """Asking once more would change nothing."""

    why: str


def judged(call: ReplyCall, answer: HttpAnswer, now: datetime) -> Sent | Again | Refused:
    """What became of a reply."""
    if not 200 <= answer.status < 300:
        return _failed(answer, now)
    body = _json(answer)
    if call.ok_field is None:
        return Sent(web(body, "html_url"))
    if not isinstance(body, dict):
        return Again("the server's answer cannot be read", unsure=True)
    if call.ok_field == "data":  # GraphQL says what went wrong beside the data
        done = look(body, "errors") is None and look(body, "data", "commentCreate", "success") is True
        return Sent() if done else _declined(answer, word(_first(body, "errors"), "extensions", "code"), now)
    return Sent() if body.get(call.ok_field) is True else _declined(answer, word(body, "error"), now)


def looked_up(call: ReplyCall, answer: HttpAnswer, now: datetime) -> bool | Again | Refused:
    """Whether the reply is there already, by the answer to its lookup."""
    if not 200 <= answer.status < 300:
        failed = _failed(answer, now)
        if isinstance(failed, Again):
            return Again(failed.why, unsure=True, after_seconds=failed.after_seconds)
        return failed
    if call.mark.encode() in answer.body:
        return True
    body = _json(answer)
    declined = isinstance(body, dict) and (body.get("ok") is False or look(body, "errors") is not None)
    if declined:
        return Refused(_what_it_said(body) or "the server declined")
    return False if answer.whole else Again("the list of replies is too long to be read", unsure=True)


def _failed(answer: HttpAnswer, now: datetime) -> Again | Refused:
    said = f"the server answered {answer.status}"
    if 300 <= answer.status < 400:
        return Refused(f"{said}: it wants to lead elsewhere, and a token is not taken along. Correct base_url")
    body = _json(answer)
    if detail := _what_it_said(body):
        said = f"{said}: {detail}"
    wait = _wait_seconds(answer, now)
    limited = (answer.status == 403 and wait) or word(_first(body, "errors"), "extensions", "code") in _PASSING
    if answer.status in _NOT_DONE or limited:
        return Again(said, unsure=False, after_seconds=wait)
    if answer.status >= 500:
        return Again(said, unsure=True, after_seconds=wait)
    return Refused(said)


def _declined(answer: HttpAnswer, code: str, now: datetime) -> Again | Refused:
    said = _what_it_said(_json(answer)) or code or "it gave no reason"
    if code in _PASSING:
        return Again(f"the server declined: {said}", unsure=False, after_seconds=_wait_seconds(answer, now))
    return Refused(f"the server declined: {said}")


def _wait_seconds(answer: HttpAnswer, now: datetime) -> float:
    """How long the server wants to be left alone, 0 when it does not say; GitHub says it in headers of its own."""
    asked = answer.headers.get("retry-after", "")
    reset = answer.headers.get("x-ratelimit-reset", "")
    if asked.isdecimal():
        seconds = float(asked[:9])
    elif asked:
        seconds = _seconds_until(asked, now)
    elif answer.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        seconds = float(reset[:12]) - now.timestamp()
    else:
        return 0.0
    return min(max(seconds, 1.0), MAX_WAIT_SECONDS)


def _seconds_until(date: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return 0.0
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()


def _what_it_said(body: Any) -> str:
    """The server's own words, where these servers put them."""
    places = (body, look(body, "error"), _first(body, "errors"))
    found = [word(place, key, limit=200) for place in places for key in ("message", "detail", "error")]
    found += [word(_first(body, "errorMessages"), limit=200), word(_first(body, "errors"), limit=200)]
    return next((said for said in found if said), "")


def _first(body: Any, key: str) -> Any:
    """The first of a list under a key."""
    found = look(body, key)
    return found[0] if isinstance(found, list) and found else None


def _json(answer: HttpAnswer) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
