"""How the machine is at one moment, in figures for Prometheus."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict


class Memory(BaseModel):
    """Resident memory of processes."""

    model_config = ConfigDict(frozen=True)

    bytes: int
    processes: int


class Figures(BaseModel):
    """Everything that is looked at when somebody asks; None: it is not known, or there is none."""

    model_config = ConfigDict(frozen=True)

    tasks: Mapping[str, int]
    """By status: those that have not ended."""
    oldest_queued_seconds: float
    slots: int
    draining: bool
    held_back: bool
    login: str
    sockets: int
    memory: Memory
    free_bytes: int | None
    database_bytes: int
    backup_age_seconds: float | None
