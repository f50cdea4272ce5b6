"""When schedules run: clocks that change, times that were missed, files that say it."""

import contextlib
import sys
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, reset_tzpath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from machine.domain.cron import Cron, CronFault, ZoneFault, zone_of
from machine.domain.definitions import Definition, DefinitionFile, DefinitionState, InvalidDefinition
from machine.domain.schedule import ON_TIME, Missed, Overlap, Schedule, due, first_after, next_runs
from machine.registry.schedule_files import read_schedule, schedule_files, with_field
from machine.registry.schedule_registry import ScheduleRegistry

BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"
GOOD = "cron: 0 9 * * *\nmessage: Look at the news.\nagent: planning\n"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def a_schedule(**changes: Any) -> Schedule:
    return Schedule.model_validate({"name": "news", "cron": "0 9 * * *", "message": "Look.", **changes})


def shown(cron: str, zone: str, after: str, count: int) -> list[str]:
    found = next_runs(a_schedule(cron=cron, timezone=zone), at(after), count)
    return [moment.strftime("%d %H:%M%z") for moment in found]


# --- clocks that change ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        # In a gap, a fixed time comes as soon as the gap is over, and once however many times of it lie there.
        ("30 2 * * *", BERLIN, "2026-03-28T12:00", ["29 03:00+0200", "30 02:30+0200"]),
        ("0,30 2,3 * * *", BERLIN, "2026-03-28T12:00", ["29 03:00+0200", "29 03:30+0200", "30 02:00+0200"]),
        ("30 2 * * *", NEW_YORK, "2026-03-07T12:00", ["08 03:00-0400", "09 02:30-0400"]),
        ("15 2 * * *", LORD_HOWE, "2026-10-03T10:00", ["04 02:30+1100", "05 02:15+1100"]),
        # In a doubled hour, a fixed time comes the first time only.
        ("30 2 * * *", BERLIN, "2026-10-24T12:00", ["25 02:30+0200", "26 02:30+0100"]),
        ("30 1 * * *", NEW_YORK, "2026-10-31T12:00", ["01 01:30-0400", "02 01:30-0500"]),
        ("45 1 * * *", LORD_HOWE, "2026-04-04T10:00", ["05 01:45+1100", "06 01:45+1030"]),
        ("45 2 * * *", BERLIN, "2026-10-25T01:30", ["26 02:45+0100"]),  # asked for in the second of the two hours
        # What follows the clock leaves the gap out and runs through both hours.
        ("*/30 * * * *", BERLIN, "2026-03-29T00:10", ["29 01:30+0100", "29 03:00+0200"]),
        (
            "*/30 2 * * *",
            BERLIN,
            "2026-10-24T23:50",
            ["25 02:00+0200", "25 02:30+0200", "25 02:00+0100", "25 02:30+0100", "26 02:00+0100"],
        ),
        ("*/30 2 * * *", BERLIN, "2026-03-28T12:00", ["30 02:00+0200"]),
        ("40 * * * *", LORD_HOWE, "2026-04-04T14:00", ["05 01:40+1100", "05 01:40+1030", "05 02:40+1030"]),
        ("0 */2 * * *", LORD_HOWE, "2026-04-04T12:30", ["05 00:00+1100", "05 02:00+1030", "05 04:00+1030"]),
        # Everything else stays at its local time.
        ("0 9 * * MON-FRI", NEW_YORK, "2026-03-06T00:00", ["06 09:00-0500", "09 09:00-0400"]),
    ],
)
def test_clocks_that_change_are_known_answers(cron: str, zone: str, after: str, expected: list[str]) -> None:
    assert shown(cron, zone, after, len(expected)) == expected


_FIELD_OF = {
    "minute": st.sampled_from(["*", "0", "*/7", "0,30", "15-20", "59"]),
    "hour": st.sampled_from(["*", "1", "2", "*/2", "0-3", "23", "1,3"]),
    "day": st.sampled_from(["*", "1", "L", "LW", "*/5", "28-31"]),
    "month": st.sampled_from(["*", "3", "10", "APR-OCT"]),
    "weekday": st.sampled_from(["*", "SUN", "1-5", "MON#2", "5L"]),
}
_CRONS = st.builds(lambda **parts: " ".join(parts[name] for name in _FIELD_OF), **_FIELD_OF)
_MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))


