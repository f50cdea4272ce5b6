"""The agents there are, where their tasks run, and the versions of definitions that the machines of a fleet share."""

from pathlib import Path
from typing import Protocol

from machine.domain.agent import SubAgent
from machine.domain.definition_version import DefinitionVersion, NewVersion, SharedKind
from machine.domain.task import Task


class Agents(Protocol):
    """The agents there are, now."""

    def get(self, name: str) -> SubAgent:
        """Raises NotFound, with the names there are."""
        ...

    def all(self) -> tuple[SubAgent, ...]: ...


class Workspaces(Protocol):
    """The folders in which tasks run."""

    async def prepare(self, task: Task, agent: SubAgent) -> Path:
        """Make the task's folder, and write the agent's files in it anew whatever stood there. Raises StoreError."""
        ...


class AgentVersions(Protocol):
    """Which version of its agent a task goes by."""

    async def renew(self) -> None:
        """See that the agents here are as new as those of all machines. Raises StoreError."""
        ...

    async def of(self, task: Task) -> tuple[Task, SubAgent]:
        """The task, with the version that it goes by from now on, and its agent so. Raises NotFound, StoreError."""
        ...


class DefinitionStore(Protocol):
    """Versions of definitions, numbered in the order in which they were stored. Every method raises StoreError."""

    async def found(self, by: NewVersion) -> bool:
        """Store it if there is nothing yet; False otherwise. Of all who try it, one succeeds."""
        ...

    async def newest(self) -> int:
        """The highest number; 0 when there is none."""
        ...

    async def changed(self, after: int) -> tuple[DefinitionVersion, ...]:
        """Of everything that has a version above `after`, the newest one; oldest first."""
        ...

    async def as_of(self, version: int) -> tuple[DefinitionVersion, ...]:
        """The newest of each that is not above `version`, what was taken away included; oldest first."""
        ...

    async def content(self, version: int) -> bytes | None:
        """None for what was taken away, and for a version that is kept no more."""
        ...

    async def last_two(self, kind: SharedKind, name: str) -> tuple[DefinitionVersion, ...]:
        """The newest version, and the newest one before it that is not a deletion; as far as there are any."""
        ...

    async def add(self, new: NewVersion, *, after: int | None) -> int:
        """Store a version, and return its number. The newest 50 of each stay, and those by which tasks go.

        Raises Conflict when there is one above `after`; with None, the new one counts whatever there is.
        """
        ...

    async def pin(self, task_id: str, version: int) -> None:
        """Note by which version a task goes, unless that is noted already."""
        ...
