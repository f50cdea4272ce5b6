"""The way in: a link that works once, and what somebody sees without one."""

import re
import urllib.request

from playwright.sync_api import expect
from tests.e2e.hands import OpenPage
from tests.support.daemon import DaemonProcess


def test_a_link_signs_in_by_a_click_and_looking_at_it_does_not_use_it_up(
    daemon: DaemonProcess, open_page: OpenPage
) -> None:
    link = daemon.command("login-link").stdout.strip()
    for _ in range(2):
        with urllib.request.urlopen(link, timeout=10) as answer:  # noqa: S310 - loopback only
            assert answer.status == 200
    preview = open_page(signed_in=False)
    preview.page.goto(link)
    expect(preview.button("Sign in")).to_be_visible()
    person = open_page(signed_in=False)
    person.page.goto(link)
    assert "#" not in person.page.url, "the secret stays in the address bar"
    person.presses("Sign in")
    person.sees("What should be done?")
    preview.presses("Sign in")
    preview.sees("Signing in did not work.")
    # The refusal is an answer of 401, which browsers write to the console by themselves.
    assert [fault for fault in preview.faults if "401" not in fault] == []
    preview.faults.clear()


def test_somebody_without_a_login_is_told_which_command_prints_a_link(open_page: OpenPage) -> None:
    for path in ("/", "/login", "/tasks/task_1", "/nonsense"):
        person = open_page(signed_in=False).opens(path)
        person.sees("You are signed out")
        person.sees("machine login-link")
        assert [fault for fault in person.faults if "401" not in fault] == []
        person.faults.clear()


def test_an_address_where_nothing_is_says_so_and_leads_home(open_page: OpenPage) -> None:
    person = open_page().opens("/nonsense")
    person.sees("There is no such page")
    expect(person.page.get_by_role("link", name="Agents")).to_be_visible()
    person.page.get_by_role("link", name="To the first page").click()
    person.sees("What should be done?")
    assert [fault for fault in person.faults if "404" not in fault] == []
    person.faults.clear()


def test_signing_out_ends_the_login(daemon: DaemonProcess, open_page: OpenPage) -> None:
    person = open_page(signed_in=False)
    person.page.goto(daemon.command("login-link").stdout.strip())
    person.presses("Sign in")
    person.sees("What should be done?")
    cookies = person.context.cookies()
    person.presses("Sign out")
    person.sees("You are signed out")
    person.context.add_cookies([{**cookie, "url": daemon.url, "path": None, "domain": None} for cookie in cookies])
    person.opens()
    person.sees("You are signed out")
    person.faults[:] = [fault for fault in person.faults if "401" not in fault]


def test_an_invitation_makes_a_person_who_comes_back_with_a_password(
    daemon: DaemonProcess, open_page: OpenPage
) -> None:
    invitation = daemon.post("/api/invitations", {"role": "member"})
    person = open_page(signed_in=False)
    person.page.goto(invitation["link"])
    assert "#" not in person.page.url, "the secret stays in the address bar"
    person.page.get_by_label("Name").fill("Ada")
    person.page.get_by_label("Password").fill("correct horse battery")
    person.presses("Join")
    person.sees("What should be done?")
    person.presses("Sign out")
    person.sees("You are signed out")
    for password, then in (
        ("wrong horse battery", "Signing in did not work."),
        ("correct horse battery", "What should"),
    ):
        person.page.get_by_label("Name").fill("Ada")
        person.page.get_by_label("Password").fill(password)
        person.presses("Sign in")
        person.sees(then)
    person.faults[:] = [fault for fault in person.faults if "401" not in fault]


def test_the_demo_says_everywhere_that_it_is_one_and_offers_its_prompts(open_page: OpenPage) -> None:
    person = open_page().opens()
    expect(person.page.get_by_role("status").filter(has_text="Demo model.")).to_be_visible()
    person.page.get_by_role("button", name=re.compile("^Make a plan")).click()
    person.opens_its_task()
    expect(person.page.get_by_role("status").filter(has_text="Demo model.")).to_be_visible()
    person.sees_status("Completed")
    expect(person.page.locator("header").get_by_text(re.compile(r"\$[\d.]+ demo"))).to_be_visible()
    person.compares()


def test_the_page_is_served_under_a_strict_policy_with_a_nonce_of_its_own(daemon: DaemonProcess) -> None:
    pages = []
    for _ in range(2):
        with urllib.request.urlopen(daemon.url, timeout=10) as answer:  # noqa: S310 - loopback only
            policy = answer.headers["content-security-policy"]
            pages.append((policy, answer.read().decode()))
    for policy, html in pages:
        nonce = re.search(r"'nonce-([^']+)'", policy)
        assert nonce
        assert f'nonce="{nonce[1]}"' in html
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
    assert pages[0][0] != pages[1][0]
