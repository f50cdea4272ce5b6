"""Figures for programs that watch the machine."""

from typing import Protocol


class Metrics(Protocol):
    """The machine in Prometheus' text format."""

    content_type: str

    async def text(self) -> bytes:
        """All figures, as they are now. Raises StoreError."""
        ...
