"""What lies between the hubs of several processes: a link that carries lines of bytes, or none."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, Protocol

LOOK: Final = "look"
"""The channel on which a process says that not all it published may have got away."""


class Channel(NamedTuple):
    """Who wants to hear a channel."""

    heard: Callable[[Sequence[bytes]], None]
    """Told the lines of each message of another process."""
    confirmed: Callable[[], None]
    """Told each time that it has begun to come: what came before was not heard."""


class Link(Protocol):
    """Publishes, and hears what others publish, while it is `connected`; `changed` is called when that changes."""

    connected: bool
    changed: Callable[[], None]

    def publish(self, channel: str, line: bytes = b"") -> None: ...

    def want(self, name: str, channel: Channel) -> None: ...

    def leave(self, name: str) -> None: ...


class NoLink:
    """Of a fleet without Redis: never connected, so what others do is read from the database."""

    connected = False

    def __init__(self) -> None:
        self.changed: Callable[[], None] = lambda: None

    def publish(self, channel: str, line: bytes = b"") -> None:
        """Nobody hears it."""

    def want(self, name: str, channel: Channel) -> None:
        """Nothing will be heard."""

    def leave(self, name: str) -> None:
        """Nothing was."""
