"""The files of tasks' workspaces, for the eyes of people: without the secrets that this machine knows."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from machine.domain.agent import SubAgent
from machine.domain.errors import Conflict, NotFound
from machine.domain.redaction import Redactor
from machine.domain.task import Task
from machine.domain.workspace import FileContent, WorkspaceListing
from machine.ports import Agents
from machine.registry.workspace_files import list_folder, read_file
from machine.registry.workspaces import workspace_name

T = TypeVar("T")

_log = logging.getLogger(__name__)


class TaskFiles:
    """Of one task at a time; whether who asks may see the task is decided before. Nothing is ever written."""

    def __init__(
        self,
        root: Path,
        agents: Agents,
        redactor: Redactor,
        *,
        open_up: Callable[[Path], None] = lambda _folder: None,
    ) -> None:
        """What agents made may be other users': `open_up` lets a folder of theirs be read; it blocks, and raises
        OSError."""
        self._root = root
        self._agents = agents
        self._redactor = redactor
        self._open_up = open_up

    async def list(self, task: Task, path: str) -> WorkspaceListing:
        """One folder. Raises BadRequest, NotFound, Conflict."""
        return await asyncio.to_thread(self._looked, list_folder, self._folder(task), path)

    async def read(self, task: Task, path: str) -> FileContent:
        """One file. Raises BadRequest, NotFound, TooLarge, Conflict."""
        content = await asyncio.to_thread(self._looked, read_file, self._folder(task), path)
        return await asyncio.to_thread(self._redacted, content)

    def _looked(self, look: Callable[[Path, str], T], folder: Path, path: str) -> T:
        """What is closed to the daemon is opened, and looked at once more. Blocking."""
        try:
            return look(folder, path)
        except Conflict:
            try:
                self._open_up(folder)
            except OSError as error:
                _log.warning("the workspace %s cannot be opened up: %s", folder.name, error)
            return look(folder, path)

    def _folder(self, task: Task) -> Path:
        agent: SubAgent | None
        try:
            agent = self._agents.get(task.assigned_agent)
        except NotFound:  # it was deleted meanwhile
            agent = None
        return self._root / workspace_name(task, agent)

    def _redacted(self, content: bytes) -> FileContent:
        """What is no text may hold a secret as well: it is looked through letter by letter."""
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            clean = self._redactor.text(content.decode("latin-1")).encode("latin-1", "replace")
            return FileContent(content=clean, is_text=False)
        return FileContent(content=self._redactor.text(text).encode("utf-8"), is_text="\0" not in text)
