"""Attached files on the disk: kept under their ids, copied into the workspaces of the tasks that they came with.

Kept beside the workspaces, so that a second try in a fresh workspace has them, too. Everything here blocks.
"""

import errno
from collections.abc import Iterable
from pathlib import Path

from machine.domain.chat import ATTACHMENTS, Attachment
from machine.registry.folders import remove, replace_file, write_file


class AttachmentFiles:
    """`<data>/attachments/<attachment_id>`, or the same in the folder that the machines of a fleet share."""

    def __init__(self, root: Path, workspaces: Path) -> None:
        self._root = root
        self._workspaces = workspaces

    def keep(self, attachment_id: str, content: bytes) -> None:
        """Raises OSError, and then nothing is kept."""
        if not self._root.is_dir():  # not made here: it may be on a disk that is not mounted now
            raise FileNotFoundError(errno.ENOENT, "their folder is not there")
        replace_file(self._root / attachment_id, content)

    def forget(self, attachment_ids: Iterable[str]) -> None:
        """Raises OSError."""
        for attachment_id in attachment_ids:
            remove(self._root / attachment_id)

    def lay_out(self, workspace: Path, attachments: Iterable[Attachment]) -> None:
        """Put those that are not there into a workspace. What the agent has planted there is not followed.

        One that is not kept any more is left out. Raises OSError.
        """
        folder = workspace / ATTACHMENTS
        if folder.is_symlink() or not folder.is_dir():
            remove(folder)
            folder.mkdir(mode=0o700)
        for one in attachments:
            kept, target = self._root / one.attachment_id, folder / one.name
            if target.is_symlink() or not target.is_file():
                remove(target)
                if kept.is_file():
                    write_file(target, kept.read_bytes())

    def take_away(self, workspace: str, names: Iterable[str]) -> None:
        """Remove them from the workspace of that name. Raises OSError."""
        folder = self._workspaces / workspace / ATTACHMENTS
        if folder.is_symlink() or not folder.is_dir():
            return
        for name in names:
            remove(folder / name)
