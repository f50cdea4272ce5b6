"""How full the disk is: whether tasks may start, and what takes the room."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

from machine.domain.disk import DiskReport, DiskUse, Keeping, OwnBackups, Tidied
from machine.domain.errors import StoreError
from machine.ports import Disk

LOOK_SECONDS: Final = 2.0
MEASURE_SECONDS: Final = 300.0
"""How old a measurement may be: it looks at every file."""

_MB: Final = 1024 * 1024
_log = logging.getLogger(__name__)


class DiskDesk:
    """One for the machine. A disk that cannot be looked at keeps nothing from starting."""

    def __init__(
        self,
        disk: Disk,
        *,
        floor_mb: int,
        keeping: Keeping,
        last_tidied: Callable[[], Tidied | None],
        backups: Callable[[], OwnBackups],
        seconds: Callable[[], float] = time.monotonic,
        machine_id: str = "",
    ) -> None:
        """`backups` blocks: it looks at files."""
        self.held_back = ""
        """Why no task is started now, for people; empty when they are."""
        self._machine_id = machine_id
        self._disk = disk
        self._floor = floor_mb
        self._keeping = keeping
        self._last_tidied = last_tidied
        self._backups = backups
        self._seconds = seconds
        self._looked_at = float("-inf")
        self._use: DiskUse | None = None
        self._measured_at = float("-inf")
        self._measuring = asyncio.Lock()

    async def has_room(self) -> bool:
        """Whether a task may start; looks at the disk, though not more often than it has to."""
        if self._floor and self._seconds() - self._looked_at >= LOOK_SECONDS:
            self._looked_at = self._seconds()
            self._tell(await self._why_not())
        return not self.held_back

    async def report(self) -> DiskReport:
        """Raises StoreError."""
        async with self._measuring:
            if self._use is None or self._seconds() - self._measured_at >= MEASURE_SECONDS:
                self._use, self._measured_at = await self._disk.measure(), self._seconds()
        return DiskReport(
            **{**dict(self._use), "free_bytes": await self._disk.free_bytes()},
            floor_bytes=self._floor * _MB,
            held_back=self.held_back,
            keeping=self._keeping,
            last_tidied=self._last_tidied(),
            backups=await asyncio.to_thread(self._backups),
            machine_id=self._machine_id,
        )

    async def _why_not(self) -> str:
        try:
            free = await self._disk.free_bytes()
        except StoreError as error:
            _log.warning("%s", error.message)
            return ""
        if free >= self._floor * _MB:
            return ""
        return (
            f"The disk of the data folder has {free // _MB} MB left, less than {self._floor} MB (MACHINE_MIN_FREE_MB): "
            "queued tasks start when there is room again. Free some, or keep less (`machine disk` shows what takes it)."
        )

    def _tell(self, why: str) -> None:
        if bool(why) != bool(self.held_back):
            _log.warning("%s", why or "the disk has room again: tasks start")
        self.held_back = why
