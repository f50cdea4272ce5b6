"""Claude's login from the browser: a machine that starts without one, until its waiting task runs."""

import contextlib
import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, expect
from tests.e2e.hands import OpenPage, Person
from tests.e2e.model_thread import ModelThread
from tests.e2e.test_accessibility import faultless
from tests.e2e.test_definitions import fills, sees_alert
from tests.support.account_server import AccountServer
from tests.support.daemon import DaemonProcess
from tests.support.model import ScriptedModel

SECRET = "an-access-token-that-nobody-may-see"
TRIAL_MS = 90_000
"""A real CLI starts, and asks."""


def login_file(**more: Any) -> bytes:
    section = {
        "accessToken": SECRET,
        "refreshToken": "a-refresh-token",
        "expiresAt": int((time.time() + 3600) * 1000),
        "scopes": ["user:inference"],
        "subscriptionType": "pro",
    }
    return json.dumps({"claudeAiOauth": {**section, **more}}).encode()


class Anthropic:
    """The model, and where logins are made."""

    def __init__(self, folder: Path) -> None:
        self.account = AccountServer(folder)
        self.model = ScriptedModel("All done.")

    @contextlib.asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        async with self.account.serve(), self.model.serve() as url:
            yield url


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[DaemonProcess]:
    """One without a login."""
    anthropic = Anthropic(tmp_path)
    with ModelThread(anthropic) as thread:
        env = {**anthropic.account.environ, "ANTHROPIC_BASE_URL": thread.url}
        started = DaemonProcess.start(tmp_path / "data", extra_env=env, arguments=())
        yield started
        started.terminate()


@pytest.fixture
def person(open_page: OpenPage, daemon: DaemonProcess) -> Person:
    """Signed in with a link of their own: each test here has a daemon of its own."""
    person = open_page(signed_in=False)
    person.page.goto(daemon.command("login-link").stdout.strip())
    person.presses("Sign in")
    person.sees("What should be done?")
    return person


def banner(person: Person) -> Locator:
    # With the banner's own words: the page of a waiting task says the rest of it too.
    said = "Claude Code is not logged in. Tasks wait and go on by themselves."
    return person.page.get_by_role("status").filter(has_text=said)


def chooses(person: Person, content: bytes) -> None:
    file: FilePayload = {"name": ".credentials.json", "mimeType": "application/json", "buffer": content}
    person.page.get_by_label("Drop a login file here").set_input_files(file)


def drops(person: Person, content: bytes) -> None:
    """As from the desktop."""
    transfer = person.page.evaluate_handle(
        "text => { const t = new DataTransfer(); t.items.add(new File([text], '.credentials.json')); return t }",
        content.decode(),
    )
    person.page.get_by_test_id("drop-zone").dispatch_event("drop", {"dataTransfer": transfer})


def test_a_waiting_task_runs_once_a_good_login_is_dropped_and_a_bad_one_changes_nothing(
    person: Person, daemon: DaemonProcess
) -> None:
    steps = person.page.get_by_role("region", name="First steps")
    expect(steps).to_contain_text("Log Claude in")
    expect(banner(person)).to_be_visible()
    task_id = person.wishes("hello", agent="planning")
    # It is on every page, and leads to where something can be done about it.
    expect(banner(person)).to_be_visible()
    banner(person).get_by_role("link", name="Log Claude in").click()
    person.page.wait_for_url("**/settings/login")
    expect(person.page.get_by_role("heading", name="Claude needs a login")).to_be_visible()
    faultless(person, "no login")

    person.page.get_by_role("link", name="File", exact=True).click()
    person.page.wait_for_url("**/settings/login?with=file")
    chooses(person, login_file(refreshToken=""))
    sees_alert(person, "claudeAiOauth.refreshToken is empty")
    sees_alert(person, "What was there before stays.")
    faultless(person, "a refused login")
    chooses(person, b"{ this is no JSON")
    sees_alert(person, "The file is not JSON (line 1).")
    chooses(person, b"sk-ant-api03-something")
    sees_alert(person, "under “Key”, on this page")
    assert daemon.get(f"/api/tasks/{task_id}")["status"] == "queued"
    assert daemon.get("/api/credentials")["state"] == "needs_login"

    drops(person, login_file())
    expect(person.page.get_by_text("It works: Claude is logged in")).to_be_visible(timeout=TRIAL_MS)
    expect(person.page.get_by_role("heading", name="Claude is logged in")).to_be_visible()
    expect(banner(person)).to_have_count(0)
    state = person.page.get_by_role("region", name="State")
    for fact in ("Claude subscription", "pro", "the login file kept here"):
        expect(state).to_contain_text(fact)
    faultless(person, "logged in")
    assert SECRET not in person.page.content()
    person.opens(f"/tasks/{task_id}")
    person.sees_status("Completed")
    person.reads_until("All done.")
    person.faults[:] = [fault for fault in person.faults if "422" not in fault]


