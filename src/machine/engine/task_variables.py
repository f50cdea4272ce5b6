"""The variables that a task's CLI finds in its environment."""

import logging
from collections.abc import Mapping
from typing import Final

from pydantic import SecretStr

from machine.domain.agent import SubAgent
from machine.domain.errors import TooLarge
from machine.domain.task import Task
from machine.ports import Variables

MAX_TOTAL_BYTES: Final = 512 * 1024
"""Systems start no program whose environment and arguments are larger than some, macOS from 1 MiB."""

_log = logging.getLogger(__name__)


class TaskVariables:
    """Only what a task's agent names, as the agent is in the task's profile."""

    def __init__(self, variables: Variables) -> None:
        self._variables = variables

    async def of(self, task: Task, agent: SubAgent) -> Mapping[str, SecretStr]:
        """Those that there are; what is missing is said in the log. Raises TooLarge."""
        names = agent.variables
        found = await self._variables.values_of(names) if names else {}
        if missing := [name for name in names if name not in found]:
            _log.warning("task %s runs without the variables %s: they cannot be read", task.task_id, ", ".join(missing))
        if sum(len(name) + len(value.encode()) for name, value in found.items()) > MAX_TOTAL_BYTES:
            raise TooLarge(
                f"The variables of the agent {agent.name} have more than {MAX_TOTAL_BYTES} bytes together.",
                hint="Name fewer of them in `variables`, or put large texts into files of the agent.",
            )
        return {name: SecretStr(value) for name, value in found.items()}
