"""Tools for agents: look, create, change, switch, delete."""

from typing import Any, Final

from pydantic import ConfigDict, Field

from machine.domain.agent import AgentFields, AgentForm, EntityName, SubAgent
from machine.domain.profile import Profile
from machine.engine.entity_creator import EntityCreator
from machine.engine.tools.definition_tools import Named, brief_list, detail, saved, states
from machine.engine.tools.tool import Caller, Nothing, Tool, always

_CREATE: Final = (
    "Create an agent: a name, a description, when_to_use (by which tasks are routed to it), and instructions, which "
    "become its CLAUDE.md: say who it is, what it does step by step, when it is done, and what it must not do. Live at "
    "once. Leave model, limits and permissions out unless the person asked for them. For administrators. Where it asks "
    "to use tools without asking, a person is asked first."
)
_UPDATE: Final = (
    "Change an agent: give its name and only what is to change. A person is asked first. For administrators."
)


class AgentChanges(AgentFields):
    """What is to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: EntityName
    profile: Profile = Profile.TRUSTED  # or what is said here alone would be held against the default
    description: str = Field("", max_length=2_000)
    instructions: str = Field("", max_length=200_000)


def agent_tools(creator: EntityCreator) -> tuple[Tool[Any], ...]:
    """The tools for agents."""
    desk = creator.agents

    async def list_agents(_: Caller, __: Nothing) -> Any:
        return brief_list(desk, lambda agent: {"when_to_use": agent.when_to_use})

    async def get_agent(caller: Caller, given: Named) -> Any:
        agent = desk.get(given.name).model
        whole = caller.principal.is_administrator
        settings = agent.model_dump(mode="json", include=set(AgentFields.model_fields) - {"claude_code"})
        return await detail(desk, given.name, {"settings": settings}, whole=whole)

    async def create_agent(caller: Caller, given: AgentForm) -> Any:
        await creator.create_agent(given, caller.principal)
        return await saved(desk, given.name)

    async def update_agent(caller: Caller, given: AgentChanges) -> Any:
        await creator.create_agent(_changed(desk.get(given.name).model, given), caller.principal, replace_it=True)
        return await saved(desk, given.name)

    return (
        Tool("list_agents", "List the agents of this machine and when each is to be used.", Nothing, list_agents),
        Tool("get_agent", "Show one agent: instructions, settings, files, warnings.", Named, get_agent),
        Tool("create_agent", _CREATE, AgentForm, create_agent, writes=True, asks=_wants_rights),
        Tool("update_agent", _UPDATE, AgentChanges, update_agent, writes=True, asks=always),
        *states(desk, "agent"),
    )


def _wants_rights(form: AgentForm) -> bool:
    """Whether it would do things without asking, or get secrets: for a person to decide, not for who writes it."""
    return bool(form.allowed_tools or form.variables or form.code) or form.profile is Profile.TRUSTED


def _changed(agent: SubAgent, given: AgentChanges) -> AgentForm:
    now = agent.model_dump(include=set(AgentForm.model_fields))
    return AgentForm.model_validate({**now, **given.model_dump(exclude_unset=True)})
