"""Profiles at work: which one a task has, and its agent as the task gets it."""

from typing import Any, Final

from machine.domain.agent import POWERFUL_TOOLS, SubAgent
from machine.domain.errors import SandboxMissing
from machine.domain.profile import PROFILE, TABLE, Network, Profile, narrower
from machine.domain.task import Task

_FETCHING: Final = ("WebFetch", "WebSearch")


def profile_for(agent: SubAgent, came_with: dict[str, Any]) -> Profile:
    """That of a task of `agent` with these `source_metadata`: the narrower of both."""
    return narrower(agent.profile, Profile(came_with.get(PROFILE, Profile.TRUSTED)))


def is_untrusted(task: Task) -> bool:
    """Whether strangers can have caused it."""
    return task.profile is Profile.UNTRUSTED


def inherited(before: Task | None) -> dict[str, Any]:
    """What a task takes over of where it comes from: a conversation with strangers' words in it stays narrow."""
    return {} if before is None or before.profile is Profile.TRUSTED else {PROFILE: before.profile.value}


def in_profile(agent: SubAgent, task: Task) -> SubAgent:
    """The agent as this task gets it. A definition that was narrowed since the task was made counts as it is now."""
    profile = narrower(agent.profile, task.profile)
    bounds = TABLE[profile]
    update: dict[str, Any] = {"profile": profile, "network": network_of(agent, profile)}
    if agent.permission_mode not in bounds.permission_modes:
        update["permission_mode"] = "default"
    if not bounds.may_leave_sandbox:
        update["sandbox"] = True
    if not bounds.variables:
        update["variables"] = ()
    denied: tuple[str, ...] = ()
    if bounds.only_tools is not None:
        denied = (*(tool for tool in POWERFUL_TOOLS if tool not in bounds.only_tools), "mcp__*")
    elif update["network"] != "all":
        denied = _FETCHING if update["network"] == "none" else ("WebSearch",)
        update["allowed_tools"] = tuple(rule for rule in agent.allowed_tools if not rule.startswith(_FETCHING))
    if not bounds.own_rules:
        update["allowed_tools"] = ()
    update["disallowed_tools"] = tuple(dict.fromkeys((*agent.disallowed_tools, *denied)))
    return agent.model_copy(update=update)


def network_of(agent: SubAgent, profile: Profile) -> Network:
    """What commands of the agent reach in that profile."""
    most = TABLE[profile].network
    return most if most == "none" or agent.network is None else agent.network


def rules_of(agent: SubAgent, rules: tuple[str, ...]) -> tuple[str, ...]:
    """Of the rules that people have given to an agent for good, those that count in the profile it runs in now."""
    if not TABLE[agent.profile].own_rules:
        return ()
    return rules if agent.network == "all" else tuple(rule for rule in rules if not rule.startswith(_FETCHING))


def tools_of(agent: SubAgent) -> tuple[str, ...] | None:
    """The only tools of the CLI's own that it may have in its profile; None: those that it names."""
    return TABLE[agent.profile].only_tools


def check_network(agent: SubAgent, *, sandboxed: bool) -> None:
    """Only the sandbox keeps commands off the network. Raises SandboxMissing where there is none for a limit."""
    if sandboxed or agent.network == "all" or TABLE[agent.profile].only_tools is not None:
        return
    if "Bash" in agent.disallowed_tools:
        return
    raise SandboxMissing(
        f"The agent {agent.name} limits its network, and nothing here could hold its commands to that.",
        hint="Install the sandbox (`machine doctor` says how), deny it the tool Bash, or take `network` out.",
    )
