"""JSON as other programs and databases can take it, too."""

import math
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

MAX_DEPTH: Final = 64
MAX_INTEGER: Final = 2**63 - 1

_ANYTHING: Final[TypeAdapter[Any]] = TypeAdapter(Any)


def parsed(text: bytes | str) -> Any:
    """What JSON in UTF-8 says. Raises ValueError for what is none: lone surrogates and endless nesting included."""
    try:
        return _ANYTHING.validate_json(text)
    except ValidationError as error:
        raise ValueError(str(error.errors(include_url=False, include_input=False)[0]["msg"])[:200]) from error


def fault_of(value: Any) -> str | None:
    """What not every database or program takes: NUL characters, numbers that are none or too large, deep nesting."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        deeper: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                deeper.extend(item.keys())
                deeper.extend(item.values())
            elif isinstance(item, list):
                deeper.extend(item)
            elif fault := _fault_of_scalar(item):
                return fault
        if not deeper:
            return None
        level = deeper
    return f"more than {MAX_DEPTH} levels"


def _fault_of_scalar(item: Any) -> str | None:
    if isinstance(item, str) and "\0" in item:
        return "a NUL character"
    if isinstance(item, int) and abs(item) > MAX_INTEGER:
        return "an integer beyond 64 bits"
    if isinstance(item, float) and not math.isfinite(item):
        return "a number that is none, or infinite"
    return None
