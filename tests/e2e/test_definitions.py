"""Agents, skills and webhooks on their pages: made in every way, looked at, changed, tried out, deleted."""

import hashlib
import hmac
import io
import json
import re
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect
from tests.e2e.hands import OpenPage, Person
from tests.support.daemon import DaemonProcess

SECRET = "a-secret-that-is-long-enough"


@pytest.fixture
def person(open_page: OpenPage) -> Person:
    return open_page()


def fills(person: Person, **fields: str) -> None:
    """Fill in fields by their labels; `When_to_use_it` is `When to use it`."""
    for label, text in fields.items():
        person.page.get_by_label(label.replace("_", " "), exact=True).fill(text)


def writes(person: Person, label: str, text: str) -> None:
    """Into an editor, in place of what is there. First empty: over coloured text, Chromium would write its colours."""
    person.page.get_by_role("textbox", name=label, exact=True).click()
    person.page.keyboard.press("Control+a")
    person.page.keyboard.press("Delete")
    person.page.keyboard.insert_text(text)


def sees_alert(person: Person, text: str) -> None:
    expect(person.page.get_by_role("alert").filter(has_text=text).first).to_be_visible()


def agent_of(daemon: DaemonProcess, name: str) -> dict[str, Any]:
    return dict(daemon.get(f"/api/agents/{name}"))


def names(daemon: DaemonProcess, kind: str) -> set[str]:
    return {item["name"] for item in daemon.get(f"/api/{kind}")["items"]}


def test_an_agent_is_made_by_form_changed_disabled_and_deleted(person: Person, daemon: DaemonProcess) -> None:
    person.opens("/agents")
    person.page.get_by_role("link", name="New agent").click()
    fills(person, Name="Reviewer!")
    sees_alert(person, "Lower-case letters")
    person.presses("Create")
    sees_alert(person, "Say in a sentence what it is for.")
    fills(person, Name="reviewer", Description="Reviews changes", Instructions="Look at the **diff** first.")
    preview = person.page.get_by_role("region", name="Preview")
    expect(preview).to_contain_text("CLAUDE.md")
    fills(person, Tools_that_it_may_use="Read, -rf")
    sees_alert(person, "String should match pattern")
    fills(person, Tools_that_it_may_use="Read, Bash(git log:*, x)")
    expect(preview).to_contain_text("Bash(git log:*, x)")
    person.presses("Create")
    person.page.wait_for_url("**/agents/reviewer")
    expect(person.page.locator(".prose strong", has_text="diff")).to_be_visible()
    assert agent_of(daemon, "reviewer")["settings"]["tools"] == ["Read", "Bash(git log:*, x)"]

    _edit_as_yaml(person, preview)
    changed = agent_of(daemon, "reviewer")
    assert (changed["settings"]["max_turns"], changed["settings"]["tools"]) == (7, None)
    person.presses("Disable")
    expect(person.button("Enable")).to_be_visible()
    assert agent_of(daemon, "reviewer")["enabled"] is False
    person.presses("Enable")
    expect(person.button("Disable")).to_be_visible()
    _delete(person, daemon)


def test_rules_and_network_of_an_agent_are_checked_while_they_are_filled_in(
    person: Person, daemon: DaemonProcess
) -> None:
    person.opens("/agents?create=form")
    fills(person, Name="on-call", Description="Looks at outages", Instructions="Find out what broke.")
    person.presses("Add a rule")
    fills(person, Labels_of_the_issue="left over")
    person.presses("Add a rule")
    person.presses("Create")
    sees_alert(person, "it would take every task")
    second = person.page.get_by_label("Words in the title or the message", exact=True).nth(1)
    second.fill("outage, {x}")
    sees_alert(person, "String should match pattern")
    second.fill("outage, roll back")
    person.page.get_by_role("checkbox", name="Jira").nth(1).check()
    person.presses("Remove rule 1")
    expect(person.page.get_by_label("Words in the title or the message", exact=True)).to_have_value("outage, roll back")
    person.page.get_by_label("Network", exact=True).select_option("Only the hosts that I name")
    fills(person, Hosts="https://example.com")
    sees_alert(person, "is no host")
    fills(person, Hosts="status.example.com:443")
    expect(person.page.get_by_role("region", name="Preview")).to_contain_text("agent.yaml")
    person.presses("Create")
    person.page.wait_for_url("**/agents/on-call")
    person.sees("from jira, with the words outage or roll back")
    settings = agent_of(daemon, "on-call")["settings"]
    assert [(rule["sources"], rule["keywords"], rule["labels"]) for rule in settings["routing"]] == [
        (["jira"], ["outage", "roll back"], [])
    ]
    assert settings["network"] == ["status.example.com:443"]
    person.faults[:] = [fault for fault in person.faults if "422" not in fault]


