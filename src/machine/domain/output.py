"""What a task puts out, piece by piece."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

MAX_PIECE_BYTES = 64 * 1024
"""UTF-8 bytes of text in one stored piece of output."""


class OutputKind(StrEnum):
    """What a piece of output is."""

    TEXT = "text"
    THINKING = "thinking"
    TOOL_USE = "tool_use"
    TOOL_RESULT = "tool_result"
    SYSTEM = "system"
    STDERR = "stderr"


class Output(BaseModel):
    """One stored piece of output.

    Pieces with the same `item` belong together: their texts joined are the whole. `more` says that another follows.
    """

    model_config = ConfigDict(frozen=True)

    kind: OutputKind
    text: str = ""
    """What to show. For `tool_use` with an input over 64 KiB: its JSON, in pieces."""
    item: str | None = None
    more: bool = False
    name: str | None = None
    """The tool's name, or the subtype of a system message."""
    tool_use_id: str | None = None
    input: dict[str, Any] | None = None
    is_error: bool | None = None
    parent_tool_use_id: str | None = None
    """Set for what a sub-agent inside the conversation said or did."""
    data: dict[str, Any] | None = None
    """Of a system message: what came with it, kinds unknown to this version included."""
    uuid: str | None = None
    """Of the CLI's message, on its last piece: recovery appends what the transcript has beyond these."""
