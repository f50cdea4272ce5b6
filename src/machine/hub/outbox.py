"""What waits to be published: bounded, gathered by channel, dropped as a whole when it does not get away."""

from collections.abc import Sequence
from typing import Final

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_CHANNELS: Final = 10_000
MAX_MESSAGE_BYTES: Final = 256 * 1024
"""A message ends with the event that takes it over this."""


class Outbox:
    """Channel and payload of what is to be published next. Events of one channel are joined by line breaks."""

    def __init__(self, *, max_bytes: int = MAX_BYTES) -> None:
        self.lost = False
        """Whether something was dropped since this was last reset."""
        self._max_bytes = max_bytes
        self._lines: dict[str, list[bytes]] = {}
        self._bytes = 0

    def __bool__(self) -> bool:
        return bool(self._lines)

    def add(self, channel: str, line: bytes = b"") -> None:
        """Queue one line for a channel. An empty one asks for a message, and is content with any that goes there."""
        if self._bytes + len(line) > self._max_bytes or len(self._lines) >= MAX_CHANNELS:
            self.drop()
            return
        lines = self._lines.setdefault(channel, [])
        if line:
            lines.append(line)
            self._bytes += len(line)

    def drop(self) -> None:
        """Forget everything: whoever wanted it finds it in the store."""
        self.lost = True
        self._lines.clear()
        self._bytes = 0

    def take(self, head: bytes) -> list[tuple[str, bytes]]:
        """All that waits, as messages that begin with `head`, in order within each channel."""
        lines, self._lines, self._bytes = self._lines, {}, 0
        return [(channel, message) for channel, some in lines.items() for message in _messages(head, some)]


def _messages(head: bytes, lines: Sequence[bytes]) -> list[bytes]:
    messages, current, size = [], [head], 0
    for line in lines:
        if size > MAX_MESSAGE_BYTES:
            messages.append(b"\n".join(current))
            current, size = [head], 0
        current.append(line)
        size += len(line)
    return [*messages, b"\n".join(current)]
