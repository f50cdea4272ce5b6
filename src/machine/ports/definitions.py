"""The agents there are, and where their tasks run."""

from pathlib import Path
from typing import Protocol

from machine.domain.agent import SubAgent
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
