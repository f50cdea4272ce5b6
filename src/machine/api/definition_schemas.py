"""Agents and skills over the wire. What could hold a secret (commands, arguments) is for administrators."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from machine.domain.agent import NAME_PATTERN, AgentFields, SubAgent
from machine.domain.definitions import DefinitionFault, FileInfo, Preview
from machine.domain.skill import Reach, Skill
from machine.engine.definition_desk import DefinitionDesk, Standing

HASH_PATTERN: Final = r"^sha256:[0-9a-f]{64}$"


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class UploadOptions(BaseModel):
    """What may be said beside uploaded files, in the query or as fields of the form."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    preview: bool = False
    """Only show what would be saved."""
    replace: bool = False
    """Replace a definition of that name, one that comes with the program included."""
    name: str | None = Field(None, pattern=NAME_PATTERN)
    """For what does not name itself."""
    content_hash: str | None = Field(None, pattern=HASH_PATTERN)
    """Of the preview that was looked at: anything else is refused."""


class AgentView(_Out):
    """What people choose an agent by."""

    name: str
    description: str
    builtin: bool
    """Whether it is as it came with the program."""
    enabled: bool
    overrides_builtin: bool
    when_to_use: str


class AgentList(_Out):
    items: list[AgentView]
    """Those that can be given work."""
    disabled: list[AgentView]
    faults: list[DefinitionFault]
    """What is wrong with files under `config/agents`; the last good versions are in force."""


class SkillView(_Out):
    """What a skill is for, and for whom."""

    name: str
    description: str
    builtin: bool
    enabled: bool
    overrides_builtin: bool
    agents: Reach


class SkillList(_Out):
    items: list[SkillView]
    disabled: list[SkillView]
    faults: list[DefinitionFault]


class _Detail(_Out):
    instructions: str
    files: list[FileInfo]
    tools: list[str]
    scripts: list[str]
    executables: list[str]
    commands: list[str]
    """What runs without a call of the model's; empty for those who are no administrators."""
    content_hash: str
    warnings: list[str]
    faults: list[DefinitionFault]
    revertible: bool
    """Whether the version before the last save can be brought back."""


class AgentDetail(AgentView, _Detail):
    """An agent, whole, as it is in force."""

    settings: AgentFields


class SkillDetail(SkillView, _Detail):
    """A skill, whole, as it is in force."""


def agent_list(desk: DefinitionDesk[SubAgent]) -> AgentList:
    """All agents, those in force and those switched off."""
    items = [_agent_item(found.model, desk) for found in desk.known.values()]
    return AgentList(
        items=[item for item in items if item.enabled],
        disabled=[item for item in items if not item.enabled],
        faults=list(desk.faults),
    )


def skill_list(desk: DefinitionDesk[Skill]) -> SkillList:
    """All skills, those in force and those switched off."""
    items = [_skill_item(found.model, desk) for found in desk.known.values()]
    return SkillList(
        items=[item for item in items if item.enabled],
        disabled=[item for item in items if not item.enabled],
        faults=list(desk.faults),
    )


def agent_detail(standing: Standing[SubAgent], desk: DefinitionDesk[SubAgent], *, whole: bool) -> AgentDetail:
    """`whole`: with what only administrators see."""
    agent = standing.definition.model
    fields = agent.model_dump(include=set(AgentFields.model_fields))
    settings = AgentFields.model_validate(fields if whole else {**fields, "claude_code": {}})
    return AgentDetail(
        **dict(_agent_item(agent, desk)), **_detail(standing, agent.instructions, whole), settings=settings
    )


def skill_detail(standing: Standing[Skill], desk: DefinitionDesk[Skill], *, whole: bool) -> SkillDetail:
    """`whole`: with what only administrators see."""
    skill = standing.definition.model
    return SkillDetail(**dict(_skill_item(skill, desk)), **_detail(standing, skill.instructions, whole))


def _agent_item(agent: SubAgent, desk: DefinitionDesk[SubAgent]) -> AgentView:
    return AgentView(
        name=agent.name,
        description=agent.description,
        builtin=agent.builtin,
        enabled=agent.name not in desk.disabled,
        overrides_builtin=desk.overrides_builtin(agent.name),
        when_to_use=agent.when_to_use,
    )


def _skill_item(skill: Skill, desk: DefinitionDesk[Skill]) -> SkillView:
    return SkillView(
        name=skill.name,
        description=skill.description,
        builtin=skill.builtin,
        enabled=skill.name not in desk.disabled,
        overrides_builtin=desk.overrides_builtin(skill.name),
        agents=skill.agents,
    )


def _detail(standing: Standing[Any], instructions: str, whole: bool) -> dict[str, Any]:
    preview: Preview = standing.preview
    taken = ("files", "tools", "scripts", "executables", "content_hash", "warnings")
    return {
        **{name: getattr(preview, name) for name in taken},
        "commands": preview.commands if whole else (),
        "instructions": instructions,
        "faults": standing.faults,
        "revertible": standing.revertible,
    }
