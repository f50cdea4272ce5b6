"""SubAgentRegistry: the agents there are, live, and what lies in their workspaces."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from machine.domain.agent import NAME_PATTERN, SubAgent, denied_by
from machine.domain.definitions import Definition, DefinitionFile, DefinitionKind, Files
from machine.domain.errors import NotFound
from machine.domain.profile import TABLE
from machine.domain.skill import Skill
from machine.registry.agent_files import CLAUDE_MD, LOCAL_SETTINGS, own_skills, read_agent
from machine.registry.builtin_definitions import builtin_agents
from machine.registry.inspection import MCP_PATH, SETTINGS_PATH, settings_taken, settings_within
from machine.registry.shelf import Shelf, Snapshot
from machine.registry.skill_registry import SkillRegistry, files_for

_NAME: Final = re.compile(NAME_PATTERN)


class SubAgentRegistry:
    """Agents by name. Constructing it reads those that come with the program: blocking.

    `model` and `allowed_tools` are given to every agent, whatever it says itself: the demo needs its own.
    """

    def __init__(
        self, config: Path, skills: SkillRegistry, *, model: str | None = None, allowed_tools: tuple[str, ...] = ()
    ) -> None:
        self.shelf: Shelf[SubAgent] = Shelf(
            DefinitionKind.AGENT, config / "agents", read_agent, builtin=builtin_agents(), is_name=is_agent_name
        )
        self._skills = skills
        self._model = model
        self._allowed_tools = allowed_tools
        self._seen: Snapshot[SubAgent] | None = None
        self._agents: Mapping[str, SubAgent] = {}

    def get(self, name: str) -> SubAgent:
        """Raises NotFound, with the names there are."""
        agents = self._current()
        if name in agents:
            return agents[name]
        if name in self.shelf.current.known:
            raise NotFound(f"The agent {name!r} is disabled.", hint="Enable it, or choose another one.")
        raise NotFound(f"There is no agent called {name!r}.", hint=f"There are: {', '.join(agents)}.")

    def all(self) -> tuple[SubAgent, ...]:
        """All agents that are switched on, by name."""
        return tuple(self._current().values())

    def outfit(self, agent: SubAgent) -> Files:
        """Everything that lies in its workspace besides the task's own files, as it is defined now, as far as the
        profile that `agent` has allows it."""
        found = self.shelf.current.known.get(agent.name)
        own = found.files if found is not None else {}
        return self.outfit_of(agent, own, self._skills.shelf.current.active.values())

    def outfit_of(self, agent: SubAgent, own: Files, skills: Iterable[Definition[Skill]]) -> Files:
        """The same for an agent with the files `own`, where there are these shared skills."""
        files = files_for(agent, skills)
        for name in own_skills(own):  # a skill of its own stands for a shared one of that name, whole
            files = {path: file for path, file in files.items() if not path.startswith(f".claude/skills/{name}/")}
        files.update((path, file) for path, file in own.items() if _is_put_in(path))
        if settings := settings_within(settings_taken(own), agent.profile):
            files[SETTINGS_PATH] = DefinitionFile(json.dumps(settings).encode())
        if not TABLE[agent.profile].servers_and_hooks:
            files.pop(MCP_PATH, None)
        files[CLAUDE_MD] = DefinitionFile(agent.instructions.encode())
        return files

    def _current(self) -> Mapping[str, SubAgent]:
        """The agents in force, made once for each snapshot of the shelf: they are asked for at every claim."""
        snapshot = self.shelf.current
        if snapshot is not self._seen:
            self._agents = {name: self.dressed(found) for name, found in snapshot.active.items()}
            self._seen = snapshot
        return self._agents

    def dressed(self, found: Definition[SubAgent]) -> SubAgent:
        """The agent of a definition, with what this machine gives to every agent."""
        agent = found.model
        update: dict[str, Any] = {}
        if self._model is not None:
            update["model"] = self._model
        if self._allowed_tools:
            update["allowed_tools"] = tuple(dict.fromkeys((*agent.allowed_tools, *self._allowed_tools)))
        if denied := denied_by(agent.tools):
            update["disallowed_tools"] = tuple(dict.fromkeys((*agent.disallowed_tools, *denied)))
        return agent.model_copy(update=update) if update else agent


def is_agent_name(name: str) -> bool:
    """Whether this can be the name of an agent."""
    return _NAME.fullmatch(name) is not None


def _is_put_in(path: str) -> bool:
    return path == MCP_PATH or (path.startswith(".claude/") and path not in (SETTINGS_PATH, LOCAL_SETTINGS))
