"""Schedules: work that begins at certain times, what of times that were missed, and of work that is not over yet."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, StrictBool, field_validator

from machine.domain.agent import NAME_PATTERN, EntityName
from machine.domain.code import CodeSource
from machine.domain.cron import MAX_CRON_CHARS, Cron, Times, zone_of

MAX_WAITING: Final = 10
"""Unfinished tasks of one schedule with `overlap: enqueue`; beyond that a run is skipped."""
ON_TIME: Final = timedelta(minutes=5)
"""A run that begins within this time is no missed one: a restart may take its while."""
MAX_SCHEDULE_CHARS: Final = 50_000

_LOOKS_BACK: Final = tuple(timedelta(hours=hours) for hours in (1, 24, 24 * 31, 24 * 366))


class Missed(StrEnum):
    """What to do with runs whose time came while the machine was off: nothing, or one run for all of them."""

    SKIP = "skip"
    ONCE = "once"


class Overlap(StrEnum):
    """What to do when a task of the schedule has not ended (one that waits for a person's answer has not).

    `skip`: the run is left out. `enqueue`: its task waits until the former has ended; at most 10 at a time. `replace`:
    the former is stopped, then the new one starts.
    """

    SKIP = "skip"
    ENQUEUE = "enqueue"
    REPLACE = "replace"


MOST_UNFINISHED: Final[Mapping[Overlap, int | None]] = {
    Overlap.SKIP: 1,
    Overlap.ENQUEUE: MAX_WAITING,
    Overlap.REPLACE: None,
}
"""Tasks of one schedule that have not ended; None: any number, for all but the newest are being stopped."""


class ScheduleFields(BaseModel):
    """What people say about a schedule."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    description: str = Field("", max_length=2_000)
    cron: str = Field(min_length=1, max_length=MAX_CRON_CHARS)
    """Minute, hour, day of month, month, day of week; or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`."""
    timezone: str = Field("UTC", max_length=120)
    """By its IANA name, such as `Europe/Berlin`."""
    message: str = Field(min_length=1, max_length=MAX_SCHEDULE_CHARS, pattern=r"\S")
    title: str | None = Field(None, min_length=1, max_length=200)
    agent: EntityName | None = None
    """Unset: it is chosen as for any other task."""
    code: CodeSource | None = None
    missed: Missed = Missed.SKIP
    overlap: Overlap = Overlap.SKIP
    paused: StrictBool = False
    priority: int = Field(0, ge=-100, le=100, strict=True)
    timeout_seconds: float | None = Field(None, gt=0, le=7 * 24 * 3600, strict=True)
    max_turns: int | None = Field(None, gt=0, le=10_000, strict=True)
    max_budget_usd: float | None = Field(None, gt=0, le=100_000, strict=True)


class ScheduleForm(ScheduleFields):
    """A schedule as it is filled in by hand. Its zone is looked up when it is saved."""

    name: EntityName


class Schedule(ScheduleFields):
    """A schedule that can be kept. Validating one reads time zone data: blocking."""

    name: str = Field(pattern=NAME_PATTERN)
    user_id: str = ""
    """Its owner: its tasks are theirs. Unset: the local administrator."""

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        zone_of(value)
        return value

    @field_validator("cron")
    @classmethod
    def _cron(cls, value: str) -> str:
        Cron(value, zone_of("UTC"))
        return value

    @property
    def rule(self) -> str:
        """What decides when it runs: times before a change of this are none of its times."""
        return "paused" if self.paused else f"{self.cron} {self.timezone}"

    def compiled(self) -> Cron:
        """Reads time zone data: blocking."""
        return Cron(self.cron, zone_of(self.timezone))

    def times(self, now: datetime) -> Times:
        """When it comes. Reads time zone data: blocking."""
        return Times.of(self.cron, self.timezone, now, paused=self.paused)


class Due(BaseModel):
    """Times of a schedule that have come, of which one run is made: the last of them."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    since: datetime
    """The first of them."""
    is_late: bool
    """Whether even the last one is too long ago to be called on time."""

    @property
    def missed_since(self) -> datetime | None:
        """The first time that nobody was there for; None when the run is on time and the only one."""
        return self.since if self.is_late or self.since < self.at else None


class RunOutcome(StrEnum):
    """What became of a time of a schedule. `refused`: no task could be made of it, and `why` says what to do."""

    STARTED = "started"
    SKIPPED = "skipped"
    REFUSED = "refused"


class ScheduleRun(BaseModel):
    """One time of a schedule, as it was dealt with."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    schedule: str
    due_at: datetime
    at: datetime
    outcome: RunOutcome
    why: str = ""
    task_id: str | None = None
    by: str | None = None
    """Who asked for it; unset: its time had come."""


class ScheduleState(BaseModel):
    """How far a schedule has come: all its times up to `since` are dealt with, by the rule of then."""

    model_config = ConfigDict(frozen=True)

    name: str
    rule: str
    since: datetime


def concurrency_key(name: str) -> str:
    """Tasks of one schedule never run at the same time."""
    return f"schedule {name}"


def next_runs(schedule: Schedule, after: datetime, count: int) -> tuple[datetime, ...]:
    """The next `count` times in the schedule's own zone, fewer when no more come; none while it is paused. Blocking."""
    return () if schedule.paused else schedule.compiled().upcoming(after, count)


def first_after(schedule: Schedule, since: datetime) -> datetime | None:
    """The next time, in UTC; None when none comes. Blocking."""
    return next(schedule.compiled().after(since), None)


def due(schedule: Schedule, since: datetime, now: datetime) -> Due | None:
    """What has come after `since`, up to `now`; None when nothing has. Blocking, however long ago for a moment only."""
    cron = schedule.compiled()
    first = next(_between(cron, since, now), None)
    if first is None:
        return None
    # From the end, in growing steps: a minute's schedule after a year must not be counted through.
    starts = (*(max(since, now - back) for back in _LOOKS_BACK), since)
    last = next(found[-1] for start in starts if (found := tuple(_between(cron, start, now))))
    return Due(at=last, since=first, is_late=now - last > ON_TIME)


def _between(cron: Cron, start: datetime, end: datetime) -> Iterator[datetime]:
    return takewhile(lambda moment: moment <= end, cron.after(start))
