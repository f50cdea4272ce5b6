"""Variables: secrets and settings that people give for agents, webhooks and repositories."""

from collections.abc import Iterable, Mapping
from typing import Protocol


class Variables(Protocol):
    """Reads what people have given, decrypted. A value leaves this only to the program that needs it."""

    async def values_of(self, names: Iterable[str]) -> Mapping[str, str]:
        """The values of those names that are known; names that are not are missing from the answer."""
        ...
