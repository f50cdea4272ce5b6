"""What work has cost in the last days, broken down."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from machine.domain.costs import CostItem, CostKind, Costs, Span
from machine.domain.errors import BadRequest

MAX_DAYS: Final = 366


def zone_of(name: str) -> tzinfo:
    """The time zone of an IANA name such as `Europe/Berlin`. Blocking: it is read from a file. Raises BadRequest."""
    if name.upper() == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadRequest(f"There is no time zone called {name!r}.", hint="Use a name such as Europe/Berlin.") from error


def last_days(days: int, zone: tzinfo, now: datetime) -> tuple[Span, ...]:
    """The last `days` days in that time zone, today included, oldest first."""
    today = now.astimezone(zone).date()
    dates = [today - timedelta(days=back) for back in range(days - 1, -2, -1)]
    begins = [_begin(day, zone) for day in dates]
    return tuple(
        Span(key=day.isoformat(), begins_at=begin, ends_at=end)
        for day, begin, end in zip(dates, begins, begins[1:], strict=False)
    )


def totals(items: Iterable[CostItem]) -> Sequence[Costs]:
    """The sum for each kind of dollars that there is."""
    there = tuple(items)
    return [_total(kind, found) for kind in CostKind if (found := [one for one in there if one.cost_kind is kind])]


def _total(kind: CostKind, items: Sequence[CostItem]) -> Costs:
    return Costs(
        cost_kind=kind,
        cost_usd=round(sum(one.cost_usd for one in items), 9),
        tasks=sum(one.tasks for one in items),
        input_tokens=sum(one.input_tokens for one in items),
        output_tokens=sum(one.output_tokens for one in items),
    )


def _begin(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
