"""What goes wrong around a person, and what the page makes of it: parts that are gone, dialogs, two editors."""

import re

import pytest
from playwright.sync_api import Locator, expect
from tests.e2e.hands import OpenPage, Person
from tests.e2e.test_definitions import fills
from tests.support.daemon import DaemonProcess


@pytest.fixture
def person(open_page: OpenPage) -> Person:
    return open_page()


def test_a_part_that_an_upgrade_took_away_leaves_the_page_and_offers_a_reload(person: Person) -> None:
    person.opens("/")
    person.sees("What should be done?")
    person.page.route(re.compile(r"/assets/overlays-"), lambda route: route.fulfill(status=404, body="gone"))
    person.page.keyboard.press("Control+k")
    dialog = person.page.get_by_role("dialog", name="Search")
    expect(dialog).to_contain_text("A part of this page could not be loaded.")
    expect(dialog.get_by_role("button", name="Reload the page")).to_be_visible()
    person.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(person.page.get_by_label("What should be done")).to_be_visible()
    person.page.unroute_all()
    person.presses("Reload")
    person.sees("What should be done?")
    person.page.keyboard.press("Control+k")
    expect(person.page.get_by_role("combobox", name="Search")).to_be_focused()
    person.faults.clear()


def test_a_closed_dialog_gives_the_focus_back_to_the_button_that_opened_it(
    person: Person, daemon: DaemonProcess
) -> None:
    daemon.post("/api/skills", {"name": "doomed", "description": "Soon gone.", "instructions": "Nothing."})
    person.opens("/skills/doomed")
    person.button("Delete").focus()
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_role("dialog")).to_be_visible()
    person.page.keyboard.press("Escape")
    expect(person.page.get_by_role("dialog")).to_have_count(0)
    expect(person.button("Delete")).to_be_focused()


def test_a_secret_made_here_is_copied_on_plain_http_and_survives_escape(person: Person, daemon: DaemonProcess) -> None:
    # As a browser is on plain http in the local network: without a clipboard.
    person.context.add_init_script(
        """Object.defineProperty(navigator, 'clipboard', { value: undefined });
        addEventListener('copy', () => { window.copied = document.activeElement.value }, true);"""
    )
    person.opens("/webhooks?create=form")
    fills(person, Name="mishap", Events="issues.opened")
    person.presses("Generate")
    secret = person.page.get_by_label("Secret", exact=True).input_value()
    person.presses("Copy the secret")
    expect(person.button("Copied")).to_be_visible()
    assert person.page.evaluate("window.copied") == secret
    person.presses("Create")
    dialog = person.page.get_by_role("dialog", name="The secret of mishap")
    expect(dialog.get_by_test_id("secret")).to_have_text(secret)
    for _ in range(3):
        person.page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    person.page.evaluate("window.copied = ''")
    person.presses("Copy it")
    expect(person.button("Copied").last).to_be_visible()
    assert person.page.evaluate("window.copied") == secret
    person.presses("Done")
    person.page.wait_for_url("**/webhooks/mishap")
    person.sees("Only this computer reaches that address.")
    assert daemon.get("/api/webhooks/mishap")["has_secret"]


@pytest.mark.parametrize(
    ("kind", "definition"),
    [("skills", {"instructions": "Nothing."}), ("schedules", {"cron": "@yearly", "message": "Nothing."})],
    ids=["skill", "schedule"],
)
def test_of_two_editors_the_second_is_told_and_loads_what_the_first_has_saved(
    person: Person, daemon: DaemonProcess, kind: str, definition: dict[str, str]
) -> None:
    daemon.post(f"/api/{kind}", {"name": "shared", "description": "As it was.", **definition})
    person.opens(f"/{kind}/shared/edit")
    field = person.page.get_by_label("Description")
    field.fill("Mine.")
    began = daemon.get(f"/api/{kind}/shared")["content_hash"]
    theirs = open_editor(person, kind)
    theirs.fill("Theirs.")
    theirs.page.get_by_role("button", name="Save", exact=True).click()
    theirs.page.wait_for_url(f"**/{kind}/shared")
    person.sees("Somebody else has changed it since you opened this form.")
    with person.page.expect_response(lambda answer: answer.status == 409):
        person.presses("Save")
    now = daemon.get(f"/api/{kind}/shared")
    assert (now["description"], now["content_hash"] != began) == ("Theirs.", True)
    person.presses("Load what is there now")
    expect(field).to_have_value("Theirs.")
    field.fill("Both.")
    person.presses("Save")
    person.page.wait_for_url(f"**/{kind}/shared")
    assert daemon.get(f"/api/{kind}/shared")["description"] == "Both."
    person.faults[:] = [fault for fault in person.faults if "409" not in fault]


def open_editor(person: Person, kind: str) -> Locator:
    """The description, in a second tab."""
    other = person.context.new_page()
    other.goto(f"{person.daemon.url}/{kind}/shared/edit")
    return other.get_by_label("Description")
