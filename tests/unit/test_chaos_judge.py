"""The judge of `make chaos` finds what it is there to find."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.fault.chaos.judge import Found, good_bye, judge
from tests.fault.chaos.work import Watched

TASK = "task_1"


def event(seq: int, type_: str, feed_seq: int | None = None, **data: Any) -> dict[str, Any]:
    return {"task_id": TASK, "seq": seq, "feed_seq": feed_seq, "type": type_, "body": json.dumps(data)}


def said(seq: int, number: int) -> dict[str, Any]:
    return event(seq, "task.output", kind="text", text=f"chapter {number} of 2\n")


def course() -> list[dict[str, Any]]:
    """A task that was lost once, and ended well."""
    return [
        event(1, "task.created", 1),
        event(2, "task.started", 2, attempt=1, machine_id="w1"),
        said(3, 1),
        event(4, "task.queued", 3),
        event(5, "task.started", 4, attempt=2, machine_id="w2"),
        said(6, 1),
        said(7, 2),
        event(8, "task.completed", 5),
    ]


def judged(
    events: list[dict[str, Any]], ledger: Path, *, seen: list[dict[str, Any]] | None = None, **task: Any
) -> list[str]:
    row = {"status": "completed", "last_seq": len(events), "attempt": 2, "losses": 1, "failure": None, **task}
    told = [{"seq": one["seq"], "type": one["type"], "data": json.loads(one["body"])} for one in seen or events]
    found = Found({TASK: row}, {TASK: events}, [{"machine_id": "w1", "state": "gone"}])
    assert good_bye(found) == []
    return judge(found, [Watched(TASK, "", seen=told)], ledger)


def test_a_course_in_which_all_was_well_has_no_faults(tmp_path: Path) -> None:
    (tmp_path / "book").write_text(f"1 start c1 {TASK} 11\n5 start c1 {TASK} 12\n9 end c1 {TASK} 12\n")
    assert judged(course(), tmp_path) == []


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda all_: [*all_, event(9, "task.completed", 6)], "its ends are"),
        (lambda all_: [*all_, said(9, 1)], "goes on after its end"),
        (lambda all_: all_[:-1], "its ends are"),
        (lambda all_: [one for one in all_ if one["seq"] != 4], "are not numbered"),
        (lambda all_: [*all_[:3], event(4, "task.metrics"), *all_[4:]], "while it ran"),
        (
            lambda all_: [*all_[:4], event(5, "task.started", 4, attempt=3, machine_id="w2"), *all_[5:]],
            "was started as",
        ),
        (lambda all_: [*all_[:5], said(6, 2), *all_[6:]], "chapter 2 of 2 follows chapter 0"),
        (lambda all_: [*all_[:7], event(8, "task.completed", 4)], "given twice"),
    ],
)
def test_each_kind_of_fault_in_what_is_stored_is_found(spoil: Any, fault: str, tmp_path: Path) -> None:
    assert any(fault in found for found in judged(spoil(course()), tmp_path))


def test_what_a_reader_missed_or_heard_twice_is_found(tmp_path: Path) -> None:
    events = course()
    for seen in (events[:-2] + events[-1:], [*events[:3], events[2], *events[3:]], events[:-1]):
        assert any("its person saw" in fault for fault in judged(events, tmp_path, seen=seen))


def test_a_second_cli_on_one_conversation_and_one_too_many_are_found(tmp_path: Path) -> None:
    (tmp_path / "book").write_text(
        "".join(f"{at} {word} c1 {TASK} {at}\n" for at, word in [(1, "start"), (2, "second"), (3, "start")])
    )
    faults = judged(course(), tmp_path)
    assert any("a second CLI" in fault for fault in faults)
    assert any("3 CLIs were started in 2 attempts" in fault for fault in faults)


def test_a_task_that_failed_or_was_cancelled_by_nobody_or_is_gone_is_found(tmp_path: Path) -> None:
    failure = {"reason": "internal", "message": "x"}
    failed = [*course()[:-1], event(8, "task.failed", 5)]
    assert any("internal" in fault for fault in judged(failed, tmp_path, status="failed", failure=failure))
    cancelled = [*course()[:-1], event(8, "task.cancelled", 5)]
    assert any("by nobody" in fault for fault in judged(cancelled, tmp_path, status="cancelled"))
    assert any("is gone" in fault for fault in judge(Found({}, {}, []), [Watched("task_2", "")], tmp_path))
    assert good_bye(Found({}, {}, [{"machine_id": "w1", "state": "ready"}]))
