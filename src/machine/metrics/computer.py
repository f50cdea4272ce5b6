"""How busy this computer is."""

from typing import Final

import psutil

from machine.domain.machine import MachineLoad

MOMENT_SECONDS: Final = 0.2


def busyness(load: MachineLoad) -> MachineLoad:
    """`load` with the computer's figures as they are over a moment. Blocking, for that moment. Without them where the
    system does not tell."""
    try:
        figures = {"cpu_percent": psutil.cpu_percent(MOMENT_SECONDS), "memory_percent": psutil.virtual_memory().percent}
    except (psutil.Error, OSError):
        return load
    return load.model_copy(update=figures)
