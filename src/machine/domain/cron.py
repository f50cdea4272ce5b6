"""Cron expressions: five fields, or a word such as `@daily`, in the local time of a zone.

What happens when clocks change is cron's own rule, which cronsim keeps only where they change by whole hours, so it is
asked for wall times and they are placed here. An expression with a fixed time (neither minute nor hour begins with `*`)
runs once a time: in a gap as soon as the gap is over, in a doubled hour the first time. Every other follows the clock:
it leaves a gap out, and a doubled hour runs twice.
"""

import contextlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from heapq import heappop, heappush
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from pydantic import BaseModel, ConfigDict

MAX_CRON_CHARS: Final = 200
SHOWN_RUNS: Final = 5
ZONE_PATTERN: Final = r"^(?!posix/|right/)[A-Z][A-Za-z0-9+_-]{0,39}(?:/[A-Za-z0-9+_-]{1,40}){0,2}$"

_WORDS: Final = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_FIELD: Final = re.compile(r"[0-9A-Za-z*,/#-]+")
_FIELDS: Final = 5
_SOME_DAY: Final = datetime(2024, 1, 1)
"""A wall time: whether there is ever a match depends on no zone."""
_LONGEST_SHIFT: Final = timedelta(hours=4)
"""No zone has set its clocks back by more than three hours since there are computers."""
_MINUTE: Final = timedelta(minutes=1)


class CronFault(ValueError):
    """An expression or a zone that cannot be used; the message is for people."""


class ZoneFault(CronFault):
    """A zone that there is not."""


class Cron:
    """An expression in a zone. Raises CronFault for one that is wrong, or never comes."""

    def __init__(self, expression: str, zone: tzinfo) -> None:
        self.zone = zone
        self._fields = " ".join(_fields_of(expression))
        minute, hour = self._fields.split()[:2]
        self._fixed = not minute.startswith("*") and not hour.startswith("*")
        if next(self._walls(_SOME_DAY), None) is None:
            raise CronFault("it never comes: there is no such day")

    @property
    def words(self) -> str:
        """The expression as a sentence, such as `At 09:00 on Monday through Friday`."""
        return CronSim(self._fields, _SOME_DAY).explain()

    def after(self, moment: datetime) -> Iterator[datetime]:
        """The moments of it later than `moment`, in UTC, each later than the one before; ends after 50 empty years."""
        start = moment.astimezone(self.zone).replace(tzinfo=None, fold=0) - _LONGEST_SHIFT
        latest = moment
        for found in self._moments(start):
            if found > latest:
                yield found
                latest = found

    def upcoming(self, after: datetime, count: int) -> tuple[datetime, ...]:
        """The next `count` moments, in its zone; fewer when no more come."""
        return tuple(moment.astimezone(self.zone) for moment in islice(self.after(after), count))

    def _moments(self, start: datetime) -> Iterator[datetime]:
        """In order, some perhaps twice. The second run of a doubled hour waits until its turn has come."""
        waiting: list[datetime] = []
        for wall in self._walls(start):
            moments = self._placed(wall)
            for moment in moments:
                heappush(waiting, moment)
            while moments and waiting and waiting[0] <= moments[0]:
                yield heappop(waiting)
        while waiting:
            yield heappop(waiting)

    def _placed(self, wall: datetime) -> tuple[datetime, ...]:
        """When clocks show `wall`: once, twice, never; never becomes the end of the gap for what has a fixed time."""
        while not self._exists(wall):
            if not self._fixed:
                return ()
            wall += _MINUTE
        first, second = (wall.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        return (first,) if self._fixed or first == second else (first, second)

    def _exists(self, wall: datetime) -> bool:
        there_and_back = wall.replace(tzinfo=self.zone).astimezone(UTC).astimezone(self.zone)
        return there_and_back.replace(tzinfo=None, fold=0) == wall

    def _walls(self, start: datetime) -> Iterator[datetime]:
        with contextlib.suppress(OverflowError):  # no month comes after the last of the year 9999
            yield from CronSim(self._fields, start)


class Times(BaseModel):
    """When an expression comes."""

    model_config = ConfigDict(frozen=True)

    words: str
    """Such as `At 09:00 on Monday through Friday`."""
    timezone: str
    next_runs: tuple[datetime, ...]
    """The next five, in that zone; none for what is paused."""

    @classmethod
    def of(cls, expression: str, timezone: str, now: datetime, *, paused: bool = False) -> "Times":
        """Reads time zone data: blocking. Raises CronFault."""
        cron = Cron(expression, zone_of(timezone))
        next_runs = () if paused else cron.upcoming(now, SHOWN_RUNS)
        return cls(words=cron.words, timezone=timezone, next_runs=next_runs)


def zone_of(name: str) -> tzinfo:
    """The zone called so in the computer's time zone data. Reads a file the first time. Raises ZoneFault."""
    if name == "UTC":
        return UTC
    if re.match(ZONE_PATTERN, name):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            _check_that_there_are_zones()
    raise ZoneFault(f"there is no time zone {name[:100]!r}; write it as Europe/Berlin, or UTC")


def _check_that_there_are_zones() -> None:
    try:
        ZoneInfo("Etc/UTC")
    except ZoneInfoNotFoundError as error:
        raise ZoneFault("this computer has no time zone data: install the package tzdata, or write UTC") from error


def _fields_of(expression: str) -> list[str]:
    text = expression.strip()
    if len(text) > MAX_CRON_CHARS:
        raise CronFault(f"it has more than {MAX_CRON_CHARS} characters")
    if text.startswith("@"):
        if text.lower() not in _WORDS:
            raise CronFault(f"{text[:30]} is not known; there are {', '.join(_WORDS)}")
        text = _WORDS[text.lower()]
    fields = text.split()
    if len(fields) != _FIELDS:
        raise CronFault(
            f"it has {len(fields)} fields instead of 5: minute, hour, day of month, month, day of week"
            " (there are none for seconds and years)"
        )
    if not all(_FIELD.fullmatch(field) for field in fields):
        raise CronFault("fields hold digits, names such as MON and JAN, and * , - / # only")
    try:
        CronSim(" ".join(fields), _SOME_DAY)
    except CronSimError as error:
        raise CronFault(f"{str(error)[:1].lower()}{str(error)[1:]}") from error
    return fields
