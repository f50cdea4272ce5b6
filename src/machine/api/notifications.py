"""Channels: where the machine tells what becomes of tasks. An address goes in and never comes out."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StrictBool
from starlette.responses import Response

from machine.api.deps import Caller, State
from machine.domain.notification import (
    MAX_URL_CHARS,
    ChannelKind,
    ChannelName,
    NoticeState,
    Occasion,
)
from machine.engine.notification_desk import Reported

router = APIRouter(prefix="/api/notifications", tags=["notifications"])

Occasions = Annotated[list[Occasion], Field(min_length=1, max_length=len(Occasion))]
Name = Annotated[str, Path(max_length=80)]


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class NewChannel(_In):
    """Where to tell it: the address is kept sealed."""

    name: ChannelName
    kind: ChannelKind
    url: SecretStr = Field(min_length=1, max_length=MAX_URL_CHARS)
    occasions: Occasions


class ChannelChange(_In):
    """What is left out stays."""

    occasions: Occasions | None = None
    enabled: StrictBool | None = None


class LastNotice(_Out):
    """The last thing that was to be told there."""

    task_id: str
    occasion: Occasion
    state: NoticeState
    attempts: int
    last_error: str
    changed_at: datetime


class ChannelView(_Out):
    """A channel, without its address."""

    name: str
    kind: ChannelKind
    host: str
    occasions: list[Occasion]
    enabled: bool
    created_at: datetime
    last: LastNotice | None

    @classmethod
    def of(cls, found: Reported) -> "ChannelView":
        last = found.last and LastNotice.model_validate(found.last, from_attributes=True)
        said = found.channel.model_dump(exclude={"created_by", "occasions"})
        return cls(**said, occasions=list(found.channel.occasions), last=last)


class ChannelList(_Out):
    items: list[ChannelView]


class ChannelMade(ChannelView):
    signing_secret: str | None
    """Of a webhook: what its messages are signed with, by Standard Webhooks. It is shown this once."""


class Tested(_Out):
    """How a test went."""

    arrived: bool
    why: str
    """Empty when it did."""


@router.get("")
async def list_channels(state: State, caller: Caller) -> ChannelList:
    """By name, each with how the last notice went."""
    return ChannelList(items=[ChannelView.of(found) for found in await state.notifications.all(caller)])


@router.post("", status_code=201)
async def add_channel(new: NewChannel, state: State, caller: Caller) -> ChannelMade:
    """Tell these occasions there from now on."""
    url = new.url.get_secret_value().strip()
    channel, secret = await state.notifications.add(new.name, new.kind, url, new.occasions, caller)
    view = ChannelView.of(Reported(channel, None))
    shown = secret if channel.kind is ChannelKind.WEBHOOK else None
    return ChannelMade(**view.model_dump(), signing_secret=shown)


@router.patch("/{name}")
async def change_channel(name: Name, change: ChannelChange, state: State, caller: Caller) -> ChannelView:
    """Other occasions, or on and off. Another address is another channel."""
    changed = await state.notifications.change(name, caller, occasions=change.occasions, enabled=change.enabled)
    return ChannelView.of(changed)


@router.delete("/{name}", status_code=204)
async def delete_channel(name: Name, state: State, caller: Caller) -> Response:
    """Forget it, its address, and what was still to be told there."""
    await state.notifications.remove(name, caller)
    return Response(status_code=204)


@router.post("/{name}/test")
async def test_channel(name: Name, state: State, caller: Caller) -> Tested:
    """Send a test there now. 200 whether it arrives or not."""
    why = await state.notifications.test(name, caller)
    return Tested(arrived=not why, why=why)
