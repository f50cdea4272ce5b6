"""Which version of its agent a task goes by: the newest, or in a fleet the one with which it was started."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from machine.domain.agent import SubAgent
from machine.domain.definition_version import DefinitionVersion, SharedKind
from machine.domain.definitions import Definition, Files, InvalidDefinition
from machine.domain.skill import Skill
from machine.domain.task import Task
from machine.engine.shared_definitions import SharedDefinitions
from machine.ports import Agents, DefinitionStore
from machine.registry.replica import Key, files_of, switch_of
from machine.registry.shelf import Shelf
from machine.registry.skill_registry import SkillRegistry
from machine.registry.subagent_registry import SubAgentRegistry

_log = logging.getLogger(__name__)


class NewestAgents:
    """For a machine that works alone: a task that goes on finds its agent as it is now."""

    def __init__(self, agents: Agents) -> None:
        self._agents = agents

    async def renew(self) -> None:
        """They are as new as can be."""

    async def of(self, task: Task) -> tuple[Task, SubAgent]:
        return task, self._agents.get(task.assigned_agent)


class PinnedAgents:
    """For a machine of a fleet: a task that goes on, here or elsewhere, finds its agent as it was when it began.

    What comes with the program is in no version: of that, it finds what the program of its machine has.
    """

    def __init__(
        self, *, agents: SubAgentRegistry, skills: SkillRegistry, shared: SharedDefinitions, store: DefinitionStore
    ) -> None:
        self._agents = agents
        self._skills = skills
        self._shared = shared
        self._store = store

    async def renew(self) -> None:
        await self._shared.catch_up()

    async def of(self, task: Task) -> tuple[Task, SubAgent]:
        await self._shared.catch_up()
        if task.definitions_version is None:
            async with self._shared.steady() as version:
                agent = self._agents.get(task.assigned_agent)
            await self._store.pin(task.task_id, version)
            return task.model_copy(update={"definitions_version": version}), agent
        if (past := await self._past(task)) is not None:
            return task, self._agents.dressed(past.agent)
        return task, self._agents.get(task.assigned_agent)

    async def outfit(self, task: Task, agent: SubAgent) -> Files:
        """What lies in the workspace of a task besides its own files. Raises StoreError."""
        if (past := await self._past(task)) is not None:
            return await asyncio.to_thread(self._agents.outfit_of, agent, past.agent.files, past.skills)
        return await asyncio.to_thread(self._agents.outfit, agent)

    async def _past(self, task: Task) -> "_Past | None":
        """None: nothing that matters to it has changed since it began, or what was then is kept no more."""
        version, name = task.definitions_version, task.assigned_agent
        matters = [of for key, of in self._shared.versions() if _matters(key, name)]
        if version is None or all(of <= version for of in matters):
            return None
        heads = {head.key: head for head in await self._store.as_of(version) if _matters(head.key, name)}
        try:
            agent = (await self._known(self._agents.shelf, heads, [name])).get(name)
            names = [of for kind, of in heads if kind is SharedKind.SKILL]
            skills = await self._known(self._skills.shelf, heads, names)
        except InvalidDefinition as error:
            _log.warning("%s goes by the newest version of %s: %s", task.task_id, name, error.message)
            return None
        if agent is None:
            _log.warning("%s goes by the newest version of %s: the one that it began with is gone", task.task_id, name)
            return None
        off = {of for of in skills if _is_there(heads, (SharedKind.SWITCH, switch_of(self._skills.shelf.plural, of)))}
        return _Past(agent, tuple(found for of, found in sorted(skills.items()) if of not in off))

    async def _known(
        self, shelf: Shelf[Any], heads: Mapping[Key, DefinitionVersion], names: Sequence[str]
    ) -> dict[str, Definition[Any]]:
        """Those that come with the program, and over them those of the versions. Raises InvalidDefinition."""
        known = dict(shelf.builtin)
        for name in names:
            head = heads.get((SharedKind(shelf.kind.value), name))
            if head is None or head.is_gone:
                continue
            content = await self._store.content(head.version)
            if content is not None:
                files = await asyncio.to_thread(files_of, content)
                known[name] = await asyncio.to_thread(shelf.read, name, files)
        return known


class _Past:
    """An agent and the skills there were."""

    def __init__(self, agent: Definition[SubAgent], skills: tuple[Definition[Skill], ...]) -> None:
        self.agent = agent
        self.skills = skills


Outfit = Callable[[Task, SubAgent], Awaitable[Files]]


def newest_outfit(agents: SubAgentRegistry) -> Outfit:
    """What lies in a workspace, as everything is defined now."""

    async def outfit(_task: Task, agent: SubAgent) -> Files:
        return await asyncio.to_thread(agents.outfit, agent)

    return outfit


def _matters(key: Key, agent: str) -> bool:
    kind, name = key
    if kind is SharedKind.SWITCH:
        return name.startswith("skills/") or name == switch_of("agents", agent)
    return kind is SharedKind.SKILL or (kind, name) == (SharedKind.AGENT, agent)


def _is_there(heads: Mapping[Key, DefinitionVersion], key: Key) -> bool:
    head = heads.get(key)
    return head is not None and not head.is_gone
