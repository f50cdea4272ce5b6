"""Telling other systems what becomes of tasks: where to, of what, and how it went."""

import ipaddress
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, StringConstraints

from machine.domain.errors import BadRequest
from machine.domain.task import Lane, Task, TaskStatus, WaitingReason

MAX_CHANNELS: Final = 20
MAX_URL_CHARS: Final = 2_000

ChannelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class ChannelKind(StrEnum):
    """`webhook` is sent and signed as Standard Webhooks prescribe; `slack` is a message that Slack, and what speaks as
    it does (Mattermost, Rocket.Chat), takes at an incoming webhook."""

    WEBHOOK = "webhook"
    SLACK = "slack"


class Occasion(StrEnum):
    """What a channel can be told of. `waiting`: it asks a person for a permission, an answer, a word on a plan."""

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    WAITING = "waiting"


class NoticeState(StrEnum):
    """`sending`: an attempt is being made, or was when its daemon died. The last two are ends."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    GIVEN_UP = "given_up"


class Channel(BaseModel):
    """Where to tell it. The address and the signing secret are sealed, and not in here."""

    model_config = ConfigDict(frozen=True)

    name: str
    kind: ChannelKind
    host: str
    """Of the address: all of it that is ever shown."""
    occasions: tuple[Occasion, ...]
    enabled: bool
    created_at: datetime
    created_by: str


class Notice(BaseModel):
    """One thing to tell at one place, stored in the transaction in which it happened."""

    model_config = ConfigDict(frozen=True)

    notice_id: str
    channel: str
    task_id: str
    occasion: Occasion
    state: NoticeState = NoticeState.DUE
    attempts: int = 0
    next_at: datetime
    """Not before this moment is it attended to."""
    last_error: str = ""
    created_at: datetime
    changed_at: datetime

    def changed(self, at: datetime, **changes: object) -> "Notice":
        """This notice, changed at a moment."""
        return self.model_copy(update={"changed_at": at, **changes})


_ENDS: Final = {
    TaskStatus.COMPLETED: Occasion.COMPLETED,
    TaskStatus.FAILED: Occasion.FAILED,
    TaskStatus.CANCELLED: Occasion.CANCELLED,
}


def occasion_of(old: Task, new: Task) -> Occasion | None:
    """What a change of a task is worth telling; None for most. That a message of the chat was answered is not."""
    if new.status in _ENDS and old.status is not new.status:
        return None if new.lane is Lane.CHAT else _ENDS[new.status]
    asks, asked = (one.waiting_reason is WaitingReason.APPROVAL for one in (new, old))
    return Occasion.WAITING if asks and not asked else None


def checked_address(url: str) -> str:
    """The host of an address that may be told. Raises BadRequest.

    Plain http goes to this computer and to networks of one's own only; nothing goes to link-local addresses, where
    clouds keep credentials.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise _refused("it cannot be read") from error
    if parts.scheme not in ("http", "https") or not host:
        raise _refused("it has to begin with https:// and a host")
    if not url.isprintable() or " " in url or "@" in parts.netloc or parts.fragment:
        raise _refused("it holds spaces, a user name or a fragment")
    near = host == "localhost"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        if address.is_link_local or address.is_multicast or address.is_unspecified:
            raise _refused("that host is not to be reached from here")
        near = address.is_private or address.is_loopback
    if parts.scheme == "http" and not near:
        raise _refused("plain http is for this computer and private networks only; use https")
    return host


def _refused(why: str) -> BadRequest:
    return BadRequest(
        f"This address is not taken: {why}.", hint="Give the whole address, as the other system shows it."
    )
