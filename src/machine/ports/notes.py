"""Small things that the machine remembers between its starts."""

from typing import Protocol


class Notes(Protocol):
    """Texts by name. Raises StoreError."""

    async def get(self, name: str) -> str | None: ...

    async def put(self, name: str, text: str) -> None: ...

    async def settle(self, name: str, text: str) -> str:
        """The text under this name; `text`, from now on, where there was none. Whoever asks first decides."""
        ...
