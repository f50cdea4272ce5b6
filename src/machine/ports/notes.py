"""Small things that the machine remembers between its starts."""

from typing import Protocol


class Notes(Protocol):
    """Texts by name. Raises StoreError."""

    async def get(self, name: str) -> str | None: ...

    async def put(self, name: str, text: str) -> None: ...
