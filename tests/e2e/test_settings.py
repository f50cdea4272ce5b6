"""The pages of settings: people, tokens, logins, the audit log, health, and what each person sees of them."""

import json
import re
import urllib.error

import pytest
from playwright.sync_api import Locator, expect
from tests.e2e.hands import OpenPage, Person
from tests.e2e.test_accessibility import faultless
from tests.e2e.test_definitions import fills, sees_alert
from tests.support.daemon import DaemonProcess

PASSWORD = "correct horse battery"


@pytest.fixture
def person(open_page: OpenPage) -> Person:
    return open_page()


def row(person: Person, text: str) -> Locator:
    return person.page.get_by_role("main").get_by_role("listitem").filter(has_text=text).first


def shown_once(person: Person) -> str:
    """What the dialog shows, which is then closed."""
    secret = person.page.get_by_role("dialog").get_by_test_id("secret").inner_text()
    person.page.keyboard.press("Escape")
    expect(person.page.get_by_role("dialog")).to_be_visible()
    person.presses("Done")
    expect(person.page.get_by_role("dialog")).to_have_count(0)
    assert secret not in person.page.content()
    return secret


def joins(other: Person, link: str, name: str) -> None:
    other.page.goto(link)
    fills(other, Name=name, Password=PASSWORD)
    other.presses("Join")
    other.sees("What should be done?")


