"""Versions of definitions, as the machines of a fleet share them through their database."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict


class SharedKind(StrEnum):
    """What has versions. A `switch` is there while the definition that it names is switched off."""

    AGENT = "agent"
    SKILL = "skill"
    WEBHOOK = "webhook"
    SCHEDULE = "schedule"
    SWITCH = "switch"
    VARIABLE = "variable"
    CHANNEL = "channel"
    """The address of a channel of notifications, or what its messages are signed with: for no agent, ever."""
    ORIGIN = "origin"
    """One in each fleet, by whom it was founded."""


SEALED: Final = frozenset({SharedKind.VARIABLE, SharedKind.CHANNEL})
"""Their content is a sealed file; old ones are not kept."""


class NewVersion(BaseModel):
    """A version that is to be stored. Without `content`, what is called so is taken away."""

    model_config = ConfigDict(frozen=True)

    kind: SharedKind
    name: str
    content_hash: str = ""
    content: bytes | None = None
    author: str
    """A user's id; empty for what somebody did by hand."""
    machine_id: str
    """Where it came in."""


class DefinitionVersion(BaseModel):
    """A version that is stored, without its content. A newer one of anything has a higher number, in all the fleet."""

    model_config = ConfigDict(frozen=True)

    version: int
    kind: SharedKind
    name: str
    content_hash: str
    """Empty: from this version on there is none of this name."""
    author: str
    machine_id: str
    created_at: datetime

    @property
    def is_gone(self) -> bool:
        return not self.content_hash

    @property
    def key(self) -> tuple[SharedKind, str]:
        return self.kind, self.name