def _edit_as_yaml(person: Person, preview: Locator) -> None:
    person.page.get_by_role("link", name="Edit").click()
    person.presses("YAML")
    yaml = person.page.get_by_role("textbox", name="Settings", exact=True)
    expect(yaml).to_contain_text("description: Reviews changes")
    writes(person, "Settings", "description: [")
    sees_alert(person, "Line ")
    expect(person.button("Save")).to_be_disabled()
    writes(person, "Settings", "description: Reviews\nmax_turns: 0\n")
    sees_alert(person, "Line 2: max_turns")
    writes(person, "Settings", "description: Reviews everything\nmax_turns: 7\n")
    writes(person, "Instructions", "Look twice.")
    expect(preview).to_contain_text("Reviews everything")
    person.presses("Save")
    person.page.wait_for_url("**/agents/reviewer")
    person.sees("Look twice.")


def _delete(person: Person, daemon: DaemonProcess) -> None:
    person.presses("Delete")
    dialog = person.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Delete the agent reviewer?")
    person.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert "reviewer" in names(daemon, "agents")
    person.presses("Delete")
    dialog.get_by_role("button", name="Delete").click()
    person.page.wait_for_url("**/agents")
    assert "reviewer" not in names(daemon, "agents")
    expect(person.page.get_by_role("main").get_by_text("reviewer")).to_have_count(0)
    # The browser writes refusals to the console by itself; the page may ask once more for what was just deleted.
    person.faults[:] = [fault for fault in person.faults if not re.search("422|404", fault)]


def test_what_is_not_saved_is_not_left_by_accident(person: Person) -> None:
    person.opens("/skills?create=form")
    fills(person, Name="half-done")
    person.page.get_by_role("link", name="Agents").click()
    dialog = person.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Leave without saving?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(person.page.get_by_label("Name", exact=True)).to_have_value("half-done")
    person.page.get_by_role("link", name="Agents").click()
    dialog.get_by_role("button", name="Leave").click()
    person.page.wait_for_url("**/agents")


