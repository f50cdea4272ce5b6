"""Where channels of notifications, and what is to be told in them, are kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from machine.domain.notification import Channel, Notice


class NotificationStore(Protocol):
    """Notices come into being with the change of their task. Every method raises StoreError."""

    async def channels(self) -> tuple[Channel, ...]:
        """All there are, by name."""
        ...

    async def add(self, channel: Channel) -> None:
        """Raises Conflict for a name that is taken, or when there are as many as there may be."""
        ...

    async def change(self, channel: Channel) -> None:
        """Replace one by its name. Raises NotFound."""
        ...

    async def remove(self, name: str) -> None:
        """With all that was to be told there. Raises NotFound."""
        ...

    async def due(self, at: datetime) -> tuple[Notice, ...]:
        """Of each channel the one notice that is to be attended to next, if its time has come."""
        ...

    async def save(self, old: Notice, new: Notice) -> Notice:
        """Replace a notice if state and attempts still are those of `old`; raises Conflict otherwise."""
        ...

    async def newest(self) -> Mapping[str, Notice]:
        """Of each channel the notice that was changed last."""
        ...
