"""A machine of a fleet, as the others see it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

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
    """How many CLIs it has: of tasks that run, and of tasks that wait for a person."""

    model_config = ConfigDict(frozen=True)

    running: int = 0
    waiting: int = 0


class MachineReport(BaseModel):
    """What a machine says of itself with every heartbeat."""

    model_config = ConfigDict(frozen=True)

    role: MachineRole = MachineRole.ALL
    labels: tuple[Label, ...] = ()
    slots: int
    version: str
    load: MachineLoad = MachineLoad()


class Machine(MachineReport):
    """One row of the fleet. `epoch` rises with each of its incarnations; times are the database's."""

    machine_id: str
    state: MachineState
    epoch: int
    lease_until: datetime
    started_at: datetime
    seen_at: datetime

    @property
    def present(self) -> bool:
        """Whether nobody else may touch what is its."""
        return self.state in PRESENT


PRESENT: Final = frozenset({MachineState.READY, MachineState.DRAINING})
