"""What `machine doctor --fleet` says of machines, from what they have said of themselves."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from tests.unit.test_machines import NOW, a_machine

from machine.app.fleet_checks import fleet
from machine.auth.secret_key import KeyUnusable, key_marks
from machine.domain.machine import Machine, MachineFacts, MachineRole, MachineState, TasksThere
from machine.shared.place import mark_of

FACTS = MachineFacts(
    cli_version="2.1.0",
    schema_revision="0023",
    lease_seconds=30,
    keys=("k1",),
    shared_dir="usable",
    shared_mark="m1",
    redis="connected",
)


def one(
    name: str, *, role: MachineRole = MachineRole.WORKER, facts: dict[str, Any] | None = None, **more: Any
) -> Machine:
    said = {"facts": FACTS.model_copy(update=facts or {}), "clock_offset_seconds": 0.1}
    return a_machine(machine_id=name, role=role, **{**said, "lease_until": NOW + timedelta(seconds=20), **more})


WEB = one("web", role=MachineRole.WEB, facts={"cli_version": None, "shared_dir": "unset", "shared_mark": ""})


def said_of(*machines: Machine, tasks: dict[str, TasksThere] | None = None) -> list[tuple[str, str, str]]:
    """(check, level, text) of what is not ok; each with something to do."""
    found = [finding for finding in fleet(machines, tasks or {}, NOW) if finding.level != "ok"]
    assert all(finding.hint for finding in found)
    return [(finding.check, finding.level, finding.text) for finding in found]


def test_of_machines_that_are_alike_nothing_is_wrong_and_each_thing_is_named() -> None:
    found = list(fleet((WEB, one("w1"), one("w2")), {}, NOW))
    assert {finding.level for finding in found} == {"ok"}
    checks = ["machines", "version", "schema", "claude", "clocks", "lease", "redis", "shared folder", "keys"]
    assert [finding.check for finding in found] == checks
    assert found[0].text == "3 at work: web (web), w1 (worker), w2 (worker)"


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"version": "0.2.0"}, ("version", "warning", "0.1.0 on web, w1; 0.2.0 on w2")),
        ({"facts": {"schema_revision": "0024"}}, ("schema", "warning", "0023 on web, w1; 0024 on w2")),
        ({"facts": {"cli_version": "2.2.0"}}, ("claude", "warning", "2.1.0 on w1; 2.2.0 on w2")),
        ({"facts": {"cli_version": None}}, ("claude", "warning", "no Claude Code is known of w2")),
        ({"clock_offset_seconds": -2.1}, ("clocks", "warning", "2.2 s apart; against the database's: w2 -2.1 s")),
        ({"facts": {"lease_seconds": 4.5}}, ("lease", "warning", "30 s on web, w1; 4.5 s on w2")),
        ({"facts": {"redis": "away"}}, ("redis", "warning", "w2 cannot reach Redis")),
        ({"facts": {"redis": "unset"}}, ("redis", "warning", "w2 has no REDIS_URL, others have one")),
        ({"facts": {"shared_mark": "m2"}}, ("shared folder", "problem", "it is not the same folder on all: w1; w2")),
        (
            {"facts": {"shared_dir": "unset", "shared_mark": ""}},
            ("shared folder", "warning", "w2 has no MACHINE_SHARED_DIR"),
        ),
        (
            {"facts": {"shared_dir": "unusable", "shared_mark": ""}},
            ("shared folder", "problem", "w2 cannot use MACHINE_SHARED_DIR"),
        ),
        ({"facts": {"keys": ("k2",)}}, ("keys", "problem", "MACHINE_SECRET_KEY is not the same on all: web, w1; w2")),
        ({"facts": {"keys": ()}}, ("keys", "problem", "MACHINE_SECRET_KEY is not the same on all: web, w1; w2")),
        ({"facts": {"keys": None}}, ("keys", "warning", "no key is known of w2")),
        ({"state": MachineState.DRAINING}, ("machines", "warning", "w2 is drained: no new tasks there")),
        (
            {"lease_until": NOW - timedelta(seconds=5)},
            ("machines", "problem", "w2 is not heard of any more, and no worker has taken over"),
        ),
        (
            {"facts": dict.fromkeys(MachineFacts.model_fields)},
            ("machines", "warning", "w2 says nothing of what is compared here"),
        ),
    ],
)
def test_what_differs_is_said_with_the_machines_that_differ(
    other: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    assert said_of(WEB, one("w1"), one("w2", **other)) == [expected]


def test_a_new_key_that_all_have_may_come_before_the_old_one_on_some() -> None:
    assert said_of(WEB, one("w1", facts={"keys": ("k1", "k2")})) == []
    lacks = "web has not the newest key of the others: until then an older one seals"
    assert said_of(WEB, one("w1", facts={"keys": ("k2", "k1")})) == [("keys", "warning", lacks)]
    both = {"keys": ("k1", "k2")}
    assert said_of(one("web", role=MachineRole.WEB, facts=both), one("w1", facts={"keys": ("k2", "k1")})) == []


def test_a_clock_that_is_off_for_all_is_told_against_the_databases() -> None:
    ahead: dict[str, Any] = {"clock_offset_seconds": 3.0}
    [(check, level, text)] = said_of(WEB.model_copy(update=ahead), one("w1", **ahead))
    assert (check, level) == ("clocks", "warning")
    assert text == "3.0 s apart; against the database's: web +3.0 s, w1 +3.0 s"


def test_lost_machines_and_missing_roles_are_problems_of_their_own() -> None:
    lost = one("w9", state=MachineState.LOST, seen_at=NOW)
    [found] = said_of(WEB, one("w1"), lost, tasks={"w9": TasksThere(waiting=2)})
    assert found == (
        "machines",
        "warning",
        "w9 was lost, it was last heard of at 2026-11-03 09:00:00 UTC; 2 of its tasks wait for a person",
    )
    assert ("machines", "problem", "no machine that runs tasks is ready") in said_of(WEB)
    assert ("machines", "problem", "no machine takes requests: all are workers") in said_of(one("w1"))
    silent = one("w3", version="0.0.9", facts=dict.fromkeys(MachineFacts.model_fields))
    assert ("version", "warning", "0.1.0 on web, w1; 0.0.9 on w3") in said_of(WEB, one("w1"), silent)
    assert said_of(one("w1", state=MachineState.GONE)) == [
        ("machines", "problem", "no machine of this database is at work")
    ]


def test_the_mark_of_a_key_tells_keys_apart_and_holds_nothing_of_them(tmp_path: Path) -> None:
    first, second = "a" * 40, "b" * 40
    marks = key_marks(SecretStr(f"{first},{second}"), tmp_path / "none")
    assert marks == (*key_marks(SecretStr(first), tmp_path), *key_marks(SecretStr(second), tmp_path))
    assert len(set(marks)) == 2
    assert all(len(mark) == 16 and first[:4] not in mark for mark in marks)
    assert key_marks(None, tmp_path / "none") == ()
    (tmp_path / "key").write_text(first)
    assert key_marks(None, tmp_path / "key") == marks[:1]
    (tmp_path / "key").write_bytes(b"\xff" * 40)
    with pytest.raises(KeyUnusable):
        key_marks(None, tmp_path / "key")


def test_all_who_see_one_folder_find_the_same_mark_in_it(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert mark_of(tmp_path / "a") == mark_of(tmp_path / "a") != mark_of(tmp_path / "b")
    assert [path.name for path in (tmp_path / "a").iterdir()] == [".mark"]
    with pytest.raises(FileNotFoundError):
        mark_of(tmp_path / "none")
