"""ScheduleRegistry: the schedules there are, live."""

import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from machine.domain.agent import NAME_PATTERN
from machine.domain.definitions import Definition, DefinitionChange, DefinitionFault, DefinitionKind
from machine.domain.errors import NotFound
from machine.domain.schedule import Schedule
from machine.registry.file_shelf import FileShelf
from machine.registry.schedule_files import read_schedule

_NAME: Final = re.compile(NAME_PATTERN)


class ScheduleShelf(FileShelf[Schedule]):
    """Reads its files anew as well when the agents that they may name are others than before."""

    def __init__(self, folder: Path, agents: Callable[[], Collection[str]]) -> None:
        super().__init__(
            DefinitionKind.SCHEDULE,
            folder,
            lambda name, files: read_schedule(name, files, agents()),
            builtin={},
            is_name=lambda name: _NAME.fullmatch(name) is not None,
        )
        self._agents = agents
        self._known_agents: frozenset[str] = frozenset()

    def refresh(self, disabled: frozenset[str]) -> tuple[DefinitionChange, ...]:
        """As every shelf; those of the agents come first."""
        if (agents := frozenset(self._agents())) != self._known_agents:
            self._known_agents = agents
            self.read_all_anew()
        return super().refresh(disabled)


class ScheduleRegistry:
    """Schedules by name, from `config/schedules/<name>.yaml`. Never blocks."""

    def __init__(self, config: Path, agents: Callable[[], Collection[str]]) -> None:
        self.shelf = ScheduleShelf(config / "schedules", agents)

    def get(self, name: str) -> Definition[Schedule]:
        """Raises NotFound."""
        found = self.shelf.current.known.get(name)
        if found is None:
            raise NotFound(f"There is no schedule {name}.", hint="List the schedules to see which there are.")
        return found

    def all(self) -> tuple[Schedule, ...]:
        """All of them, by name, those that are paused included."""
        return tuple(found.model for found in self.shelf.current.known.values())

    def faults_of(self, name: str) -> tuple[DefinitionFault, ...]:
        """What is wrong with the newest version of one."""
        return self.shelf.current.faults.get(name, ())

    def may_exist(self, name: str) -> bool:
        """Whether there is one, or a broken file of that name, or a folder that cannot be read."""
        snapshot = self.shelf.current
        return name in snapshot.known or name in snapshot.faults or "" in snapshot.faults