@given(_CRONS, st.sampled_from([BERLIN, NEW_YORK, LORD_HOWE, "Africa/Casablanca", "UTC"]), _MOMENTS)
@settings(max_examples=150, deadline=None)
def test_times_grow_and_match_their_expression(expression: str, zone: str, after: datetime) -> None:
    found = list(islice(Cron(expression, zone_of(zone)).after(after), 20))
    assert len(found) == 20
    assert all(early < late for early, late in zip([after, *found], found, strict=False))
    for moment in found:
        local = moment.astimezone(zone_of(zone))
        wall = local.replace(tzinfo=UTC, fold=0)
        times_of_the_wall = next(Cron(expression, UTC).after(wall - timedelta(seconds=1)))
        before = (moment - timedelta(seconds=1)).astimezone(zone_of(zone))
        gap_ends_here = local.utcoffset() != before.utcoffset()
        assert times_of_the_wall == wall or gap_ends_here


@given(_CRONS, st.sampled_from([BERLIN, LORD_HOWE]), _MOMENTS, st.integers(1, 3000))
@settings(max_examples=100, deadline=None)
def test_no_time_is_lost_or_doubled_wherever_one_begins_to_look(
    expression: str, zone: str, after: datetime, minutes: int
) -> None:
    cron = Cron(expression, zone_of(zone))
    end = after + timedelta(minutes=minutes)
    whole = list(islice((moment for moment in islice(cron.after(after), 4000) if moment > end), 3))
    assert whole == list(islice(cron.after(end), len(whole)))


# --- expressions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("* * * * * *", "6 fields instead of 5"),
        ("0 9 * *", "4 fields instead of 5"),
        ("0 0 31 2 *", "day-of-month"),
        ("0 0 */31 * MON#5", "never comes"),
        ("60 * * * *", "minute"),
        ("*/0 * * * *", "minute"),
        ("@reboot", "@daily"),
        ("0 9 * * ÄÖÜ", "names such as MON"),
        ("0 ² * * *", "names such as MON"),
        ("0 9 * * " + "1," * 200 + "1", "more than 200"),
    ],
)
def test_expressions_that_never_come_or_are_none_are_refused_in_words(cron: str, said: str) -> None:
    with pytest.raises(CronFault, match=said):
        Cron(cron, UTC)


@given(st.text("0123456789*,/-#@LWMONJAndaily \u0660\0", max_size=30))
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_is_an_expression_with_words_or_a_fault(text: str) -> None:
    with contextlib.suppress(CronFault):  # any other error is one of ours
        assert Cron(text, UTC).words


def test_words_are_taken_for_expressions_and_expressions_are_put_into_words() -> None:
    assert shown("@daily", BERLIN, "2026-06-01T00:00", 1) == ["02 00:00+0200"]
    assert Cron("0 9 * * MON-FRI", UTC).words == "At 09:00 on Monday through Friday"


@pytest.mark.parametrize(
    "zone", ["Europe/Bärlin", "Europe", "../../etc/passwd", "right/UTC", "", "x" * 100, "Mars/Base"]
)
def test_a_zone_that_there_is_not_is_refused(zone: str) -> None:
    with pytest.raises(ZoneFault, match="there is no time zone"):
        zone_of(zone)


def test_a_computer_without_zones_says_so_and_still_knows_utc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tzdata", None)
    monkeypatch.setitem(sys.modules, "tzdata.zoneinfo", None)
    monkeypatch.setitem(sys.modules, "tzdata.zoneinfo.Europe", None)
    ZoneInfo.clear_cache()
    reset_tzpath([tmp_path])
    try:
        assert zone_of("UTC") is UTC
        with pytest.raises(ZoneFault, match="install the package tzdata"):
            zone_of(BERLIN)
    finally:
        reset_tzpath()


# --- what is due ----------------------------------------------------------------------------------------------------


def test_a_time_is_due_from_its_moment_and_once() -> None:
    schedule = a_schedule()
    assert due(schedule, at("2026-06-01T08:00"), at("2026-06-01T08:59:59")) is None
    found = due(schedule, at("2026-06-01T08:00"), at("2026-06-01T09:00"))
    assert found is not None
    assert (found.at, found.is_late, found.missed_since) == (at("2026-06-01T09:00"), False, None)
    assert due(schedule, found.at, at("2026-06-01T23:00")) is None


def test_of_many_missed_times_the_last_one_is_due_with_the_first_beside_it() -> None:
    found = due(a_schedule(cron="* * * * *"), at("2024-06-01T08:00"), at("2026-06-01T08:00:30"))
    assert found is not None
    assert (found.at, found.since, found.is_late) == (at("2026-06-01T08:00"), at("2024-06-01T08:01"), False)
    rare = due(a_schedule(cron="0 0 29 2 *"), at("2024-01-01T00:00"), at("2027-01-01T00:00"))
    assert rare is not None
    assert (rare.at, rare.is_late, rare.missed_since) == (at("2024-02-29T00:00"), True, at("2024-02-29T00:00"))


