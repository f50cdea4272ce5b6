"""Patterns of events: which events of other systems are meant."""

import re
from typing import Final

_EVENT_PATTERN: Final = re.compile(r"[A-Za-z0-9_:/.* -]{1,100}")


class EventPattern:
    """`issues.opened`, `issues.*`, `issues` (any action) or `*` (any event). Raises ValueError for anything else."""

    def __init__(self, text: str) -> None:
        if not _EVENT_PATTERN.fullmatch(text) or text.count("*") > 3:
            raise ValueError(f"{text[:100]!r} is no event: write it as `issues.opened`, `issues.*` or `*`")
        parts = ("[^.]*".join(re.escape(piece) for piece in part.split("*")) for part in text.split("."))
        self._regex = re.compile(r"\.".join(parts), re.IGNORECASE)
        self.text = text

    def matches(self, event: str, action: str) -> bool:
        """Whether it means this event; `action` is empty for events that have none."""
        if self.text == "*":
            return True
        full = f"{event}.{action}" if action else event
        return bool(self._regex.fullmatch(full) or self._regex.fullmatch(event))
