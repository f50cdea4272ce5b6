"""The daemon's own backups, where it is told to make any."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from machine.app.backups import BY_ITSELF, file_name, make_backup, own_backups, told
from machine.domain.clock import Clock
from machine.domain.disk import OwnBackups
from machine.domain.errors import MachineError
from machine.domain.finding import Finding
from machine.settings import Settings

LOOK_EVERY_SECONDS: Final = 300.0

_MISSED: Final = 2
"""So many times the period without a backup, and something is in the way."""
_HOURS_AS_DAYS: Final = 48

_log = logging.getLogger(__name__)


class AutomaticBackups:
    """One every `MACHINE_BACKUP_HOURS`, counted from the newest file there is: a restart makes none by itself.

    `alone` is held while one is made.
    """

    def __init__(self, settings: Settings, clock: Clock, alone: asyncio.Lock) -> None:
        self._settings = settings
        self._now = clock
        self._alone = alone

    async def watch(self) -> None:
        """Make backups for as long as the machine runs."""
        while self._settings.backup_hours:
            try:
                async with self._alone:
                    await asyncio.to_thread(self.make_if_due)
            except (MachineError, OSError) as error:
                _log.error("no backup was made: %s", error)
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    def make_if_due(self) -> Path | None:
        """A new backup, if it is time; the oldest of its own beyond those that are kept go. Blocking.

        Raises MachineError.
        """
        kept, now = own_backups(self._settings), self._now()
        every = timedelta(hours=self._settings.backup_hours)
        if kept and timedelta() <= now - _made_at(kept[-1]) < every:
            return None
        path = self._settings.backups_dir / file_name(self._settings, now, automatic=True)
        made = make_backup(self._settings, path, passphrase=self._settings.backup_passphrase, with_work=False)
        _log.info("made the backup %s (%d files, %d bytes)", made.path, made.files, made.size)
        by_itself = [file for file in own_backups(self._settings) if file.name.endswith(BY_ITSELF)]
        for old in by_itself[: -self._settings.backup_keep]:
            old.unlink(missing_ok=True)
        return made.path


def report_of(settings: Settings) -> OwnBackups:
    """How the machine backs itself up, and how far it has got. Blocking."""
    newest = next((file for one in reversed(own_backups(settings)) if (file := told(one))), None)
    return OwnBackups(
        every_hours=settings.backup_hours,
        keep=settings.backup_keep,
        encrypted=settings.backup_passphrase is not None,
        newest=newest,
    )


def finding(settings: Settings, now: datetime) -> Finding:
    """Whether backups are as new as they should be, for `machine doctor`. Blocking."""
    found = report_of(settings)
    age = now - found.newest.at if found.newest else None
    said = "there is none here" if age is None else f"the newest is {_hours(age.total_seconds() / 3600)} old"
    if not found.every_hours:
        return Finding("backup", "ok", f"none is made by itself (MACHINE_BACKUP_HOURS); {said}")
    every = _hours(found.every_hours)
    if age is None or age > _MISSED * timedelta(hours=found.every_hours):
        hint = "The daemon makes them while it runs; its log says why it made none."
        return Finding("backup", "warning", f"{said}, though one is due every {every}", hint)
    return Finding("backup", "ok", f"{said}, one is made every {every}")


def _hours(hours: float) -> str:
    return f"{max(hours, 0):.1f} h".replace(".0 ", " ") if hours < _HOURS_AS_DAYS else f"{hours / 24:.0f} days"


def _made_at(backup: Path) -> datetime:
    return datetime.fromtimestamp(backup.stat().st_mtime, UTC)
