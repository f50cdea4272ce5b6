"""What a task may do that strangers can cause: look at what lies in its workspace, and say something."""

from typing import Any, Final

from machine.domain.agent import POWERFUL_TOOLS, SubAgent
from machine.domain.task import Task
from machine.domain.triggering import PROFILE

__all__ = ["PROFILE", "in_profile", "inherited", "is_untrusted", "tools_of"]

UNTRUSTED: Final = "untrusted"
"""As `machine.domain.webhook_trigger.Profile` has it; not imported, for every start of a task passes here."""

LOOKING: Final = ("Read", "Glob", "Grep")
"""The CLI's own tools that it gets. What it is offered is this list; what is denied stands behind it."""
DENIED: Final = (*(tool for tool in POWERFUL_TOOLS if tool not in LOOKING), "mcp__*")


def is_untrusted(task: Task) -> bool:
    """Whether strangers can have caused it."""
    return task.source_metadata.get(PROFILE) == UNTRUSTED


def inherited(before: Task | None) -> dict[str, Any]:
    """What a task takes over of where it comes from: a conversation with strangers' words in it stays narrow."""
    return {PROFILE: UNTRUSTED} if before is not None and is_untrusted(before) else {}


def in_profile(agent: SubAgent, task: Task) -> SubAgent:
    """The agent as this task gets it: with an untrusted one, it can look and nothing else, whatever it says itself."""
    if not is_untrusted(task):
        return agent
    denied = tuple(dict.fromkeys((*agent.disallowed_tools, *DENIED)))
    return agent.model_copy(
        update={"disallowed_tools": denied, "allowed_tools": (), "permission_mode": "default"},
    )


def variables_of(agent: SubAgent, task: Task) -> tuple[str, ...]:
    """Names of the variables that the task gets: those its agent names; none where strangers can have caused it."""
    return () if is_untrusted(task) else agent.variables


def tools_of(task: Task) -> tuple[str, ...] | None:
    """The only tools of the CLI's own that the task may have; None: those of its agent."""
    return LOOKING if is_untrusted(task) else None
