"""Time is given, not taken: whatever needs the time is handed a `Clock`."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present, with its zone."""
    return datetime.now(UTC)
