"""JSON lines for the warden, by the C half of `json` alone: the Python half would cost half of the warden's start."""

from __future__ import annotations

import _json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _JsonRules:
    """What `json.JSONDecoder` tells the C scanner."""

    strict = True
    array_hook = object_hook = object_pairs_hook = None
    parse_float = parse_constant = float
    parse_int = int


def decode(text: str) -> Any:
    """Return the JSON value that `text` starts with, ValueError where there is none."""
    try:
        return _json.make_scanner(_JsonRules())(text.strip(), 0)[0]  # type: ignore[arg-type]  # a duck is enough for it
    except (StopIteration, SystemError):  # the latter for want of json.decoder, which has the exception's class
        raise ValueError("not JSON") from None


def encode(fields: dict[str, str | float | None]) -> bytes:
    """Return one JSON line."""
    quote = _json.encode_basestring_ascii
    values = {name: "null" if v is None else quote(v) if isinstance(v, str) else str(v) for name, v in fields.items()}
    return ("{" + ",".join(f"{quote(name)}:{value}" for name, value in values.items()) + "}\n").encode()
