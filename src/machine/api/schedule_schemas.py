"""Schedules over the wire."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from machine.domain.cron import MAX_CRON_CHARS
from machine.domain.definitions import DefinitionFault
from machine.domain.schedule import Schedule, ScheduleFields, ScheduleRun


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class CronQuestion(BaseModel):
    """An expression to try out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cron: str = Field(min_length=1, max_length=MAX_CRON_CHARS)
    timezone: str = Field("UTC", max_length=120)


class ScheduleView(ScheduleFields):
    """A schedule as it is in force."""

    model_config = ConfigDict(extra="ignore")

    name: str
    user_id: str
    words: str
    """Its expression as a sentence."""
    next_runs: list[datetime]
    """The next five, in its own zone; none while it is paused."""
    last_run: ScheduleRun | None
    problem: str
    """Why it starts nothing, and what to do; empty where nothing is wrong, and for all but administrators."""
    faults: list[DefinitionFault]
    """What is wrong with the newest version of its file; the last good one is in force."""

    @classmethod
    def of(
        cls,
        schedule: Schedule,
        now: datetime,
        last_run: ScheduleRun | None,
        faults: Sequence[DefinitionFault],
        problem: str,
    ) -> "ScheduleView":
        """Blocking."""
        times = schedule.times(now)
        return cls(
            **dict(schedule),
            words=times.words,
            next_runs=list(times.next_runs),
            last_run=last_run,
            problem=problem,
            faults=list(faults),
        )


class ScheduleDetail(ScheduleView):
    """A schedule, whole, as it is in force."""

    content_hash: str
    revertible: bool
    """Whether the version before the last save can be brought back."""


class ScheduleList(_Out):
    items: list[ScheduleView]
    faults: list[DefinitionFault]
    """What is wrong with files under `config/schedules`; the last good versions are in force."""


class RunList(_Out):
    items: list[ScheduleRun]
    next_cursor: str | None


def views_of(
    schedules: Sequence[Schedule],
    now: datetime,
    last_runs: Mapping[str, ScheduleRun],
    faults: Mapping[str, Sequence[DefinitionFault]],
    problems: Mapping[str, str],
) -> list[ScheduleView]:
    """`problems` are those of owners, by id. Blocking."""
    return [
        ScheduleView.of(one, now, last_runs.get(one.name), faults.get(one.name, ()), problems.get(one.user_id, ""))
        for one in schedules
    ]
