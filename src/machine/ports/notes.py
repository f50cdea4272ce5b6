"""Small things that the machine remembers between its starts."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class Notes(Protocol):
    """Texts by name. Raises StoreError."""

    async def get(self, name: str) -> str | None: ...

    async def several(self, names: Sequence[str]) -> Mapping[str, str]:
        """Those of these names that there are."""
        ...

    async def put(self, name: str, text: str) -> None: ...

    async def replace(self, name: str, old: str | None, new: str) -> bool:
        """Put `new` in the place of `old`, where None is no text. False: something else stands there."""
        ...

    async def settle(self, name: str, text: str) -> str:
        """The text under this name; `text`, from now on, where there was none. Whoever asks first decides."""
        ...
