"""The backups that lie in the data folder."""

from datetime import datetime
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from machine.domain.disk import BackupFile


class BackupFiles(Protocol):
    """Files. Every method may raise StoreError."""

    async def all(self) -> tuple[BackupFile, ...]:
        """Those there are, the newest first."""
        ...

    def name_at(self, at: datetime) -> str:
        """What one is called that is made now, by a person's wish."""
        ...

    async def make(self, name: str, passphrase: SecretStr | None) -> BackupFile:
        """Write one, encrypted with a passphrase. Takes as long as there is data. Raises MachineError."""
        ...

    async def find(self, name: str) -> tuple[Path, int]:
        """The file of one that is there, to be read, and its size in bytes. Raises NotFound."""
        ...

    async def delete(self, name: str) -> None:
        """Raises NotFound."""
        ...
