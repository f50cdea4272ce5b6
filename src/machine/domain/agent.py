"""An agent: instructions, and what may be done with them."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

NAME_PATTERN = r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$"

PermissionMode = Literal["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"]


class WorkspaceKind(StrEnum):
    """`task`: a folder of its own for every task; `shared`: one lasting folder, one task at a time."""

    TASK = "task"
    SHARED = "shared"


class SubAgent(BaseModel):
    """What the registry knows of an agent. The prompt itself is the `CLAUDE.md` of its workspace."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(pattern=NAME_PATTERN)
    description: str
    instructions: str
    """Text of the CLAUDE.md that is written into the workspace before every start of the CLI."""
    model: str | None = None
    permission_mode: PermissionMode = "acceptEdits"
    allowed_tools: tuple[str, ...] = ()
    disallowed_tools: tuple[str, ...] = ()
    timeout_seconds: float | None = Field(None, gt=0)
    max_turns: int | None = Field(None, gt=0)
    max_budget_usd: float | None = Field(None, gt=0)
    max_concurrent: int | None = Field(None, gt=0)
    priority: int = 0
    workspace: WorkspaceKind = WorkspaceKind.TASK
    builtin: bool = False
