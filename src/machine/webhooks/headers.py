"""Headers as they came over the wire: any bytes, any number of times."""

import re
from collections.abc import Iterable
from typing import Final

MAX_VALUE_BYTES: Final = 8 * 1024
MAX_STORED_HEADERS: Final = 100

_SECRET: Final = re.compile(r"auth|token|secret|signature|cookie|password|credential|session|api-?key", re.IGNORECASE)
_VISIBLE: Final = re.compile(r"[\x20-\x7e]*")


class Headers:
    """Names are compared without regard to case. What is not plain ASCII, too long or there twice is no value."""

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        """`raw` as ASGI gives it, in `scope["headers"]`."""
        self._values: dict[bytes, list[bytes]] = {}
        for name, value in raw:
            self._values.setdefault(name.lower(), []).append(value)

    def raw(self, name: str) -> bytes | None:
        """The one value of a header, without surrounding blanks; None when it is missing, repeated or too long."""
        values = self._values.get(name.lower().encode("ascii", "replace"), [])
        if len(values) != 1 or len(values[0]) > MAX_VALUE_BYTES:
            return None
        return values[0].strip(b" \t")

    def get(self, name: str) -> str:
        """The one value as text; empty when `raw` has none, or when it is not visible ASCII."""
        value = (self.raw(name) or b"").decode("latin-1")
        return value if _VISIBLE.fullmatch(value) else ""

    def fault(self, name: str) -> str:
        """Why there is no value, in words."""
        values = self._values.get(name.lower().encode("ascii", "replace"), [])
        if not values:
            return f"the header {name} is missing"
        if len(values) > 1:
            return f"the header {name} is there {len(values)} times"
        return f"the header {name} is malformed"

    def redacted(self) -> dict[str, str]:
        """For the store: readable, bounded, and without the values of what may be secret."""
        stored: dict[str, str] = {}
        for name, values in list(self._values.items())[:MAX_STORED_HEADERS]:
            text = _printable(name, 100)
            stored[text] = "[redacted]" if _SECRET.search(text) else ", ".join(_printable(v, 1000) for v in values[:5])
        return stored


def _printable(value: bytes, limit: int) -> str:
    return "".join(char if char.isprintable() else "?" for char in value[:limit].decode("latin-1"))
