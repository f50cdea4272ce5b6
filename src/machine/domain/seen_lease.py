"""What others see of a machine's lease."""

from datetime import datetime
from typing import NamedTuple


class SeenLease(NamedTuple):
    """A machine's lease when it was looked at: one that is alive moves `until` on with every heartbeat. The clock that
    `until` was read from may be set, so that it tells whether there was a heartbeat, and not when."""

    machine_id: str
    epoch: int
    until: datetime
    seconds: float
    """How long it lasts."""
