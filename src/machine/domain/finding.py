"""What was found when something was looked at."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """One line of a report: what was looked at, how it is, and how to mend it."""

    check: str
    level: Level
    text: str
    hint: str = ""
