"""Tools for skills: look, create, change, switch, delete."""

from typing import Any, Final

from pydantic import Field

from machine.domain.agent import ToolRule
from machine.domain.skill import Reach, Skill, SkillForm, SkillName
from machine.engine.entity_creator import EntityCreator
from machine.engine.tools.definition_tools import Named, brief_list, detail, saved, states
from machine.engine.tools.tool import Caller, Given, Nothing, Tool, always

_CREATE: Final = (
    "Create a skill: instructions for one kind of work, loaded when its description fits what is being done. `agents` "
    "says who gets it: a list of agents, or all; left out, it is yours. Live at the next start of an agent. For "
    "administrators. A person is asked first where it is for all, holds commands, or uses tools without asking."
)
_UPDATE: Final = (
    "Change a skill: give its name and only what is to change. A person is asked first. For administrators."
)


class SkillChanges(Given):
    """What is to change; what is left out stays."""

    name: SkillName
    description: str = Field("", max_length=1_024)
    instructions: str = Field("", max_length=200_000)
    agents: Reach = ()
    allowed_tools: tuple[ToolRule, ...] = Field((), max_length=200)


def skill_tools(creator: EntityCreator) -> tuple[Tool[Any], ...]:
    """The tools for skills."""
    desk = creator.skills

    async def list_skills(_: Caller, __: Nothing) -> Any:
        return brief_list(desk, lambda skill: {"agents": skill.agents})

    async def get_skill(caller: Caller, given: Named) -> Any:
        skill = desk.get(given.name).model
        whole = caller.principal.is_administrator
        more = {"agents": skill.agents, "allowed_tools": skill.allowed_tools}
        return await detail(desk, given.name, more, whole=whole)

    async def create_skill(caller: Caller, given: SkillForm) -> Any:
        await creator.create_skill(given, caller.principal)
        return await saved(desk, given.name)

    async def update_skill(caller: Caller, given: SkillChanges) -> Any:
        await creator.create_skill(_changed(desk.get(given.name).model, given), caller.principal, replace_it=True)
        return await saved(desk, given.name)

    return (
        Tool("list_skills", "List the skills of this machine and which agents get them.", Nothing, list_skills),
        Tool("get_skill", "Show one skill: instructions, files, warnings.", Named, get_skill),
        Tool("create_skill", _CREATE, SkillForm, create_skill, writes=True, asks=_wants_more),
        Tool("update_skill", _UPDATE, SkillChanges, update_skill, writes=True, asks=always),
        *states(desk, "skill"),
    )


def _wants_more(form: SkillForm) -> bool:
    """Whether it reaches everybody, or would do things without asking: that is for a person to decide."""
    return form.agents == "all" or bool(form.allowed_tools) or "!`" in form.instructions


def _changed(skill: Skill, given: SkillChanges) -> SkillForm:
    now = skill.model_dump(include=set(SkillForm.model_fields))
    return SkillForm.model_validate({**now, **given.model_dump(exclude_unset=True)})
