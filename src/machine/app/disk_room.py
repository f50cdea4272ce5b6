"""What keeps the disk from filling up: a floor below which nothing starts, and an end for what is over."""

import asyncio
from datetime import timedelta
from typing import NamedTuple

from machine.app.automatic_backups import AutomaticBackups, report_of
from machine.app.backup_files import FolderOfBackups
from machine.app.backups import database_words
from machine.app.ground import Ground
from machine.domain.disk import Keeping
from machine.engine.backup_desk import BackupDesk
from machine.engine.disk_desk import DiskDesk
from machine.engine.moving import Moving
from machine.engine.past_work import PastWork
from machine.engine.retention import Retention
from machine.engine.task_code import TaskCode
from machine.settings import Settings


class DiskRoom(NamedTuple):
    """All look at the same disk."""

    desk: DiskDesk
    retention: Retention
    backups: BackupDesk
    automatic_backups: AutomaticBackups
    files: FolderOfBackups


def build_disk(ground: Ground, code: TaskCode, moving: Moving) -> DiskRoom:
    keeping = keeping_of(ground.settings)
    whereabouts = ground.sharing.whereabouts if ground.sharing else None
    work = PastWork(keeping=keeping, past=ground.past, disk=ground.disk, code=code, whereabouts=whereabouts)
    retention = Retention(
        keeping=keeping,
        work=work,
        deliveries=ground.deliveries,
        disk=ground.disk,
        moving=moving,
        clock=ground.clock,
    )
    desk = DiskDesk(
        ground.disk,
        floor_mb=ground.settings.min_free_mb,
        keeping=keeping,
        last_tidied=lambda: retention.last,
        backups=lambda: report_of(ground.settings),
        machine_id=ground.settings.machine_id,
    )
    files, alone = FolderOfBackups(ground.settings), asyncio.Lock()
    words = database_words(ground.settings)
    backups = BackupDesk(files, desk, ground.clock, alone, machine_id=ground.settings.machine_id, database=words)
    return DiskRoom(desk, retention, backups, AutomaticBackups(ground.settings, ground.clock, alone), files)


def keeping_of(settings: Settings) -> Keeping:
    """What the settings say, where 0 days are for ever."""
    return Keeping(
        events=_days(settings.keep_events_days),
        tasks=_days(settings.keep_tasks_days),
        deliveries=_days(settings.keep_deliveries_days),
        workspaces=_days(settings.keep_workspaces_days),
        set_aside=_days(settings.keep_set_aside_days),
    )


def _days(days: float) -> timedelta | None:
    return timedelta(days=days) if days else None