def test_a_short_restart_makes_no_run_a_missed_one() -> None:
    for late, expected in ((ON_TIME, False), (ON_TIME + timedelta(seconds=1), True)):
        found = due(a_schedule(), at("2026-06-01T08:59"), at("2026-06-01T09:00") + late)
        assert found is not None
        assert found.is_late is expected


def test_a_paused_schedule_has_no_next_times_and_another_rule() -> None:
    assert next_runs(a_schedule(paused=True), at("2026-06-01T00:00"), 5) == ()
    assert a_schedule(paused=True).rule != a_schedule().rule == a_schedule(message="Other words.").rule
    assert first_after(a_schedule(), at("2026-06-01T10:00")) == at("2026-06-02T09:00")


# --- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("cron: 61 * * * *\nmessage: Do.\n", 1, "cron"),
        ("cron: 0 9 * * *\nmessage: Do.\ntimezone: Europe/Bern\n", 3, "timezone"),
        ("cron: 0 9 * * *\n\nagent: nobody\nmessage: Do.\n", 3, "agent"),
        ("cron: 0 9 * * *\nmessage: Do.\noverlap: both\n", 3, "overlap"),
        ("cron: 0 9 * * *\nmessage: Do.\nagents: x\n", 3, "agents"),
        ("cron: 0 9 * * *\nname: other\nmessage: Do.\n", 2, "name"),
        ("cron: 0 9 * * *\nmessage: ' '\n", 2, "message"),
        ("# Every minute\ncron: * * * * *\nmessage: Do.\n", 2, "cron"),
        ("cron: @daily\nmessage: Do.\n", 1, "cron"),
    ],
)
def test_a_faulty_file_is_told_with_line_and_field(text: str, line: int, field: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        read_schedule("news", {"news.yaml": DefinitionFile(text.encode())}, {"planning"})
    assert [(fault.path, fault.line, fault.field) for fault in caught.value.faults] == [("news.yaml", line, field)]


def test_a_schedule_comes_back_from_its_file_as_it_was() -> None:
    schedule = a_schedule(
        agent="planning",
        timezone=BERLIN,
        missed=Missed.ONCE,
        overlap=Overlap.REPLACE,
        message="A: #b\n\n  c →\n",
        code={"repository": "https://git.example/x.git", "ref": "main"},
        user_id="user_1",
        max_budget_usd=1.5,
    )
    assert read_schedule("news", schedule_files(schedule), {"planning"}).model == schedule


@pytest.mark.parametrize(
    "text",
    [
        "# mine\n" + GOOD,
        "# mine\npaused: false  # for now\n" + GOOD,
        "# mine\ncron: 0 9 * * *\nmessage: |\n  a\n  paused: false\n\n",
    ],
)
def test_pausing_leaves_what_people_wrote(text: str) -> None:
    before = read_schedule("news", {"news.yaml": DefinitionFile(text.encode())}, {"planning"})
    files = with_field(before, "paused", True)
    after = read_schedule("news", files, {"planning"})
    assert after.model == before.model.model_copy(update={"paused": True})
    assert files["news.yaml"].content.startswith(b"# mine\n")
    assert read_schedule("news", with_field(after, "paused", False), {"planning"}).model == before.model


def test_a_file_to_which_no_line_can_be_added_is_written_anew() -> None:
    text = "{cron: 0 9 * * *, message: Do.}"
    before: Definition[Schedule] = read_schedule("news", {"news.yaml": DefinitionFile(text.encode())}, ())
    assert read_schedule("news", with_field(before, "paused", True), ()).model.paused


def test_a_schedule_follows_the_agents_that_there_are(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    agents = {"planning"}
    registry = ScheduleRegistry(tmp_path, lambda: agents)
    (tmp_path / "schedules").mkdir()
    (tmp_path / "schedules" / "news.yaml").write_text(GOOD)
    registry.shelf.refresh(frozenset())
    assert [one.name for one in registry.all()] == ["news"]
    agents.clear()
    (change,) = registry.shelf.refresh(frozenset())
    assert (change.kind.value, change.state) == ("schedule", DefinitionState.BROKEN)
    assert [(fault.path, fault.line, fault.field) for fault in change.faults] == [("schedules/news.yaml", 3, "agent")]
    assert registry.get("news").model.agent == "planning"  # the last good version stays
    assert "schedules/news.yaml, line 3: agent: there is no agent planning" in caplog.text
    agents.add("planning")
    (change,) = registry.shelf.refresh(frozenset())
    assert change.state is DefinitionState.READY


def test_a_schedule_says_nothing_that_is_not_known() -> None:
    with pytest.raises(ValidationError):
        a_schedule(enabled=True)
