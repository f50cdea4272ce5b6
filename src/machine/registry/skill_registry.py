"""SkillRegistry: the skills there are, live, and which of them an agent gets."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from machine.domain.agent import SubAgent
from machine.domain.definitions import Definition, DefinitionFile, DefinitionKind
from machine.domain.errors import NotFound
from machine.domain.skill import SKILL_NAME_PATTERN, Skill
from machine.registry.builtin_definitions import builtin_skills
from machine.registry.shelf import Shelf
from machine.registry.skill_files import SKILL_YAML, read_skill

_NAME: Final = re.compile(SKILL_NAME_PATTERN)


class SkillRegistry:
    """Skills by name. Constructing it reads those that come with the program: blocking."""

    def __init__(self, config: Path) -> None:
        self.shelf: Shelf[Skill] = Shelf(
            DefinitionKind.SKILL, config / "skills", read_skill, builtin=builtin_skills(), is_name=is_skill_name
        )

    def get(self, name: str) -> Skill:
        """Raises NotFound, with the names there are."""
        active = self.shelf.current.active
        if name not in active:
            known = ", ".join(active)
            raise NotFound(f"There is no skill called {name!r}.", hint=f"There are: {known}.")
        return active[name].model

    def all(self) -> tuple[Skill, ...]:
        """All skills that are switched on, by name."""
        return tuple(found.model for found in self.shelf.current.active.values())

    def for_agent(self, agent: SubAgent) -> tuple[Definition[Skill], ...]:
        """The skills that an agent gets: given to it, given to all, or asked for by it."""
        return tuple(skill for skill in self.shelf.current.active.values() if _gets(agent, skill))


def files_for(agent: SubAgent, skills: Iterable[Definition[Skill]]) -> dict[str, DefinitionFile]:
    """The files of those of the skills that an agent gets, as they lie in a workspace."""
    return {
        f".claude/skills/{skill.name}/{path}": file
        for skill in skills
        if _gets(agent, skill)
        for path, file in skill.files.items()
        if path != SKILL_YAML
    }


def _gets(agent: SubAgent, skill: Definition[Skill]) -> bool:
    return skill.model.is_for(agent.name) or skill.name in agent.skills


def is_skill_name(name: str) -> bool:
    """Whether the standard allows this name."""
    return len(name) <= 64 and _NAME.fullmatch(name) is not None
