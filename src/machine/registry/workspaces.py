"""The folders in which tasks run.

The agent's own files are written anew before every start of the CLI, resume included, so that nothing a task planted
there (a hook in `.claude/settings.json`, a server in `.mcp.json`) is ever loaded.
"""

import asyncio
import errno
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from machine.domain.agent import SubAgent, WorkspaceKind
from machine.domain.definitions import Files
from machine.domain.errors import StoreError
from machine.domain.task import Task
from machine.registry.folders import remove, write_files

OWNED: Final = (".claude", "CLAUDE.md", "CLAUDE.local.md", ".mcp.json")
"""What belongs to the definition of the agent and not to the task."""


def workspace_name(task: Task, agent: SubAgent | None) -> str:
    """The folder of a task; without its agent, the task's own."""
    if agent is not None and agent.workspace is WorkspaceKind.SHARED:
        return f"agent-{agent.name}"
    return task.workspace


class WorkspaceFolders:
    """Makes and refreshes `<data>/workspaces/<name>/`. `outfit` says what the files of a task's agent are."""

    def __init__(self, root: Path, outfit: Callable[[Task, SubAgent], Awaitable[Files]]) -> None:
        self._root = root
        self._outfit = outfit

    async def prepare(self, task: Task, agent: SubAgent) -> Path:
        """Make the task's folder, and write the agent's files in it anew whatever stood there. Raises StoreError."""
        name = workspace_name(task, agent)
        folder = self._root / name
        files = await self._outfit(task, agent)
        try:
            await asyncio.to_thread(self._write_anew, folder, files)
        except OSError as error:
            raise StoreError(
                f"Cannot prepare the workspace {name}: {error.strerror or error}.",
                hint="Free some disk space, or check the rights of the data folder.",
            ) from error
        return folder

    def _write_anew(self, folder: Path, files: Files) -> None:
        if folder.is_symlink():
            raise OSError(errno.ELOOP, "it is a link, which the machine does not follow")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in OWNED:
            _remove_or_move_away(folder / name)
        (folder / ".claude").mkdir(mode=0o700)
        write_files(folder, files)


def _remove_or_move_away(path: Path) -> None:
    """An agent that is a user of its own can make a folder that only it can empty."""
    try:
        remove(path)
    except PermissionError:
        path.rename(path.with_name(f"moved-away-{secrets.token_hex(4)}"))
