"""One browser for all, one daemon for each file, and for each person a context of their own that is closed."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, StorageState, sync_playwright
from tests.e2e.hands import OpenPage, Person
from tests.support.daemon import DaemonProcess, demo_daemon_on

QUIET = ("--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program, "There is no Chromium. Run: scripts/test-setup"
    with sync_playwright() as playwright:
        # Without its sandbox, because these tests also run as root; it only ever sees our own page.
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--no-first-run", *QUIET])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    """The demo; a file that needs a script of its own has its own fixture of this name."""
    with demo_daemon_on(tmp_path_factory.mktemp("demo") / "data") as started:
        yield started


@pytest.fixture(scope="module")
def login(browser: Browser, daemon: DaemonProcess) -> StorageState:
    """The cookie of somebody who has used a one-time link."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(daemon.command("login-link").stdout.strip())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{daemon.url}/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def open_page(browser: Browser, daemon: DaemonProcess, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Open a tab: `open_page(width=360, theme="dark", signed_in=False)`. At the end none of them may have a fault."""
    persons: list[Person] = []

    def opened(
        *, width: int = 1280, height: int = 800, theme: str = "light", zone: str = "UTC", signed_in: bool = True
    ) -> Person:
        options: dict[str, Any] = {"viewport": {"width": width, "height": height}, "color_scheme": theme}
        options["timezone_id"] = zone
        if width < 500:
            options |= {"has_touch": True, "is_mobile": True}
        if signed_in:
            options["storage_state"] = request.getfixturevalue("login")
        persons.append(Person(daemon, browser.new_context(**options)))
        return persons[-1]

    yield opened
    for person in persons:
        person.context.close()
    faults = [fault for person in persons for fault in person.faults]
    assert faults == []
