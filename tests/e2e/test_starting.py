"""A task is started on the first page: on which code, within which limits, with which files."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, expect
from tests.e2e.hands import OpenPage, Person
from tests.e2e.test_definitions import fills, sees_alert
from tests.support.daemon import DaemonProcess
from tests.support.git_server import git, git_server

NOTE: FilePayload = {"name": "note.txt", "mimeType": "text/plain", "buffer": b"Mind the tea.\n"}


@pytest.fixture
def person(open_page: OpenPage) -> Person:
    return open_page()


def chooses(person: Person, agent: str) -> None:
    person.page.get_by_label("Agent", exact=True).select_option(agent)


def values(person: Person, *labels: str) -> list[str]:
    return [person.page.get_by_label(label, exact=True).input_value() for label in labels]


def test_a_task_is_started_on_a_branch_of_a_repository_within_limits_and_with_a_file(
    person: Person, daemon: DaemonProcess, tmp_path: Path
) -> None:
    daemon.put("/api/env/SHOP_TOKEN", {"value": "a-word-that-nobody-asks-for"})
    with git_server(tmp_path) as server:
        work = server.repository()
        git("push", "-q", "origin", "HEAD:refs/heads/spring", cwd=work)
        person.opens()
        expect(person.button("Code and limits")).to_have_count(0)
        chooses(person, "planning")
        person.button("Code and limits").press("Enter")
        fills(person, **{"Branch,_tag_or_commit": "spring"})
        sees_alert(person, "Say of which repository.")
        fills(person, Repository=server.url(), Turns="7", Minutes="2.5", Priority="3", **{"Cost_in_$": "1.5"})
        person.page.get_by_label("Credentials", exact=True).select_option("SHOP_TOKEN")
        person.page.get_by_label("Files to attach").set_input_files(NOTE)
        expect(person.page.get_by_role("list", name="Attached files")).to_contain_text("note.txt")

        person.page.reload()
        assert values(person, "Agent", "Repository", "Turns") == ["planning", server.url(), "7"]
        person.page.get_by_label("What should be done").fill("Say hello.")
        person.page.get_by_label("Minutes", exact=True).press("Control+Enter")
        person.page.wait_for_url(re.compile("/tasks/task_"))
        person.sees_status("Completed")
        expect(person.page.get_by_role("region", name="Where it stands")).to_contain_text("0 files")
        task: dict[str, Any] = daemon.get(f"/api/tasks/{person.task_id}")

    code = {"repository": server.url(), "ref": "spring", "base": None, "credentials": "SHOP_TOKEN"}
    assert (task["assigned_agent"], task["source"], task["priority"]) == ("planning", "dashboard", 3)
    assert task["code"] == code
    assert task["limits"].items() >= {"timeout_seconds": 150, "max_turns": 7, "max_budget_usd": 1.5}.items()
    assert len(list(daemon.data_dir.glob("workspaces/*/attachments/note.txt"))) == 1

    person.opens()
    assert values(person, "Agent", "What should be done") == ["brain", ""]
    chooses(person, "planning")
    person.presses("Code and limits")
    assert values(person, "Repository", "Credentials", "Turns") == ["", "", ""]


def test_what_is_wrong_with_code_or_limits_stands_at_its_field_on_a_phone(
    open_page: OpenPage, daemon: DaemonProcess
) -> None:
    person = open_page(width=360, height=740).opens()
    before = daemon.get("/api/tasks")["items"]
    chooses(person, "executor")
    person.presses("Code and limits")
    fills(person, Turns="0", Repository="https://git.example.com/shop.git", **{"Branch,_tag_or_commit": "main~3"})
    assert person.page.evaluate("document.documentElement.scrollWidth") <= 360
    # Closed again, its line says what is in it; what is wrong opens it.
    person.page.get_by_role("button", name="Code and limits").click()
    expect(person.page.get_by_role("button", name="Code and limits")).to_have_text(
        "Code and limits: shop at main~3, 0 turns"
    )
    person.page.get_by_label("What should be done").fill("Mend the shop.")
    person.presses("Start the task")
    expect(person.page.get_by_label("Turns", exact=True)).to_be_focused()
    sees_alert(person, "A whole number, 1 or more.")
    fills(person, Turns="5")
    person.presses("Start the task")
    branch = person.page.get_by_label("Branch, tag or commit", exact=True)
    expect(branch).to_have_accessible_description(re.compile("that is no branch, tag, commit"))
    expect(branch).to_be_focused()
    assert values(person, "What should be done") == ["Mend the shop."]
    assert daemon.get("/api/tasks")["items"] == before
    person.faults[:] = [fault for fault in person.faults if "422" not in fault]
