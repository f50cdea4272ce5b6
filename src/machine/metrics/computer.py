"""How busy this computer is."""

import psutil

from machine.domain.machine import MachineLoad


def busyness(load: MachineLoad) -> MachineLoad:
    """`load` with the computer's figures, its processors' since the last call. Blocking, for less than a
    millisecond: it reads /proc. Empty where the system does not tell."""
    try:
        return load.model_copy(
            update={"cpu_percent": psutil.cpu_percent(), "memory_percent": psutil.virtual_memory().percent}
        )
    except (psutil.Error, OSError):
        return load
