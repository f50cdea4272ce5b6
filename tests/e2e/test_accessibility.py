"""Readable for everybody: axe finds nothing on any page, and the keyboard alone is enough."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import FilePayload, expect
from tests.e2e.hands import OpenPage, Person
from tests.support.daemon import DaemonProcess

WIDTHS = (1280, 360)
STATES = {"waiting": "Needs your answer", "asking": "Needs your answer", "ended": "Completed", "failed": "Failed"}


def faultless(person: Person, where: str) -> None:
    """axe finds nothing, in both themes, wide and narrow. The page's own policy stays in force while it looks."""
    for theme in ("light", "dark"):
        person.page.emulate_media(color_scheme=theme)
        for width in WIDTHS:
            person.page.set_viewport_size({"width": width, "height": 780})
            # What changes its colour slowly has none of its own yet.
            person.page.wait_for_timeout(200)
            found = Axe().run(person.page)
            assert found.violations_count == 0, f"{where}, {theme}, {width}:\n{found.generate_report()}"
    person.page.set_viewport_size({"width": WIDTHS[0], "height": 780})


@pytest.fixture(scope="module")
def tasks(daemon: DaemonProcess) -> dict[str, str]:
    """One task in each state that looks different."""
    wishes = {"waiting": "demo:permission", "asking": "demo:ask", "ended": "demo:edit", "failed": "demo:fail"}
    return {name: str(daemon.post("/api/chat", {"message": wish})["task_id"]) for name, wish in wishes.items()}


def test_axe_finds_nothing_on_tasks(open_page: OpenPage, tasks: dict[str, str]) -> None:
    person = open_page()
    for name, status in STATES.items():
        person.opens(f"/tasks/{tasks[name]}")
        person.sees_status(status)
        faultless(person, name)
    person.opens(f"/tasks/{tasks['ended']}")
    person.sees_status("Completed")
    folded = person.page.locator('[aria-label="Conversation"] [aria-expanded="false"]')
    while folded.count():
        folded.first.click()
    faultless(person, "ended, unfolded")
    person.opens(f"/tasks/{tasks['waiting']}")
    person.presses("Deny…")
    faultless(person, "denying")


def test_axe_finds_nothing_on_the_start_page_and_a_running_task(open_page: OpenPage) -> None:
    person = open_page().opens()
    person.sees("What should be done?")
    faultless(person, "start")
    person.wishes("demo:slow")
    person.reads_until("word-001")
    faultless(person, "running")
    person.presses("Stop")
    person.sees_status("Stopped")
    faultless(person, "stopped")
    person.says("hello")
    expect(person.page.get_by_role("navigation", name="Earlier in this conversation")).to_be_visible()
    person.sees_status("Completed")
    faultless(person, "followed up")
    person.opens("/tasks/task_that_is_not_there")
    person.sees("This task could not be loaded.")
    faultless(person, "no such task")
    person.faults[:] = [fault for fault in person.faults if "404" not in fault]


def test_axe_finds_nothing_before_the_login(open_page: OpenPage) -> None:
    person = open_page(signed_in=False).opens()
    person.sees("You are signed out")
    faultless(person, "signed out")
    person.opens("/login#some-secret")
    expect(person.button("Sign in")).to_be_visible()
    faultless(person, "login")
    person.faults[:] = [fault for fault in person.faults if "401" not in fault]


def tab_to(person: Person, name: str) -> None:
    """Tab until the control of that name has the focus."""
    for _ in range(60):
        person.page.keyboard.press("Tab")
        label = person.page.evaluate(
            "() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
        )
        if label == name:
            return
    raise AssertionError(f"{name!r} is not reached by keyboard")


def test_a_wish_is_sent_and_an_approval_answered_by_keyboard_alone(open_page: OpenPage) -> None:
    person = open_page().opens()
    expect(person.page.get_by_label("What should be done")).to_be_focused()
    person.page.keyboard.type("demo:permission")
    person.page.keyboard.press("Enter")
    person.page.wait_for_url(re.compile("/chat/"))
    expect(person.button("Allow once")).to_be_visible()
    tab_to(person, "Allow once")
    person.page.keyboard.press("Enter")
    person.sees("Allowed once")
    person.reads_until("It printed: Hello from the demo.")
    person.page.keyboard.press("Alt+n")
    expect(person.page.get_by_label("What should be done")).to_be_focused()


WEBHOOK = {
    "name": "kettle",
    "provider": "github",
    "secret": "a-secret-that-is-long-enough",
    "triggers": [{"events": ["issues.opened"], "agent": "planning", "who": [{"association": "MEMBER"}]}],
}


def test_axe_finds_nothing_on_agents_and_skills(open_page: OpenPage, daemon: DaemonProcess) -> None:
    broken = daemon.data_dir / "config" / "agents" / "broken"
    broken.mkdir(parents=True)
    (broken / "CLAUDE.md").write_text("Do it.")
    (broken / "agent.yaml").write_text("description: [")
    person = open_page().opens("/agents")
    person.sees("config/agents/broken")
    faultless(person, "agents")
    person.opens("/agents/planning/edit")
    expect(person.page.get_by_role("region", name="Preview")).to_be_visible()
    expect(person.page.locator(".cm-content")).to_be_visible()
    faultless(person, "editing an agent")
    person.presses("YAML")
    person.page.get_by_role("textbox", name="Settings", exact=True).press("Control+a")
    person.page.keyboard.press("Delete")
    person.page.keyboard.insert_text("description: [")
    expect(person.page.get_by_role("alert").filter(has_text="Line 1")).to_be_visible()
    faultless(person, "broken YAML")
    person.opens("/skills/planning")
    person.sees("comes with the program")
    faultless(person, "a skill")
    person.opens("/skills?create=upload")
    person.sees("Drop a folder")
    faultless(person, "an upload")
    person.page.keyboard.press("Control+k")
    expect(person.page.get_by_role("combobox", name="Search")).to_be_focused()
    faultless(person, "the palette")
    person.faults[:] = [fault for fault in person.faults if "422" not in fault]


