"""The agents and skills that come with the program, read from `builtin/` by the same rules as everybody's."""

from pathlib import Path
from typing import Final

from machine.domain.agent import SubAgent
from machine.domain.definitions import Definition
from machine.domain.skill import Skill
from machine.registry.agent_files import read_agent
from machine.registry.folders import read_files
from machine.registry.skill_files import read_skill

FOLDER: Final = Path(__file__).with_name("builtin")


def builtin_agents() -> dict[str, Definition[SubAgent]]:
    """Agents by name. Blocking."""
    return {path.name: read_agent(path.name, read_files(path), builtin=True) for path in _folders("agents")}


def builtin_skills() -> dict[str, Definition[Skill]]:
    """Skills by name. Blocking."""
    return {path.name: read_skill(path.name, read_files(path), builtin=True) for path in _folders("skills")}


def _folders(kind: str) -> list[Path]:
    return sorted(path for path in (FOLDER / kind).iterdir() if path.is_dir() and not path.name.startswith(("_", ".")))
