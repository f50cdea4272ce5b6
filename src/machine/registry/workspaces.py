"""The folders in which tasks run.

The agent's own files are written anew before every start of the CLI, resume included, so that nothing a task planted
there (a hook in `.claude/settings.json`, a server in `.mcp.json`) is ever loaded.
"""

import asyncio
import os
import shutil
from pathlib import Path
from typing import Final

from machine.domain.agent import SubAgent, WorkspaceKind
from machine.domain.errors import StoreError
from machine.domain.task import Task

OWNED: Final = (".claude", "CLAUDE.md", "CLAUDE.local.md", ".mcp.json")
"""What belongs to the definition of the agent and not to the task."""


class WorkspaceFolders:
    """Makes and refreshes `<data>/workspaces/<name>/`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def prepare(self, task: Task, agent: SubAgent) -> Path:
        """Make the task's folder, and write the agent's files in it anew whatever stood there. Raises StoreError."""
        name = f"agent-{agent.name}" if agent.workspace is WorkspaceKind.SHARED else task.workspace
        folder = self._root / name
        try:
            await asyncio.to_thread(_write_anew, folder, agent)
        except OSError as error:
            raise StoreError(
                f"Cannot prepare the workspace {name}: {error.strerror or error}.",
                hint="Free some disk space, or check the rights of the data folder.",
            ) from error
        return folder


def _write_anew(folder: Path, agent: SubAgent) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in OWNED:
        _remove(folder / name)
    (folder / ".claude").mkdir(mode=0o700)
    _write(folder / "CLAUDE.md", agent.instructions)


def _remove(path: Path) -> None:
    """Remove whatever is there, following no link."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.is_dir():
        shutil.rmtree(path)
    elif path.exists():  # a socket, a pipe, a device
        path.unlink()


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
