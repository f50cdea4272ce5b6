"""How much room the machine takes, and what it keeps for how long."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict


class DiskUse(BaseModel):
    """Bytes on the disk that holds the data folder, and in each part of that folder."""

    model_config = ConfigDict(frozen=True)

    free_bytes: int
    total_bytes: int
    parts: Mapping[str, int]


class Keeping(BaseModel):
    """How long what has ended is kept, from the end of its conversation; None: for ever."""

    model_config = ConfigDict(frozen=True)

    events: timedelta | None
    tasks: timedelta | None
    deliveries: timedelta | None
    workspaces: timedelta | None
    set_aside: timedelta | None
    """What restores put aside, from the restore on."""


class Tidied(BaseModel):
    """What one pass over old things removed, and which workspaces it had to leave: work in them is nowhere else."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    events: int = 0
    tasks: int = 0
    deliveries: int = 0
    workspaces: int = 0
    set_aside: int = 0
    kept_workspaces: tuple[str, ...] = ()

    def after(self, former: "Tidied") -> "Tidied":
        """This pass together with one that it went on with."""
        counts = ("events", "tasks", "deliveries", "workspaces", "set_aside")
        return self.model_copy(update={name: getattr(former, name) + getattr(self, name) for name in counts})


class BackupFile(BaseModel):
    """A backup in the data folder."""

    model_config = ConfigDict(frozen=True)

    name: str
    at: datetime
    size_bytes: int
    automatic: bool
    """Made by the daemon by itself; these go by themselves, too."""
    encrypted: bool


class BackupMaking(BaseModel):
    """One that is being made."""

    model_config = ConfigDict(frozen=True)

    name: str
    since: datetime
    encrypted: bool


class BackupFailure(BaseModel):
    """Why the last one that somebody wished for was not made."""

    model_config = ConfigDict(frozen=True)

    name: str
    at: datetime
    message: str
    hint: str


class BackupList(BaseModel):
    """The backups in the data folder, the newest first."""

    model_config = ConfigDict(frozen=True)

    items: tuple[BackupFile, ...]
    making: BackupMaking | None
    failure: BackupFailure | None
    machine_id: str = ""
    """Whose data folder it is."""
    database: str = ""
    """Where the database is not in them, what has to be done about it; empty: it is."""


class OwnBackups(BaseModel):
    """The backups that the daemon makes by itself. `every_hours` 0: it makes none; `newest`: what lies there all the
    same, made by hand or before."""

    model_config = ConfigDict(frozen=True)

    every_hours: float
    keep: int
    encrypted: bool
    newest: BackupFile | None


class DiskReport(DiskUse):
    """The same, with the rules: below `floor_bytes` no task is started, and `held_back` says so."""

    floor_bytes: int
    held_back: str
    keeping: Keeping
    last_tidied: Tidied | None
    backups: OwnBackups
    machine_id: str = ""
    """Whose data folder it is."""
