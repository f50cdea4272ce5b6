"""A skill: instructions for one kind of work, by the open Agent Skills standard, and who gets it."""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from machine.domain.agent import EntityName, ToolRule

SKILL_NAME_PATTERN: Final = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
BRAIN: Final = "brain"
"""The agent that a skill belongs to when nothing else is said."""

SkillName = Annotated[str, StringConstraints(pattern=SKILL_NAME_PATTERN, max_length=64)]
Reach = Literal["all"] | Annotated[tuple[EntityName, ...], Field(max_length=200)]


class SkillHead(BaseModel):
    """The front matter of a SKILL.md. Fields that are not known are kept in the file, and named in a warning."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)

    name: SkillName | None = None
    description: str = Field(min_length=1, max_length=1_024, pattern=r"\S")
    license: str | None = Field(None, max_length=500)
    compatibility: str | None = Field(None, max_length=500)
    metadata: dict[str, str] = Field(default_factory=dict)
    allowed_tools: tuple[ToolRule, ...] = Field((), alias="allowed-tools", max_length=200)

    @field_validator("allowed_tools", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return split_tools(value)


class SkillFile(BaseModel):
    """What `skill.yaml` beside a SKILL.md says: `agents: all`, or the names of agents."""

    model_config = ConfigDict(frozen=True, extra="allow")

    agents: Reach = (BRAIN,)


class SkillForm(BaseModel):
    """A skill as it is filled in by hand."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: SkillName
    description: str = Field(min_length=1, max_length=1_024, pattern=r"\S")
    instructions: str = Field(min_length=1, max_length=200_000, pattern=r"\S")
    agents: Reach = (BRAIN,)
    allowed_tools: tuple[ToolRule, ...] = Field((), max_length=200)


class Skill(BaseModel):
    """What the registry knows of a skill. Its files are copied into the workspaces of the agents that get it."""

    model_config = ConfigDict(frozen=True)

    name: SkillName
    description: str
    instructions: str
    agents: Reach = (BRAIN,)
    allowed_tools: tuple[str, ...] = ()
    """Used without asking while the skill is at work."""
    builtin: bool = False

    def is_for(self, agent: str) -> bool:
        """Whether an agent gets it without asking for it by name."""
        return self.agents == "all" or agent in self.agents


def split_tools(value: Any) -> Any:
    """A list of tools that may have been written as one line: `Read, Bash(git log:*) Grep`."""
    if not isinstance(value, str):
        return value
    found, depth = [""], 0
    for letter in value:
        depth += (letter == "(") - (letter == ")")
        if depth <= 0 and (letter == "," or letter.isspace()):
            found.append("")
        else:
            found[-1] += letter
    return [tool for tool in found if tool]
