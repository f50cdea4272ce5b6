"""The files of tasks' workspaces, for the eyes of people: without the secrets that this machine knows."""

import asyncio
from pathlib import Path

from machine.domain.agent import SubAgent
from machine.domain.errors import NotFound
from machine.domain.redaction import Redactor
from machine.domain.task import Task
from machine.domain.workspace import WorkspaceListing
from machine.ports import Agents
from machine.registry.workspace_files import list_folder, read_file
from machine.registry.workspaces import workspace_name


class TaskFiles:
    """Of one task at a time; whether who asks may see the task is decided before. Nothing is ever written."""

    def __init__(self, root: Path, agents: Agents, redactor: Redactor) -> None:
        self._root = root
        self._agents = agents
        self._redactor = redactor

    async def list(self, task: Task, path: str) -> WorkspaceListing:
        """One folder. Raises BadRequest, NotFound, Conflict."""
        return await asyncio.to_thread(list_folder, self._folder(task), path)

    async def read(self, task: Task, path: str) -> tuple[bytes, bool]:
        """A file's content, and whether it is text in UTF-8. Raises BadRequest, NotFound, TooLarge, Conflict."""
        content = await asyncio.to_thread(read_file, self._folder(task), path)
        return await asyncio.to_thread(self._redacted, content)

    def _folder(self, task: Task) -> Path:
        agent: SubAgent | None
        try:
            agent = self._agents.get(task.assigned_agent)
        except NotFound:  # it was deleted meanwhile
            agent = None
        return self._root / workspace_name(task, agent)

    def _redacted(self, content: bytes) -> tuple[bytes, bool]:
        """What is no text may hold a secret as well: it is looked through letter by letter."""
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            return self._redactor.text(content.decode("latin-1")).encode("latin-1", "replace"), False
        return self._redactor.text(text).encode("utf-8"), "\0" not in text
