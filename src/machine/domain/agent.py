"""An agent: instructions, and what may be done with them."""

from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, ValidationInfo, field_validator

from machine.domain.code import CodeSource
from machine.domain.day_budget import MAX_DAILY_USD
from machine.domain.machine import Labels
from machine.domain.profile import Network, Profile, objection
from machine.domain.routing import MAX_RULES, RoutingRule
from machine.domain.variable import VariableName

NAME_PATTERN = r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$"

PermissionMode = Literal["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"]

EntityName = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
ToolRule = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_*][^\x00-\x1f\x7f]{0,299}$")]
"""A tool, or a permission rule such as `Bash(npm test:*)`. It begins like a name and never like an option."""
ModelName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@\[\]-]{0,199}$")]

POWERFUL_TOOLS: Final = (
    *("Bash", "BashOutput", "KillShell", "PowerShell", "Monitor"),
    *("Read", "Glob", "Grep", "LS", "NotebookRead", "LSP"),
    *("Write", "Edit", "MultiEdit", "NotebookEdit"),
    *("WebFetch", "WebSearch", "RemoteTrigger"),
    *("Agent", "Task", "Workflow", "ScheduleWakeup", "CronCreate", "CronDelete", "EnterWorktree", "ExitWorktree"),
)
"""The CLI's own tools that look at, change or start something: what a list of `tools` leaves out of these is denied.
Asking a person, planning and loading a skill stay possible for everybody."""


class WorkspaceKind(StrEnum):
    """`task`: a folder of its own for every task; `shared`: one lasting folder, one task at a time."""

    TASK = "task"
    SHARED = "shared"


class AgentFields(BaseModel):
    """What people may say about an agent besides its instructions."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    description: str = Field(max_length=2_000)
    when_to_use: str = Field("", max_length=4_000)
    """When a task should come to this agent, in words."""
    routing: tuple[RoutingRule, ...] = Field((), max_length=MAX_RULES)
    """Which tasks come to it without the Brain being asked."""
    model: ModelName | None = None
    profile: Profile = Profile.STANDARD
    """How much its tasks may do at most: `machine.domain.profile.TABLE`."""
    permission_mode: PermissionMode = "acceptEdits"
    tools: tuple[ToolRule, ...] | None = Field(None, max_length=200)
    """Of the CLI's own powerful tools, only these; unset: all of them."""
    allowed_tools: tuple[ToolRule, ...] = Field((), max_length=200)
    """Used without asking."""
    disallowed_tools: tuple[ToolRule, ...] = Field((), max_length=200)
    timeout_seconds: float | None = Field(None, strict=True, gt=0, le=7 * 24 * 3600)
    max_turns: int | None = Field(None, strict=True, gt=0, le=10_000)
    max_budget_usd: float | None = Field(None, strict=True, gt=0, le=100_000)
    daily_budget_usd: float | None = Field(None, strict=True, ge=0, le=MAX_DAILY_USD)
    """What all its tasks together may cost in a day of UTC; 0: nothing."""
    max_concurrent: int | None = Field(None, strict=True, gt=0, le=1_000)
    priority: int = Field(0, strict=True, ge=-100, le=100)
    labels: Labels = ()
    """In a fleet, its tasks run on machines that have all of these."""
    workspace: WorkspaceKind = WorkspaceKind.TASK
    sandbox: StrictBool = True
    """Keep its commands in, where the computer can. Without it, they can reach all that the daemon's user can."""
    network: Network | None = None
    """What its commands and WebFetch reach; unset: what its profile gives."""
    skills: tuple[EntityName, ...] = Field((), max_length=200)
    """Skills of the machine that this agent gets besides those that are given to it or to all."""
    variables: tuple[VariableName, ...] = Field((), max_length=100)
    """Names of the machine's variables that its CLI, and what that starts, find in their environment."""
    code: CodeSource | None = None
    """The code that its tasks work on when they name none."""
    claude_code: dict[str, Any] = Field(default_factory=dict)
    """Fields of a Claude Code file that have no effect here; kept for the way back."""

    @field_validator("permission_mode", "tools", "allowed_tools", "sandbox", "network", "variables", "code")
    @classmethod
    def _within_profile(cls, value: Any, about: ValidationInfo) -> Any:
        profile = about.data.get("profile")  # missing when it is none itself, which is said already
        if profile is not None and about.field_name and (why := objection(profile, about.field_name, value)):
            raise ValueError(f"it has the profile {profile}: {why}")
        return value


class AgentFile(AgentFields):
    """What `agent.yaml` says. Fields that are not known are kept, and named in a warning."""

    model_config = ConfigDict(extra="allow")

    name: EntityName | None = None
    """Where it is given, it is the folder's name."""
    description: str = Field(min_length=1, max_length=2_000, pattern=r"\S")


class AgentForm(AgentFields):
    """An agent as it is filled in by hand."""

    model_config = ConfigDict(extra="forbid")

    name: EntityName
    description: str = Field(min_length=1, max_length=2_000, pattern=r"\S")
    instructions: str = Field(min_length=1, max_length=200_000, pattern=r"\S")
    """What becomes its CLAUDE.md."""


class SubAgent(AgentFields):
    """What the registry knows of an agent. The prompt itself is the `CLAUDE.md` of its workspace."""

    name: str = Field(pattern=NAME_PATTERN)
    instructions: str
    """Text of the CLAUDE.md that is written into the workspace before every start of the CLI."""
    builtin: bool = False


def denied_by(tools: tuple[str, ...] | None) -> tuple[str, ...]:
    """The powerful tools that a list of `tools` leaves out; none without a list."""
    if tools is None:
        return ()
    named = {tool.partition("(")[0].strip() for tool in tools}
    if "*" in named:
        return ()
    return tuple(tool for tool in POWERFUL_TOOLS if tool not in named)
