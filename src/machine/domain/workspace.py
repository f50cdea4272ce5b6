"""What lies in a task's workspace, as people see it."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class EntryKind(StrEnum):
    """A link is shown and never followed."""

    FOLDER = "folder"
    FILE = "file"
    LINK = "link"
    OTHER = "other"


class WorkspaceEntry(BaseModel):
    """One name in a folder. `size` in bytes, 0 for what is no file."""

    model_config = ConfigDict(frozen=True)

    name: str
    kind: EntryKind
    size: int
    changed_at: datetime


class FileContent(BaseModel):
    """A file's content, and whether it is text in UTF-8."""

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    content: bytes
    is_text: bool


class WorkspaceListing(BaseModel):
    """One folder of a workspace: folders first, then by name."""

    model_config = ConfigDict(frozen=True)

    path: str
    """From the workspace on, with `/`; empty for the workspace itself."""
    entries: tuple[WorkspaceEntry, ...]
    truncated: bool
    """Whether there is more than is listed."""