def test_axe_finds_nothing_on_webhooks(open_page: OpenPage, daemon: DaemonProcess) -> None:
    person = open_page().opens("/webhooks")
    person.sees("No webhooks yet")
    faultless(person, "no webhooks")
    person.opens("/webhooks?create=form")
    person.presses("Create")
    person.sees("Say which events start a task.")
    faultless(person, "a new webhook")
    daemon.post("/api/webhooks", WEBHOOK)
    person.faults.clear()
    person.opens("/webhooks/kettle")
    person.sees("What to enter at the provider")
    faultless(person, "a webhook")
    person.presses("Delete")
    expect(person.page.get_by_role("dialog")).to_be_visible()
    faultless(person, "a question")
    person.opens("/webhooks/kettle/simulator")
    person.presses("Simulate")
    person.sees("What would happen")
    faultless(person, "a simulation")
    person.opens("/webhooks/kettle/deliveries")
    person.sees("Nothing has come in yet")
    faultless(person, "no deliveries")
    person.opens("/webhooks/kettle/edit")
    expect(person.page.get_by_role("region", name="Preview")).to_be_visible()
    faultless(person, "editing a webhook")


def test_axe_finds_nothing_on_schedules(open_page: OpenPage, daemon: DaemonProcess) -> None:
    person = open_page().opens("/schedules")
    person.sees("No schedules yet")
    faultless(person, "no schedules")
    person.opens("/schedules?create=form")
    expect(person.page.get_by_role("heading", name="New schedule")).to_be_visible()
    faultless(person, "a new schedule")
    nightly = {"name": "nightly", "cron": "0 3 * * *", "agent": "planning", "message": "Look around."}
    daemon.post("/api/schedules", nightly)
    person.opens("/schedules/nightly")
    person.sees("In words")
    faultless(person, "a schedule")
    person.opens("/schedules/nightly/edit")
    expect(person.page.get_by_role("heading", name="Edit nightly")).to_be_visible()
    faultless(person, "editing a schedule")
    person.faults[:] = [fault for fault in person.faults if "422" not in fault]


def unfolds(person: Person, *names: str) -> None:
    for name in names:
        person.presses(name)
        expect(person.button(name)).to_have_attribute("aria-expanded", "true")


def test_axe_finds_nothing_under_the_folds_of_a_wish(open_page: OpenPage) -> None:
    person = open_page().opens()
    person.page.get_by_label("Agent", exact=True).select_option("planning")
    unfolds(person, "Code and limits")
    person.page.get_by_label("Turns", exact=True).fill("0")
    person.sees("A whole number, 1 or more.")
    faultless(person, "code and limits")


def test_axe_finds_nothing_in_an_agents_form_with_all_of_it_open(open_page: OpenPage) -> None:
    person = open_page().opens("/agents?create=form")
    person.presses("Add a rule")
    unfolds(person, "Code")
    person.page.get_by_label("Network", exact=True).select_option("Only the hosts that I name")
    person.page.get_by_label("Branch, tag or commit", exact=True).fill("main")
    person.sees("Say of which repository.")
    faultless(person, "all of an agent's form")


def test_axe_finds_nothing_in_a_triggers_form_with_all_of_it_open(open_page: OpenPage) -> None:
    person = open_page().opens("/webhooks?create=form")
    person.page.get_by_label("Trusted people", exact=True).fill("MEMBER")
    person.page.get_by_label("Fetch the code: each task gets a clone of its own").check()
    unfolds(person, "Condition, command, when busy", "Limits")
    person.presses("Create")
    person.sees("Say which events start a task.")
    faultless(person, "all of a trigger's form")


def test_axe_finds_nothing_in_a_schedules_form_with_its_code_open(open_page: OpenPage) -> None:
    person = open_page().opens("/schedules?create=form")
    unfolds(person, "Code")
    faultless(person, "all of a schedule's form")


def test_axe_finds_nothing_on_variables(open_page: OpenPage) -> None:
    person = open_page().opens("/settings/variables")
    person.page.get_by_label("Name", exact=True).fill("KETTLE_KEY")
    person.page.get_by_label("Value", exact=True).fill("a-value")
    person.presses("Set it")
    expect(person.button("Delete KETTLE_KEY")).to_be_visible()
    file: FilePayload = {"name": ".env", "mimeType": "text/plain", "buffer": b"KETTLE_KEY=2\nPATH=/x\nTEA=1\n"}
    person.page.locator("input[type=file]").set_input_files(file)
    expect(person.page.get_by_role("region", name="What the file would set")).to_be_visible()
    faultless(person, "variables")


def test_axe_finds_nothing_on_the_page_of_machines_of_one_that_works_alone(open_page: OpenPage) -> None:
    person = open_page().opens("/")
    person.sees("What should be done?")
    expect(person.page.get_by_role("link", name="Machines")).to_have_count(0)
    person.page.keyboard.press("Control+k")
    person.page.get_by_role("combobox", name="Search").fill("machines")
    person.page.keyboard.press("Enter")
    person.page.wait_for_url("**/machines")
    person.sees("This machine works alone")
    expect(person.page.get_by_role("article", name="machine-001")).to_contain_text("does everything")
    expect(person.button("Copy machine doctor --fleet")).to_be_visible()
    expect(person.page.get_by_role("button", name="Drain")).to_have_count(0)
    faultless(person, "machines, of one")