def test_every_page_of_settings_is_reached_from_the_list_and_by_its_address(person: Person) -> None:
    person.opens("/")
    person.page.get_by_role("link", name="Settings").click()
    expect(person.page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    names = person.page.get_by_role("main").get_by_role("link").all_inner_texts()
    titles = [name.split("\n")[0] for name in names]
    assert len(titles) >= 8
    for title in titles:
        person.opens("/settings")
        person.page.get_by_role("main").get_by_role("link", name=re.compile(f"^{title}")).click()
        expect(person.page.get_by_role("heading", name=title, level=1)).to_be_visible()
        person.page.reload()
        expect(person.page.get_by_role("heading", name=title, level=1)).to_be_visible()
        expect(person.page.get_by_role("navigation", name="Settings")).to_be_visible()
    person.opens("/settings/nonsense")
    person.sees("There is no such page of settings")
    person.opens("/")
    person.sees("What should be done?")
    person.page.keyboard.press("Control+k")
    person.page.get_by_role("combobox", name="Search").fill("audit")
    person.page.keyboard.press("Enter")
    person.page.wait_for_url("**/settings/audit")


def test_somebody_is_invited_joins_changes_roles_at_once_and_is_deleted(
    person: Person, open_page: OpenPage, daemon: DaemonProcess
) -> None:
    ada = invites_ada(person, open_page)

    ada.opens("/settings")
    assert "Audit log" not in ada.page.get_by_role("main").inner_text()
    for closed in ("people", "variables", "budgets", "storage", "audit", "health"):
        ada.opens(f"/settings/{closed}")
        ada.sees("Only administrators see this.")
    ada.opens("/settings/login")
    ada.sees("The demo model answers")
    ada.opens("/settings/tokens")
    expect(ada.button("Make it")).to_be_visible()

    person.page.reload()
    expect(row(person, "Ada")).to_be_visible()
    person.page.get_by_label("Role of Ada").select_option("viewer")
    person.waits(lambda: roles(daemon)["Ada"] == "viewer", "the role")
    # In force at once, on the page that is open.
    ada.sees("Viewers make no tokens.")

    person.page.get_by_label("Role of administrator").select_option("viewer")
    sees_alert(person, "administrator was not changed.")
    assert roles(daemon)["administrator"] == "administrator"

    row(person, "Ada").get_by_role("button", name="New password…").click()
    fills(person, New_password="another horse battery")
    person.presses("Set it")
    expect(person.page.get_by_role("dialog")).to_have_count(0)
    ada.sees("You are signed out")
    fills(ada, Name="Ada", Password="another horse battery")
    ada.presses("Sign in")
    ada.sees("What should be done?")

    row(person, "Ada").get_by_role("button", name="Disable…").click()
    person.page.get_by_role("dialog").get_by_role("button", name="Disable").click()
    expect(row(person, "Ada")).to_contain_text("disabled")
    ada.sees("You are signed out")
    person.presses("Enable")
    expect(row(person, "Ada").get_by_text("disabled")).to_have_count(0)
    person.presses("Delete Ada")
    person.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(person.page.get_by_label("Role of Ada")).to_have_count(0)
    assert "Ada" not in roles(daemon)
    ada.faults.clear()
    person.faults[:] = [fault for fault in person.faults if "409" not in fault]


def invites_ada(person: Person, open_page: OpenPage) -> Person:
    """Ada's own browser, signed in as a member."""
    person.opens("/settings/people")
    person.page.get_by_label("Role", exact=True).select_option("member")
    person.presses("Make the link")
    link = shown_once(person)
    ada = open_page(signed_in=False)
    joins(ada, link, "Ada")
    return ada


def roles(daemon: DaemonProcess) -> dict[str, str]:
    return {one["name"]: one["role"] for one in daemon.get("/api/users")["items"]}


def test_an_invitation_that_is_revoked_lets_nobody_in(person: Person, open_page: OpenPage) -> None:
    person.opens("/settings/people")
    fills(person, Name="Gra/ce")
    sees_alert(person, "Letters, digits")
    fills(person, Name="Grace")
    person.presses("Make the link")
    link = shown_once(person)
    row(person, "Grace, as member").get_by_role("button", name="Revoke").click()
    expect(person.page.get_by_role("list", name="Open invitations")).to_have_count(0)
    person.page.get_by_role("button", name=re.compile("used or over")).click()
    expect(row(person, "Grace, as member")).to_contain_text("revoked")
    grace = open_page(signed_in=False)
    grace.page.goto(link)
    fills(grace, Name="Grace", Password=PASSWORD)
    grace.presses("Join")
    grace.sees("Signing in did not work.")
    grace.faults.clear()


def test_a_token_is_made_shown_once_used_and_revoked_and_the_log_knows_it(
    person: Person, daemon: DaemonProcess
) -> None:
    person.opens("/settings/tokens")
    fills(person, What_it_is_for="pipeline")
    person.page.get_by_label("It may").select_option("read")
    person.page.get_by_label("It lasts").select_option("30")
    person.presses("Make it")
    secret = shown_once(person)
    expect(row(person, "pipeline")).to_contain_text("looks · never used · ends")
    assert daemon.get("/api/status", token=secret)["me"]["scopes"] == ["read"]
    person.page.reload()
    expect(row(person, "pipeline")).to_contain_text("used just now")
    person.presses("Revoke pipeline")
    person.page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(person.button("Revoke pipeline")).to_have_count(0)
    with pytest.raises(urllib.error.HTTPError, match="401"):
        daemon.get("/api/status", token=secret)

    person.opens("/settings/audit")
    person.page.get_by_label("What").select_option("token.create")
    person.page.wait_for_url("**/settings/audit?action=token.create")
    entries = person.page.get_by_role("list", name="Entries")
    expect(entries.get_by_role("listitem").first).to_contain_text("pipeline")
    assert {line for line in entries.inner_text().splitlines() if "token" in line} == {"made a token"}
    entries.get_by_role("button").first.click()
    expect(entries).to_contain_text("token.create")
    expect(entries).to_contain_text('scopes: ["read"]')
    faultless(person, "an entry of the log")
    person.page.get_by_label("Since").select_option("week")
    person.page.wait_for_url("**/settings/audit?action=token.create&since=week")
    expect(entries).to_contain_text("pipeline")
    person.opens("/settings/audit?action=nothing.like-this")
    expect(person.page.get_by_label("What")).to_have_value("nothing.like-this")
    person.sees("Nothing of this kind was done.")
    person.opens("/settings/audit?action=token.create")
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name="JSON lines").click()
    lines = [json.loads(line) for line in download.value.path().read_text().splitlines()]
    assert {line["action"] for line in lines} == {"token.create"}
    assert secret not in download.value.path().read_text()


def test_the_log_is_read_page_by_page(person: Person, daemon: DaemonProcess) -> None:
    for number in range(55):
        daemon.post("/api/invitations", {"name": f"guest {number}"})
    person.opens("/settings/audit?action=invitation.create")
    entries = person.page.get_by_role("list", name="Entries").get_by_role("listitem")
    expect(entries).to_have_count(50)
    person.presses("Show older ones")
    person.waits(lambda: entries.count() >= 55, "the second page")
    expect(person.button("Show older ones")).to_have_count(0)