def test_a_login_is_made_in_the_browser_tried_and_given_up(person: Person, daemon: DaemonProcess) -> None:
    person.opens("/settings/login")
    person.presses("Begin")
    link = person.page.get_by_role("link", name="Open the page")
    expect(link).to_have_attribute("href", re.compile("code_challenge="), timeout=TRIAL_MS)
    faultless(person, "waiting for the code")
    fills(person, Code="half-a-code")
    person.presses("Log in")
    sees_alert(person, "whole code")
    fills(person, Code="the-code#the-state")
    person.presses("Log in")
    expect(person.page.get_by_text("It works: Claude is logged in")).to_be_visible(timeout=TRIAL_MS)
    expect(link).to_have_count(0)
    expect(banner(person)).to_have_count(0)

    person.presses("Try it now")
    expect(person.page.get_by_text(re.compile("A real request worked. It cost"))).to_be_visible(timeout=TRIAL_MS)
    person.presses("Log out…")
    person.page.get_by_role("dialog").get_by_role("button", name="Log out").click()
    expect(person.page.get_by_role("heading", name="Claude needs a login")).to_be_visible(timeout=TRIAL_MS)
    expect(banner(person)).to_be_visible()
    assert daemon.get("/api/credentials")["details"]["file"] is False
    person.faults[:] = [fault for fault in person.faults if "422" not in fault]


def test_a_key_is_kept_beside_the_file_and_forgotten_and_a_token_is_not_taken_for_one(
    person: Person, daemon: DaemonProcess
) -> None:
    person.opens("/settings/login?with=key")
    fills(person, API_key="sk-ant-oat01-this-is-a-token")
    person.presses("Try and keep it")
    sees_alert(person, "This is a token of claude setup-token, not an API key.")
    sees_alert(person, "under “Token”, on this page")
    fills(person, API_key="sk-ant-api03-a-good-key-of-ours")
    person.presses("Try and keep it")
    expect(person.page.get_by_text("It works: Claude is logged in")).to_be_visible(timeout=TRIAL_MS)
    expect(person.page.get_by_label("API key", exact=True)).to_have_value("")
    expect(person.page.get_by_role("region", name="State")).to_contain_text("the API key kept here")
    faultless(person, "a key is kept")
    assert "a-good-key-of-ours" not in person.page.content()
    person.presses("Forget the API key")
    expect(person.page.get_by_role("heading", name="Claude needs a login")).to_be_visible(timeout=TRIAL_MS)
    assert daemon.get("/api/credentials")["details"]["kept"] == []
    person.faults[:] = [fault for fault in person.faults if "422" not in fault]


def test_the_first_steps_end_with_the_first_task(person: Person, daemon: DaemonProcess) -> None:
    steps = person.page.get_by_role("region", name="First steps")
    expect(steps.get_by_role("heading", name="Set your password")).to_be_visible()
    faultless(person, "first steps")
    fills(person, New_password="too short")
    expect(person.button("Set the password")).to_be_disabled()
    fills(person, New_password="correct horse battery")
    person.presses("Set the password")
    expect(steps.get_by_role("heading", name=re.compile("^Set your password ?, done"))).to_be_visible()
    steps.get_by_role("link", name="Log Claude in").click()
    person.page.get_by_role("link", name="File", exact=True).click()
    chooses(person, login_file())
    expect(person.page.get_by_text("It works: Claude is logged in")).to_be_visible(timeout=TRIAL_MS)
    person.opens()
    expect(steps).to_contain_text("Write below what should be done")
    person.wishes("hello")
    person.sees_status("Completed")
    person.opens()
    person.sees("What should be done?")
    person.waits(lambda: steps.count() == 0, "the first steps to go")
    assert daemon.get("/api/users")["items"][0]["has_password"]
