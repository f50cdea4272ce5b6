"""Replies to where an event came from: their wording, and the request as plain data. They are sent elsewhere."""

import re
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import quote

from pydantic import SecretStr

from machine.webhooks.markdown import calling_nobody, closed

NO_REPLY: Final = "NO_REPLY"
MAX_FOOT_CHARS: Final = 600
MAX_FENCE_CHARS: Final = 80
_MARK: Final = re.compile(r"(?:<!-- )?claude-code-agent (task_[0-9a-z]{26}) hop ([0-9]{1,2})(?: -->)?")
_TASK_ID: Final = re.compile(r"task_[0-9a-hjkmnp-tv-z]{26}")
_COMMAND_LINE: Final = re.compile(r"^(\s*)/(?=[A-Za-z])", re.MULTILINE)


@dataclass(frozen=True)
class ReplyTarget:
    """With what to reply: the token, where the API is, and which task speaks."""

    token: SecretStr
    task_id: str
    hops: int = 0
    """How many causes made by this machine led to the task."""
    base_url: str | None = None
    """Of a self-hosted server; unset: the provider's own."""
    email: str | None = None


@dataclass(frozen=True)
class Call:
    """One HTTP request. `headers` hold the token: not for logs."""

    method: Literal["GET", "POST"]
    url: str
    headers: dict[str, str]
    json: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return f"Call({self.method} {self.url})"


@dataclass(frozen=True)
class ReplyCall(Call):
    """The request that replies, and the one that tells whether the reply is there already.

    After an attempt whose end is not known (a timeout, a crash), send `lookup` first: when `mark` is in the body of its
    answer, the reply was made.
    """

    lookup: Call | None = None
    mark: str = ""
    ok_field: str | None = None
    """Slack answers 200 to everything: this field of its answer must be true. GraphQL: `errors` must be missing."""

    def __repr__(self) -> str:
        return f"ReplyCall({self.method} {self.url})"


@dataclass(frozen=True)
class Mark:
    """The trace in a reply of ours."""

    task_id: str
    hops: int


def wants_reply(result: str) -> bool:
    """False when the agent ended with `NO_REPLY`, or said nothing."""
    lines = [line.strip() for line in result.splitlines() if line.strip()]
    return bool(lines) and NO_REPLY not in (lines[0], lines[-1])


def compose(result: str, *, cost_usd: float, cost_kind: str, url: str) -> str:
    """Result, cost and link, in Markdown. `cost_kind`: billed, subscription, demo; `url` may be empty."""
    kind = "" if cost_kind == "billed" else f" ({cost_kind})"
    link = f" · [task]({url})" if url else ""
    return f"{closed(result.strip())}\n\n_Cost: ${cost_usd:.2f}{kind}{link}_"


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, with a note where something was left out; the last paragraph, with the link, stays.

    A block of code that is cut is closed.
    """
    if len(text) <= limit:
        return text
    _, _, foot = text.rpartition("\n\n")
    end = "\n\n… (cut; the whole is in the task)" + (f"\n\n{foot}" if len(foot) <= MAX_FOOT_CHARS else "")
    return closed(text[: limit - len(end) - MAX_FENCE_CHARS])[: limit - len(end)] + end


def harmless(text: str) -> str:
    """Without lines that begin with a slash: GitLab and bots elsewhere take those for commands of ours. And without
    mentions: whoever can make an agent write can not make it call people."""
    return _COMMAND_LINE.sub(r"\1\\/", calling_nobody(text))


def marked(text: str, target: ReplyTarget, *, visible: bool = False) -> str:
    """The text with a last line by which we know it when it comes back; invisible where HTML comments are."""
    mark = f"{mark_of(target)} {target.hops + 1}"
    return f"{text}\n\n{mark}" if visible else f"{text}\n\n<!-- {mark} -->"


def mark_of(target: ReplyTarget) -> str:
    """What stands in no text but the reply of this task."""
    return f"claude-code-agent {target.task_id} hop"


def mark_in(text: str) -> Mark | None:
    """The mark in the last line of a text; a quotation of ours in the middle does not count."""
    lines = text.rstrip().splitlines()
    found = _MARK.fullmatch(lines[-1].strip()) if lines else None
    return Mark(found[1], int(found[2])) if found else None


def task_in(*texts: str) -> str | None:
    """The id of a task in a branch's name or the like: that task may have caused the event."""
    return next((found[0] for text in texts if (found := _TASK_ID.search(text[:1000]))), None)


def path(*segments: str) -> str | None:
    """Segments of a URL's path, quoted and joined, with a slash before each; None when one is empty or `.` or `..`."""
    if any(segment in ("", ".", "..") for segment in segments):
        return None
    return "".join("/" + quote(segment, safe="") for segment in segments)


def base(target: ReplyTarget, default: str) -> str:
    """Where the API is, without a slash at the end. Never taken from a payload."""
    return (target.base_url or default).rstrip("/")


def bearer(target: ReplyTarget) -> dict[str, str]:
    """Headers with the token."""
    return {"Authorization": f"Bearer {target.token.get_secret_value()}", "Accept": "application/json"}
