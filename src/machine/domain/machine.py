"""A machine of a fleet, as the others see it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from machine.domain.machine_status import MachineWarning
from machine.domain.seen_lease import SeenLease

MAX_LABELS: Final = 50
NOWHERE: Final = ""
"""In a fleet, the `machine_id` of a task that no machine has taken up yet."""

Label = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$")]
"""What a machine has and an agent may ask for, such as `gpu` or `prod-network`."""
Labels = Annotated[tuple[Label, ...], Field(max_length=MAX_LABELS)]


class MachineRole(StrEnum):
    """What a process does: everything, requests, or tasks."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"


class MachineState(StrEnum):
    """`lost`: its lease expired, and others took over; `gone`: it said good-bye."""

    READY = "ready"
    DRAINING = "draining"
    LOST = "lost"
    GONE = "gone"


class MachineLoad(BaseModel):
    """How many CLIs it has, of tasks that run and of tasks that wait for a person, and how busy its computer is."""

    model_config = ConfigDict(frozen=True)

    running: int = 0
    waiting: int = 0
    cpu_percent: float | None = None
    """Of all its cores together, over a moment."""
    memory_percent: float | None = None


class MachineFacts(BaseModel):
    """What has to be the same on all machines, or at least seen from all. Unset: it has not said."""

    model_config = ConfigDict(frozen=True)

    demo: bool | None = None
    """Whether it runs tasks with the demo model."""
    cli_version: str | None = None
    """Of Claude Code, where it is started."""
    schema_revision: str | None = None
    """The newest form of the database that its program knows."""
    lease_seconds: float | None = None
    keys: tuple[str, ...] | None = None
    """Marks of the keys of its variables, the newest first; a mark tells keys apart, and nothing of a key."""
    shared_dir: Literal["unset", "unusable", "usable"] | None = None
    shared_mark: str = ""
    """What stands in that folder, so that two machines know whether it is the same one."""
    redis: Literal["unset", "away", "connected"] | None = None
    held_back: str = ""
    """Why it starts nothing though it has slots; empty: it does."""
    warnings: tuple[MachineWarning, ...] = ()
    """What an administrator should mend there."""


class MachineReport(BaseModel):
    """What a machine says of itself with every heartbeat."""

    model_config = ConfigDict(frozen=True)

    role: MachineRole = MachineRole.ALL
    labels: tuple[Label, ...] = ()
    slots: int
    version: str
    load: MachineLoad = MachineLoad()
    facts: MachineFacts = MachineFacts()


class Machine(MachineReport):
    """One row of the fleet. `epoch` rises with each of its incarnations; times are the database's."""

    machine_id: str
    state: MachineState
    epoch: int
    lease_until: datetime
    started_at: datetime
    seen_at: datetime
    clock_offset_seconds: float | None = None
    """How far its clock was ahead of the database's when it was last heard of."""
    left_drained: bool = False
    """Of one that is lost or gone: whether somebody had drained it, and it comes back drained."""

    @property
    def takes_tasks(self) -> bool:
        """Whether it claims tasks now."""
        return self.state is MachineState.READY and self.role is not MachineRole.WEB

    @property
    def is_home(self) -> bool:
        """Whether it is there and may have the files of a conversation, which then goes on there."""
        return self.present and self.role is not MachineRole.WEB

    @property
    def drained(self) -> bool:
        """Whether somebody has drained it and has not taken that back, be it there or not."""
        return self.state is MachineState.DRAINING if self.present else self.left_drained

    @property
    def present(self) -> bool:
        """Whether nobody else may touch what is its."""
        return self.state in PRESENT

    @property
    def lease(self) -> SeenLease:
        """As it was extended with the last heartbeat."""
        seconds = (self.lease_until - self.seen_at).total_seconds()
        return SeenLease(machine_id=self.machine_id, epoch=self.epoch, until=self.lease_until, seconds=seconds)


class MachineChange(BaseModel):
    """A machine came, was drained or resumed, was lost or shut down."""

    model_config = ConfigDict(frozen=True)

    machine_id: str
    role: MachineRole
    state: MachineState


class TasksThere(BaseModel):
    """How many tasks a machine has that have not ended."""

    model_config = ConfigDict(frozen=True)

    queued: int = 0
    running: int = 0
    waiting: int = 0

    @property
    def any(self) -> bool:
        return bool(self.queued or self.running or self.waiting)


PRESENT: Final = frozenset({MachineState.READY, MachineState.DRAINING})
