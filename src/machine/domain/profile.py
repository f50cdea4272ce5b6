"""Profiles: how much a task may do at most, whatever its agent asks for. `docs/profiles.md` shows the same table."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

PROFILE: Final = "profile"
"""In a task's `source_metadata`: the widest profile that where it came from allows; unset: any."""


class Profile(StrEnum):
    """`trusted`: all that the agent asks for; `standard`: that, kept in; `untrusted`: what strangers can cause."""

    TRUSTED = "trusted"
    STANDARD = "standard"
    UNTRUSTED = "untrusted"


Domain = Annotated[
    str,
    StringConstraints(
        max_length=253,
        pattern=r"^(\*\.)?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:\d{1,5})?$",
    ),
]
"""A name, an IPv4 address, or `*.` before a name; a port after it narrows it to that port."""

Network = Literal["all", "none"] | Annotated[tuple[Domain, ...], Field(min_length=1, max_length=200)]
"""What commands and WebFetch reach: everything but this computer itself, nothing, or just these."""

LOOKING: Final = ("Read", "Glob", "Grep")
"""The CLI's own tools with which one can look at a workspace and do nothing else."""


class Bounds(BaseModel):
    """What a profile gives at most."""

    model_config = ConfigDict(frozen=True)

    only_tools: tuple[str, ...] | None
    """Of the CLI's own tools these, and none of anybody else's; None: those of the agent."""
    permission_modes: frozenset[str]
    own_rules: bool
    """Whether tools may be used without asking, because the agent's files or a person's "always" say so."""
    servers_and_hooks: bool
    """Whether the MCP servers and hooks of the agent's folder are started. They run outside of the sandbox."""
    may_leave_sandbox: bool
    network: Literal["all", "none"]
    """The default, and the most."""
    variables: bool
    credentials: bool
    """Whether the code is fetched with credentials, and may be pushed."""


_ASKING: Final = frozenset({"default", "acceptEdits", "plan", "dontAsk"})

TABLE: Final[Mapping[Profile, Bounds]] = {
    Profile.TRUSTED: Bounds(
        only_tools=None,
        permission_modes=_ASKING | {"bypassPermissions"},
        own_rules=True,
        servers_and_hooks=True,
        may_leave_sandbox=True,
        network="all",
        variables=True,
        credentials=True,
    ),
    Profile.STANDARD: Bounds(
        only_tools=None,
        permission_modes=_ASKING,
        own_rules=True,
        servers_and_hooks=True,
        may_leave_sandbox=False,
        network="all",
        variables=True,
        credentials=True,
    ),
    Profile.UNTRUSTED: Bounds(
        only_tools=LOOKING,
        permission_modes=frozenset({"default"}),
        own_rules=False,
        servers_and_hooks=False,
        may_leave_sandbox=False,
        network="none",
        variables=False,
        credentials=False,
    ),
}

_WIDTH: Final = {Profile.UNTRUSTED: 0, Profile.STANDARD: 1, Profile.TRUSTED: 2}


def narrower(*profiles: Profile) -> Profile:
    """The narrowest of some; without any, `trusted`, which bounds nothing."""
    return min(profiles, key=_WIDTH.__getitem__, default=Profile.TRUSTED)


def objection(profile: Profile, field: str, value: Any) -> str | None:
    """Why an agent of that profile may not say so in that field, and what to write instead; None when it may."""
    if not (why := _too_much(profile, field, value)):
        return None
    wider = next((wider for wider in (Profile.STANDARD, Profile.TRUSTED) if not _too_much(wider, field, value)), None)
    remedy = f"Leave it out, or write `profile: {wider}`" if wider else "Leave it out"
    return f"{why}. {remedy}; see docs/profiles.md"


def _too_much(profile: Profile, field: str, value: Any) -> str:
    bounds = TABLE[profile]
    match field:
        case "sandbox" if value is False and not bounds.may_leave_sandbox:
            return "false lets its commands out of the sandbox"
        case "permission_mode" if value == "bypassPermissions" and value not in bounds.permission_modes:
            return f"{value} asks nobody"
        case "tools" | "allowed_tools" if bounds.only_tools is not None and (more := _beyond(bounds.only_tools, value)):
            return f"{', '.join(more)[:100]}: it has {', '.join(bounds.only_tools)} and no others"
        case "variables" if value and not bounds.variables:
            return "it gets no variables"
        case "network" if value not in (None, "none") and bounds.network == "none":
            return "it reaches no network"
        case "code" if not bounds.credentials and getattr(value, "credentials", None):
            return "its code is fetched without credentials"
    return ""


def _beyond(only: tuple[str, ...], rules: tuple[str, ...] | None) -> list[str]:
    return [rule for rule in rules or () if rule.partition("(")[0].strip() not in only]
