"""How much the machine does, in figures."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class MachineStatusData(BaseModel):
    """Running, queued and waiting tasks, and the slots for those that run."""

    model_config = ConfigDict(frozen=True)

    machine_id: str
    state: Literal["ready", "draining"]
    running: int
    queued: int
    waiting: int
    slots: int
