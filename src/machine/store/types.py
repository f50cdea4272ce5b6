"""How values stand in columns: text that is always valid UTF-8, moments as text, JSON as text."""

import json
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

BIG: Final = Integer().with_variant(BigInteger(), "postgresql")
"""Whole numbers that may pass two thousand million: SQLite knows no other ones."""


def storable(text: str) -> str:
    """`text` with what cannot be stored replaced: lone halves of surrogate pairs, which JSON may carry and UTF-8
    cannot, and NUL, which PostgreSQL cannot hold."""
    text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def moment_text(value: datetime) -> str:
    """A moment as `2026-11-03T09:00:00.000000Z`. All have this width, so text sorts as time does."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


class Words(TypeDecorator[str]):
    """Text that people or programs wrote."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class Moment(TypeDecorator[datetime]):
    """A moment, in UTC, as text.

    Text instead of a number: exact to the microsecond, readable in any tool, days are its first ten characters.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> str | None:
        return None if value is None else moment_text(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class Json(TypeDecorator[Any]):
    """A JSON value as ASCII text, so that whatever a provider sent comes back as it was. None is NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)