def test_a_login_elsewhere_is_ended_and_a_name_changed(
    person: Person, open_page: OpenPage, daemon: DaemonProcess
) -> None:
    other = open_page(signed_in=False)
    other.page.goto(daemon.command("login-link").stdout.strip())
    other.presses("Sign in")
    other.sees("What should be done?")
    person.opens("/settings/logins")
    mine = person.page.get_by_role("list", name="Your logins")
    expect(mine.get_by_text("this browser")).to_have_count(1)
    while mine.get_by_role("button", name="Sign out").count():
        count = mine.get_by_role("listitem").count()
        mine.get_by_role("button", name="Sign out").first.click()
        expect(mine.get_by_role("listitem")).to_have_count(count - 1)
    other.sees("You are signed out")
    other.faults.clear()
    fills(person, What_you_are_called="Keeper")
    person.presses("Change it")
    person.waits(lambda: "Keeper" in roles(daemon), "the name")
    person.opens("/settings/logins")  # the form begins anew once the page has the name: not under what is typed here
    fills(person, What_you_are_called="administrator")
    person.presses("Change it")
    person.waits(lambda: "administrator" in roles(daemon), "the name")


def test_the_theme_is_chosen_and_kept(person: Person) -> None:
    person.opens("/settings/appearance")
    person.page.get_by_role("radio", name=re.compile("^Dark")).check()
    assert person.page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    person.page.reload()
    expect(person.page.get_by_role("radio", name=re.compile("^Dark"))).to_be_checked()
    person.page.get_by_role("button", name=re.compile("^Colours: dark")).click()
    expect(person.page.get_by_role("radio", name=re.compile("^As the system"))).to_be_checked()


def test_health_says_what_doctor_says(person: Person, daemon: DaemonProcess) -> None:
    folder = daemon.data_dir / "run"
    folder.chmod(0o755)
    person.opens("/settings/health")
    checks = person.page.get_by_role("list", name="What was looked at")
    expect(checks.get_by_role("listitem").first).to_contain_text(f"chmod 700 {folder}", timeout=30_000)
    person.sees("One problem is in the way.")
    report = json.loads(daemon.command("doctor", "--json").stdout)
    # Not "disk": what is free changes from one look to the next.
    here = {one["text"] for one in report["checks"] if one["check"] in ("python", "claude", "sandbox", "tools")}
    found = checks.inner_text()
    assert [text for text in here if text not in found] == []
    folder.chmod(0o700)


PAGES = {
    "login": "The demo model answers",
    "variables": "There is no variable yet.",
    "people": "What roles may do",
    "tokens": "Make a token",
    "logins": "Where you are signed in",
    "appearance": "As the system",
    "budgets": "A day begins at midnight UTC",
    "storage": "The machine makes no backup by itself.",
    "audit": "made a login link",
    "health": "machine doctor",
}


def test_axe_finds_nothing_on_pages_of_settings(person: Person) -> None:
    person.opens("/settings")
    person.sees("Who did what, when, and from where.")
    faultless(person, "settings")
    for page, text in PAGES.items():
        person.opens(f"/settings/{page}")
        shown = person.page.get_by_role("main").get_by_text(text).locator("visible=true")
        expect(shown.first).to_be_visible(timeout=30_000)
        faultless(person, page)
    person.opens("/settings/people")
    person.presses("Make the link")
    expect(person.page.get_by_role("dialog")).to_be_visible()
    faultless(person, "a link that is shown once")


def test_no_page_of_settings_is_wider_than_a_phone(open_page: OpenPage) -> None:
    person = open_page(width=360, height=780)
    for page in ("", *(f"/{name}" for name in PAGES)):
        person.opens(f"/settings{page}")
        expect(person.page.get_by_role("heading", level=1)).to_be_visible()
        person.page.wait_for_timeout(500)
        wide = person.page.evaluate(
            "[...document.querySelectorAll('main *')].filter((one) => !one.closest('.overflow-x-auto')"
            " && one.getBoundingClientRect().right > innerWidth + 0.5).map((one) => one.outerHTML.slice(0, 200))"
        )
        assert wide == [], f"{page}: {wide[:3]}"
