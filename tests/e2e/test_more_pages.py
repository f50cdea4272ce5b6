"""What was added to the pages: webhooks changed, definitions from words, variables, what a task did to its code."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect
from tests.e2e.hands import OpenPage, Person
from tests.e2e.test_definitions import deliver, fills, sees_alert
from tests.support.daemon import DaemonProcess
from tests.support.git_server import git_server

SECRET = "a-secret-that-is-long-enough"
COMMENT = json.loads((Path(__file__).parents[1] / "data/webhooks/github_issue_comment.json").read_text())


@pytest.fixture
def person(open_page: OpenPage) -> Person:
    return open_page()


def test_a_webhook_is_changed_given_a_new_secret_and_resumed(person: Person, daemon: DaemonProcess) -> None:
    trigger = {"name": "pour", "events": ["issue_comment"], "agent": "planning", "prompt": "demo:fail", "max_hops": 5}
    daemon.post("/api/webhooks", {"name": "kettle", "provider": "github", "secret": SECRET, "triggers": [trigger]})
    for number in range(5):
        deliver(daemon, "kettle", COMMENT, f"failing-{number}", "issue_comment")
    person.waits(lambda: daemon.get("/api/webhooks/kettle")["paused"], "the trigger to be paused")
    person.opens("/webhooks/kettle")
    person.sees("A trigger is paused.")
    person.presses("Resume")
    expect(person.page.get_by_text("A trigger is paused.")).to_have_count(0)
    assert daemon.get("/api/webhooks/kettle")["paused"] == []

    person.page.get_by_role("link", name="Edit").click()
    preview = person.page.get_by_role("region", name="Preview")
    expect(preview).to_contain_text("kettle")
    expect(person.page.get_by_label("Secret", exact=True)).to_have_value("")
    fills(person, Description="Pours tea", Task="Look at {{ title }.")
    sees_alert(person, "unexpected '}'")
    fills(person, Task="Look at {{ title }}.", Variable_with_the_token_for_answers="GITHUB_TOKEN")
    person.page.get_by_label("Write the answer where the event came from").check()
    expect(preview).to_contain_text("Pours tea")
    person.presses("Save")
    person.page.wait_for_url("**/webhooks/kettle")
    person.sees("Pours tea")
    changed = daemon.get("/api/webhooks/kettle")
    assert changed["has_secret"]
    assert changed["reply"]["token_ref"] == "GITHUB_TOKEN"
    assert {"reply": True, "max_hops": 5, "name": "pour"}.items() <= changed["triggers"][0].items()
    # The secret stayed: what is signed with it is taken.
    deliver(daemon, "kettle", COMMENT, "after-the-change", "issue_comment")

    person.presses("New secret")
    person.presses("Make it")
    secret = person.page.get_by_test_id("secret").inner_text()
    assert len(secret) >= 32
    person.page.keyboard.press("Escape")
    expect(person.page.get_by_test_id("secret")).to_be_visible()
    person.presses("Done")
    expect(person.page.get_by_text(secret)).to_have_count(0)
    person.sees("accepted until")
    assert daemon.get("/api/webhooks/kettle")["old_secret_until"]
    deliver(daemon, "kettle", COMMENT, "with-the-old-one", "issue_comment")
    person.faults[:] = [fault for fault in person.faults if "422" not in fault]


def test_an_agent_and_a_webhook_are_written_from_words_and_changed_before_they_are_saved(
    person: Person, daemon: DaemonProcess
) -> None:
    person.opens("/agents")
    person.page.get_by_role("link", name="New agent").click()
    person.page.get_by_role("link", name="Describe it").click()
    fills(person, **{"What_should_the_agent_do?": "Reads the error logs and says what broke."})
    person.presses("Write it")
    expect(person.page.get_by_role("link", name="Watch the task")).to_have_attribute(
        "href", re.compile("^/tasks/task_")
    )
    person.sees("This is a draft")
    name = person.page.get_by_label("Name", exact=True)
    expect(name).to_have_value(re.compile("^demo-"))
    expect(person.page.get_by_role("region", name="Preview")).to_contain_text("CLAUDE.md")
    assert not any(one["name"].startswith("demo-") for one in daemon.get("/api/agents")["items"])
    fills(person, Name="log-reader")
    person.presses("Create")
    person.page.wait_for_url("**/agents/log-reader")
    made = daemon.get("/api/agents/log-reader")
    assert "error logs" in made["instructions"]
    assert made["settings"]["tools"] == ["Read", "Glob", "Grep"]

    person.opens("/webhooks?create=describe")
    fills(person, **{"What_should_the_webhook_do?": "Look at new merge requests on GitLab."})
    person.presses("Write it")
    person.sees("This is a draft")
    assert len(person.page.get_by_label("Secret", exact=True).input_value()) >= 32
    fills(person, Name="merge-requests")
    person.presses("Create")
    person.page.wait_for_url("**/webhooks/merge-requests")
    made = daemon.get("/api/webhooks/merge-requests")
    assert (made["provider"], made["has_secret"]) == ("gitlab", True)


def variables(daemon: DaemonProcess) -> set[str]:
    """Those that people named; the secrets of webhooks are variables, too."""
    return {one["name"] for one in daemon.get("/api/env")["items"] if not one["made_for"]}


def test_variables_are_set_taken_from_a_file_and_deleted_and_no_value_comes_back(
    person: Person, daemon: DaemonProcess
) -> None:
    person.opens("/")
    person.page.get_by_role("link", name="Settings").click()
    expect(person.page.get_by_role("heading", name="Settings")).to_be_visible()
    person.page.get_by_role("main").get_by_role("link", name=re.compile("^Variables")).click()
    expect(person.page.get_by_role("heading", name="Variables", level=1)).to_be_visible()
    fills(person, Name="github", Value="the-first-value")
    sees_alert(person, "such as GITHUB_TOKEN")
    fills(person, Name="PATH")
    person.presses("Set it")
    sees_alert(person, "It was not set.")
    fills(person, Name="SHOP_TOKEN")
    person.presses("Set it")
    person.sees("SHOP_TOKEN is set.")
    expect(person.page.get_by_label("Value", exact=True)).to_have_value("")

    text = b"SHOP_TOKEN=another\nSHOP_KEY=1\nPATH=/nowhere\n"
    file: FilePayload = {"name": ".env", "mimeType": "text/plain", "buffer": text}
    person.page.locator("input[type=file]").set_input_files(file)
    found = person.page.get_by_role("region", name="What the file would set")
    expect(found).to_contain_text("There already, and kept")
    expect(found).to_contain_text("Line 3, PATH")
    assert variables(daemon) == {"SHOP_TOKEN"}
    found.get_by_label("Replace those that are there already").check()
    person.presses("Set 2 variables")
    person.sees("2 variables set.")
    assert variables(daemon) == {"SHOP_KEY", "SHOP_TOKEN"}
    assert "the-first-value" not in person.page.content()

    person.presses("Delete SHOP_KEY")
    person.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(person.page.get_by_text("SHOP_KEY")).to_have_count(0)
    assert variables(daemon) == {"SHOP_TOKEN"}
    person.faults[:] = [fault for fault in person.faults if not re.search("400|422", fault)]


def test_a_task_shows_its_code_and_what_it_has_made_of_it(
    person: Person, daemon: DaemonProcess, tmp_path: Path
) -> None:
    with git_server(tmp_path) as server:
        server.repository()
        wish = {"message": "Say hello.", "agent": "planning", "repository": server.url(), "ref": "main"}
        task_id = daemon.post("/api/tasks", wish)["task_id"]
        person.opens(f"/tasks/{task_id}")
        person.sees_status("Completed")
        where = person.page.get_by_role("region", name="Where it stands")
        expect(where).to_contain_text("0 files")
        (clone,) = daemon.data_dir.glob("workspaces/**/repo/README.md")
        clone.write_text("Hello.\nAnd good morning.\n")
        person.presses("Show the diff")
        changes = person.page.get_by_role("dialog").get_by_role("group", name="Changes")
        expect(changes).to_contain_text("README.md")
        expect(changes).to_contain_text("added: And good morning.")
        person.page.keyboard.press("Escape")
        expect(person.page.get_by_role("dialog")).to_have_count(0)
