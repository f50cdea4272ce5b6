"""Values that came from a foreign program, made safe to keep: every text can be encoded, nothing is bottomless."""

import re
from typing import Any, Final

_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_DEPTH: Final = 64
_LARGEST_INTEGER: Final = 2**53


def clean(value: Any, depth: int = _DEPTH) -> Any:
    """`value` with lone surrogates replaced by `\ufffd`, and with what lies deeper than 64 levels cut off.

    JSON may hold both, while a database, an HTTP answer and most other readers of text refuse them.
    """
    match value:
        case str():
            return value if value.isascii() else _SURROGATES.sub("\ufffd", value)
        case dict() | list() if depth <= 0:
            return "…"
        case dict():
            return {clean(str(key)): clean(item, depth - 1) for key, item in value.items()}
        case list():
            return [clean(item, depth - 1) for item in value]
        case float() if value != value or value in (float("inf"), float("-inf")):
            return None
        case _:
            return value


def as_text(value: Any) -> str:
    """A text as it is, anything else as nothing."""
    return value if isinstance(value, str) else ""


def as_optional_text(value: Any) -> str | None:
    """A text that is not empty, or None."""
    return value if isinstance(value, str) and value else None


def as_dict(value: Any) -> dict[str, Any]:
    """A JSON object as it is, anything else as an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """A JSON array as it is, anything else as an empty one."""
    return value if isinstance(value, list) else []


def as_count(value: Any) -> int:
    """A number of things: a whole number from 0 to 2**53; 0 for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return 0
    return int(min(max(value, 0), _LARGEST_INTEGER))


def as_amount(value: Any) -> float | None:
    """A number that is finite and not negative, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        return None
    return float(min(value, _LARGEST_INTEGER))
