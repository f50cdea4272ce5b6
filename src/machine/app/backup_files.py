"""The port `BackupFiles`, on `backups/` of the data folder."""

import asyncio
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from typing import Final

from pydantic import SecretStr

from machine.app.backups import file_name, make_backup, own_backups, told
from machine.backup.writing import COPY_PREFIX, PARTIAL
from machine.domain.disk import BackupFile
from machine.domain.errors import NotFound, StoreError
from machine.settings import Settings

LEFT_SECONDS: Final = 3600.0
"""What is half made and was not touched for so long, nobody goes on with."""


class FolderOfBackups:
    """One for the machine."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def all(self) -> tuple[BackupFile, ...]:
        """See `ports.BackupFiles.all`."""
        return await asyncio.to_thread(self._all)

    def name_at(self, at: datetime) -> str:
        """See `ports.BackupFiles.name_at`."""
        return file_name(self._settings, at)

    async def make(self, name: str, passphrase: SecretStr | None) -> BackupFile:
        """See `ports.BackupFiles.make`."""
        return await asyncio.to_thread(self._make, name, passphrase)

    async def find(self, name: str) -> tuple[Path, int]:
        """See `ports.BackupFiles.find`."""
        return await asyncio.to_thread(self._find, name)

    async def delete(self, name: str) -> None:
        """See `ports.BackupFiles.delete`."""
        await asyncio.to_thread(self._delete, name)

    def sweep(self) -> None:
        """Remove what was cut off while it was made. Blocking."""
        for pattern in (f".*{PARTIAL}", f"{COPY_PREFIX}*"):
            for left in self._settings.backups_dir.glob(pattern):
                with suppress(OSError):
                    if time.time() - left.lstat().st_mtime < LEFT_SECONDS:
                        continue
                    rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()

    def _all(self) -> tuple[BackupFile, ...]:
        found = (told(path) for path in reversed(own_backups(self._settings)))
        return tuple(file for file in found if file is not None)

    def _make(self, name: str, passphrase: SecretStr | None) -> BackupFile:
        path = self._settings.backups_dir / name
        make_backup(self._settings, path, passphrase=passphrase, with_work=False)
        if (made := told(path)) is None:
            raise StoreError(f"The backup {name} is gone.", hint="Somebody has removed it at once.")
        return made

    def _find(self, name: str) -> tuple[Path, int]:
        for path in own_backups(self._settings):
            if path.name == name and (found := told(path)) is not None:
                return path, found.size_bytes
        raise NotFound(f"There is no backup {name[:200]}.", hint="List them to see which there are.")

    def _delete(self, name: str) -> None:
        path, _ = self._find(name)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(
                f"The backup {path.name} cannot be deleted: {error.strerror or error}.",
                hint="Give this user the right to write in the folder of backups.",
            ) from error
