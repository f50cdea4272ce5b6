"""Backups on somebody's wish: one at a time, not more than there is room for, and told how it went."""

import asyncio
import logging
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.clock import Clock
from machine.domain.disk import BackupFailure, BackupList, BackupMaking
from machine.domain.errors import Conflict, MachineError, Unavailable
from machine.engine.disk_desk import DiskDesk
from machine.ports import BackupFiles

MOST_BY_HAND: Final = 20
"""Backups that people made and nobody has deleted: they go by nobody else's hand."""

_MB: Final = 1024 * 1024
_SAVED: Final = ("config", "credentials", "attachments", "homes")
_log = logging.getLogger(__name__)


class BackupDesk:
    """One for the machine. `alone` is held while a backup is made, whoever makes it."""

    def __init__(
        self,
        files: BackupFiles,
        disk: DiskDesk,
        clock: Clock,
        alone: asyncio.Lock,
        *,
        machine_id: str = "",
        database: str = "",
    ) -> None:
        """`database`: what has to be said of a database that is not in them."""
        self._machine_id = machine_id
        self._database = database
        self._files = files
        self._disk = disk
        self._now = clock
        self._alone = alone
        self._making: BackupMaking | None = None
        self._failure: BackupFailure | None = None
        self._work: asyncio.Task[None] | None = None

    async def all(self) -> BackupList:
        """What is there, what is being made, and what came of the last one if it failed. Raises StoreError."""
        return BackupList(
            items=await self._files.all(),
            making=self._making,
            failure=self._failure,
            machine_id=self._machine_id,
            database=self._database,
        )

    async def begin(self, passphrase: SecretStr | None) -> BackupMaking:
        """Begin one, encrypted where a passphrase is given; it goes on when this has returned.

        Raises Conflict while another one is made or too many lie there, Unavailable without room, StoreError.
        """
        if self._making is not None or self._alone.locked():
            raise Conflict("A backup is being made already.", hint="Wait until it is there, then make another one.")
        now = self._now()
        self._making = BackupMaking(name=self._files.name_at(now), since=now, encrypted=passphrase is not None)
        try:
            await self._check()
        except BaseException:
            self._making = None
            raise
        self._work = spawn(self._make(self._making, passphrase), name="backup")
        return self._making

    async def find(self, name: str) -> tuple[Path, int]:
        """The file, to be read, and its size in bytes. Raises NotFound, StoreError."""
        return await self._files.find(name)

    async def delete(self, name: str) -> None:
        """Raises NotFound, StoreError."""
        await self._files.delete(name)

    async def close(self) -> None:
        """Wait for nothing more."""
        await cancel_and_wait(self._work)

    async def _check(self) -> None:
        by_hand = [one for one in await self._files.all() if not one.automatic]
        if len(by_hand) >= MOST_BY_HAND:
            raise Conflict(
                f"There are {len(by_hand)} backups that were made by hand, and {MOST_BY_HAND} is the most.",
                hint="Delete one that is needed no more, then make this one.",
            )
        report = await self._disk.report()
        # The database is copied first, then packed.
        wanted = 2 * report.parts.get("db", 0) + sum(report.parts.get(part, 0) for part in _SAVED)
        if report.free_bytes - wanted < report.floor_bytes:
            raise Unavailable(
                f"There is no room for a backup: it may take {wanted // _MB} MB, {report.free_bytes // _MB} MB are "
                f"free, and {report.floor_bytes // _MB} MB have to stay free.",
                hint="Free some, delete an old backup, or make one to another disk: `machine backup --output FILE`.",
            )

    async def _make(self, making: BackupMaking, passphrase: SecretStr | None) -> None:
        try:
            async with self._alone:
                made = await self._files.make(making.name, passphrase)
            _log.info("made the backup %s (%d bytes)", made.name, made.size_bytes)
            self._failure = None
        except MachineError as error:
            _log.error("the backup %s was not made: %s", making.name, error.message)
            self._failure = BackupFailure(name=making.name, at=self._now(), message=error.message, hint=error.hint)
        except Exception:  # whoever looks has to see that there is none
            _log.exception("the backup %s was not made", making.name)
            self._failure = BackupFailure(
                name=making.name, at=self._now(), message="The machine made a mistake.", hint="Its log says more."
            )
        finally:
            self._making = None