def test_a_zip_and_a_folder_are_shown_before_they_are_taken_in(
    person: Person, daemon: DaemonProcess, tmp_path: Path
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("zipped/agent.yaml", "description: Came in a zip\n")
        archive.writestr("zipped/CLAUDE.md", "Do it.\n")
    person.opens("/agents?create=upload")
    chooser = person.page.locator("input[type=file]")
    chooser.first.set_input_files({"name": "zipped.zip", "mimeType": "application/zip", "buffer": packed.getvalue()})
    person.sees("Came in a zip")
    assert "zipped" not in names(daemon, "agents")
    person.presses("Create")
    person.page.wait_for_url("**/agents/zipped")

    folder = tmp_path / "from-folder"
    (folder / "scripts").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("not this")
    (folder / "scripts" / "count.sh").write_text("#!/bin/sh\nwc -l\n")
    (folder / "SKILL.md").write_text("---\nname: from-folder\ndescription: Counts lines\n---\nCount.\n")
    person.opens("/skills?create=upload")
    chooser.last.set_input_files(folder)
    preview = person.page.get_by_role("region", name="Preview")
    expect(preview).to_contain_text("scripts/count.sh")
    expect(preview).to_contain_text("script")
    expect(preview).not_to_contain_text(".git")
    person.presses("Create")
    person.page.wait_for_url("**/skills/from-folder")
    files = {file["path"] for file in daemon.get("/api/skills/from-folder")["files"]}
    assert files >= {"SKILL.md", "scripts/count.sh"}
    # The same once more replaces it, and says so first.
    person.opens("/skills?create=upload")
    chooser.last.set_input_files(folder)
    person.sees("There is one called from-folder already.")
    expect(person.button("Replace from-folder")).to_be_visible()


def test_a_file_that_is_dropped_is_taken_and_nonsense_is_refused_with_a_reason(person: Person) -> None:
    drop = """([zone, name, text]) => {
        const data = new DataTransfer();
        data.items.add(new File([text], name));
        zone.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    }"""
    person.opens("/agents?create=upload")
    zone = person.page.get_by_test_id("drop-zone")
    person.page.evaluate(drop, [zone.element_handle(), "notes.txt", "nothing"])
    sees_alert(person, "holds no agent")
    text = "---\nname: dropped\ndescription: Was dropped\n---\nDo it.\n"
    person.page.evaluate(drop, [zone.element_handle(), "dropped.md", text])
    person.sees("Was dropped")
    person.faults[:] = [fault for fault in person.faults if "422" not in fault]


def test_a_broken_file_on_the_disk_is_shown_with_its_line_and_gone_when_it_is_mended(
    person: Person, daemon: DaemonProcess
) -> None:
    person.opens("/agents")
    person.sees("planning")
    folder = daemon.data_dir / "config" / "agents" / "mended"
    folder.mkdir(parents=True)
    (folder / "CLAUDE.md").write_text("Do it.\n")
    (folder / "agent.yaml").write_text("description: [\nmodel: opus\n")
    sees_alert(person, "config/agents/mended/agent.yaml, line 3")
    person.page.get_by_role("link", name="config/agents/mended").click()
    sees_alert(person, "is no YAML")
    (folder / "agent.yaml").write_text("description: Is well now\n")
    person.sees("Is well now")
    expect(person.page.get_by_role("alert")).to_have_count(0)
    person.faults[:] = [fault for fault in person.faults if "404" not in fault]


def deliver(daemon: DaemonProcess, name: str, payload: object, delivery: str, event: str) -> None:
    body = json.dumps(payload).encode()
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    request = urllib.request.Request(f"{daemon.url}/webhooks/{name}", data=body)  # noqa: S310 - loopback only
    request.add_header("Content-Type", "application/json")
    request.add_header("X-GitHub-Event", event)
    request.add_header("X-GitHub-Delivery", delivery)
    request.add_header("X-Hub-Signature-256", f"sha256={digest}")
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback only
        assert answer.status == 202


def test_a_webhook_is_made_simulated_called_watched_and_replayed(
    person: Person, daemon: DaemonProcess, open_page: OpenPage
) -> None:
    person.opens("/webhooks")
    person.sees("No webhooks yet")
    person.page.get_by_role("link", name="New webhook").click()
    person.presses("Create")
    sees_alert(person, "Say which events start a task.")
    fills(person, Name="kettle", Secret=SECRET, Events="issue_comment.created", Task="Look at {{ title }.")
    person.page.get_by_label("Agent", exact=True).select_option("consultant")
    person.presses("Create")
    sees_alert(person, "unexpected '}'")
    fills(person, Task="Look at {{ title }}.")
    person.presses("Create")
    person.page.wait_for_url("**/webhooks/kettle")
    person.sees(f"{daemon.url}/webhooks/kettle")
    person.sees("Settings → Webhooks → Add webhook")

    person.page.get_by_role("link", name="Simulator").click()
    person.presses("Simulate")
    person.sees("No task would be started.")
    person.page.get_by_label("Sample").select_option("A comment on an issue")
    payload = json.loads((Path(__file__).parents[1] / "data/webhooks/github_issue_comment.json").read_text())
    assert json.loads(person.page.get_by_label("Payload").input_value()) == payload
    person.presses("Simulate")
    person.sees("One task would be started.")
    expect(person.page.get_by_text("The lid squeaks").first).to_be_visible()
    assert daemon.get("/api/webhooks/kettle/deliveries")["items"] == []

    home = open_page().opens()
    home.sees("What should be done?")
    person.page.get_by_role("link", name="Deliveries").click()
    person.sees("Nothing has come in yet")
    deliver(daemon, "kettle", payload, "first", "issue_comment")
    row = person.page.get_by_role("main").get_by_role("button", name="issue_comment.created")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("1 task")
    recent = home.page.get_by_role("region", name="Recent webhooks")
    expect(recent).to_contain_text("The lid squeaks")
    row.click()
    assert "delivery=" in person.page.url
    person.presses("Replay")
    person.sees("Taken in once more.")
    expect(row).to_have_count(2)
    person.page.get_by_role("status").get_by_role("link", name="Open the task").click()
    person.sees_status("Completed")
    recent.get_by_role("link").first.click()
    expect(home.page.get_by_role("button", name="Replay")).to_be_visible()
    person.faults[:] = [fault for fault in person.faults if "422" not in fault]


def test_the_form_of_a_webhook_fits_its_provider(person: Person, daemon: DaemonProcess) -> None:
    person.opens("/webhooks?create=form")
    provider = person.page.get_by_label("Sent by")
    address = person.page.get_by_label("Address of the provider's API")
    expect(address).to_have_attribute("placeholder", "https://github.example.com/api/v3")
    provider.select_option("Slack")
    expect(address).to_have_count(0)
    expect(person.button("Generate")).to_have_count(0)
    person.sees("Signing Secret")
    provider.select_option("GitLab")
    expect(address).to_have_attribute("placeholder", "https://gitlab.example.com")
    fills(person, Name="reviews", Events="merge_request.open")
    person.page.get_by_label("Trusted people").press_sequentially("id:4711, @mira")
    person.presses("Generate")
    person.page.get_by_label("Profile of their tasks").select_option("untrusted")
    person.page.get_by_label("Events of everybody else").check()
    person.presses("Create")
    expect(person.page.get_by_role("dialog", name="The secret of reviews")).to_contain_text("not shown again")
    person.presses("Done")
    person.page.wait_for_url("**/webhooks/reviews")
    (trigger,) = daemon.get("/api/webhooks/reviews")["triggers"]
    assert [(who["id"], who["login"]) for who in trigger["who"]] == [("4711", None), (None, "mira")]
    assert (trigger["profile"], trigger["others"]) == ("untrusted", "untrusted")


def test_the_first_page_shows_what_a_task_writes_and_what_waits(person: Person, daemon: DaemonProcess) -> None:
    person.opens()
    slow = daemon.post("/api/tasks", {"message": "demo:slow", "agent": "executor"})["task_id"]
    active = person.page.get_by_role("region", name="Active tasks")
    expect(active.get_by_role("link", name="demo:slow").get_by_test_id("last-line")).to_contain_text("word-")
    expect(person.page.get_by_role("region", name="The machine")).to_contain_text("1 of 5 busy")
    asking = daemon.post("/api/chat", {"message": "demo:permission", "agent": "planning"})["task_id"]
    waiting = person.page.get_by_role("region", name="Tasks that need your answer")
    waiting.get_by_role("link", name="demo:permission").click()
    person.page.wait_for_url(f"**/tasks/{asking}")
    # What only glimpsed at its end is read from its beginning on its own page.
    person.opens()
    active.get_by_role("link", name="demo:slow").click()
    person.page.wait_for_url(f"**/tasks/{slow}")
    person.reads_until("word-001")
    person.presses("Stop")
    person.sees_status("Stopped")
    person.compares()


def test_the_palette_goes_anywhere_by_keyboard_and_the_shortcuts_are_listed(person: Person) -> None:
    person.opens()
    person.sees("What should be done?")
    person.page.keyboard.press("Control+k")
    field = person.page.get_by_role("combobox", name="Search")
    expect(field).to_be_focused()
    field.fill("consul")
    found = person.page.get_by_role("listbox", name="Found").get_by_role("option")
    expect(found.first).to_have_attribute("aria-selected", "true")
    person.page.keyboard.press("Enter")
    person.page.wait_for_url(re.compile("/(agents|skills)/consult"))
    # Until the page is there, the focus is where it was before the search: in a field.
    expect(person.page.get_by_role("heading", name=re.compile("^consult"), level=1)).to_be_visible()
    person.page.keyboard.press("?")
    expect(person.page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("New task")
    person.page.keyboard.press("Escape")
    expect(person.page.get_by_role("dialog")).to_have_count(0)
    person.page.keyboard.press("Control+k")
    field.fill("there is nothing like this")
    person.sees("Nothing else fits.")
    expect(person.page.get_by_role("option")).to_have_text(["Search tasks for “there is nothing like this”Search"])


def test_the_palette_stops_the_task_whose_page_is_open(person: Person) -> None:
    person.wishes("demo:slow", agent="executor")
    person.reads_until("word-001")
    person.page.keyboard.press("Control+k")
    person.page.get_by_role("combobox", name="Search").fill("stop this")
    expect(person.page.get_by_role("option").first).to_contain_text("Stop this task")
    person.page.keyboard.press("Enter")
    person.sees_status("Stopped")
    expect(person.page.get_by_role("dialog")).to_have_count(0)
    person.page.keyboard.press("Control+k")
    person.page.get_by_role("combobox", name="Search").fill("stop this")
    expect(person.page.get_by_role("option", name="Stop this task")).to_have_count(0)


def test_a_phone_reaches_every_page_with_one_thumb(open_page: OpenPage) -> None:
    person = open_page(width=360, height=740).opens()
    bar = person.page.get_by_role("navigation", name="Pages")
    for name, seen in {"Chat": "Talk to the machine", "Tasks": "Tasks", "More": "More"}.items():
        bar.get_by_role("link", name=name).click()
        expect(person.page.get_by_role("heading", name=seen, exact=True)).to_be_visible()
        assert person.page.evaluate("document.documentElement.scrollWidth") <= 360, name
    for name in ("Agents", "Skills", "Webhooks", "Schedules", "Costs", "Settings"):
        bar.get_by_role("link", name="More").click()
        person.page.get_by_role("main").get_by_role("link", name=name).click()
        expect(person.page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        assert person.page.evaluate("document.documentElement.scrollWidth") <= 360, name
    person.presses("Search")
    person.page.get_by_role("option", name=re.compile("New skill")).click()
    person.page.wait_for_url("**/skills?create=form")
    expect(person.page.get_by_label("Instructions", exact=True)).to_be_visible()
    assert person.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_schedule_says_in_words_when_it_runs_and_is_paused_and_run_by_hand(
    person: Person, daemon: DaemonProcess
) -> None:
    person.opens("/schedules")
    person.sees("No schedules yet")
    person.page.get_by_role("link", name="New schedule").click()
    fills(person, Name="report", When="0 25 * * *", Task="Say good morning")
    expect(person.page.get_by_role("main").get_by_role("alert")).to_be_visible()
    fills(person, When="0 9 * * 1-5")
    person.sees("At 09:00")
    person.page.get_by_label("Agent", exact=True).select_option("planning")
    person.presses("Create")
    person.page.wait_for_url("**/schedules/report")
    assert len(daemon.get("/api/schedules/report")["next_runs"]) == 5
    person.presses("Pause")
    person.sees("none: it is paused")
    person.presses("Resume")
    expect(person.button("Pause")).to_be_visible()
    person.presses("Run now")
    person.page.wait_for_url(re.compile("/tasks/task_"))
    person.sees_status("Completed")
    person.opens("/schedules/report")
    person.sees("Started by hand")
    person.page.get_by_role("link", name="Open the task").click()
    person.page.wait_for_url(re.compile("/tasks/task_"))
    person.faults[:] = [fault for fault in person.faults if "422" not in fault]
