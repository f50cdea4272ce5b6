"""What a conversation takes along when it goes on, on another machine."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Snapshot(BaseModel):
    """One version of a conversation's files and transcript. The database says which is the newest."""

    model_config = ConfigDict(frozen=True)

    conversation_id: str
    version: int = Field(ge=1)
    machine_id: str
    at: datetime
    bytes: int
    """Of all that belongs to it in the shared folder."""
    sha256: str
    """Of its manifest, which names everything else by its hash."""


class Turn(BaseModel):
    """When a turn of a conversation began, by the clock of the machine on which it did."""

    model_config = ConfigDict(frozen=True)

    machine_id: str
    began_at: datetime


class ClonePart(BaseModel):
    """A task's clone in a snapshot: what its server does not have. Paths are relative to the clone."""

    model_config = ConfigDict(frozen=True)

    place: dict[str, Any]
    """What the machine itself knows of the clone."""
    head: str | None = None
    """The commit that is checked out; unset: the clone's folder is in the snapshot whole."""
    gone: tuple[str, ...] = ()
    """Files of that commit that are not there any more."""
    files: tuple[str, ...] = Field((), exclude=True)
    """Files and folders that differ from that commit, or are new: these are taken along."""
    has_pack: bool = False
    """Whether there are objects that the server does not have."""
