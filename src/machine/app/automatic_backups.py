"""The daemon's own backups, where it is told to make any."""

import asyncio
import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from machine.app.backups import SUFFIX, file_name, make_backup
from machine.domain.clock import Clock
from machine.domain.errors import MachineError
from machine.settings import Settings

LOOK_EVERY_SECONDS: Final = 300.0

_log = logging.getLogger(__name__)


class AutomaticBackups:
    """One every `MACHINE_BACKUP_HOURS`, counted from the newest file there is: a restart makes none by itself."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._now = clock

    async def watch(self) -> None:
        """Make backups for as long as the machine runs."""
        while self._settings.backup_hours:
            try:
                await asyncio.to_thread(self.make_if_due)
            except (MachineError, OSError) as error:
                _log.error("no backup was made: %s", error)
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    def make_if_due(self) -> Path | None:
        """A new backup, if it is time; the oldest beyond those that are kept go. Blocking. Raises MachineError."""
        kept, now = own_backups(self._settings), self._now()
        every = timedelta(hours=self._settings.backup_hours)
        if kept and timedelta() <= now - _made_at(kept[-1]) < every:
            return None
        path = self._settings.backups_dir / file_name(self._settings, now)
        made = make_backup(self._settings, path, passphrase=self._settings.backup_passphrase, with_work=False)
        _log.info("made the backup %s (%d files, %d bytes)", made.path, made.files, made.size)
        for old in own_backups(self._settings)[: -self._settings.backup_keep]:
            old.unlink(missing_ok=True)
        return made.path


def own_backups(settings: Settings) -> list[Path]:
    """The backups in `backups/`, by their age, the newest last. Blocking."""
    try:
        there = list(settings.backups_dir.iterdir())
    except FileNotFoundError:
        return []
    return sorted(file for file in there if file.suffix == SUFFIX and not file.name.startswith("."))


def _made_at(backup: Path) -> datetime:
    return datetime.fromtimestamp(backup.stat().st_mtime).astimezone()
