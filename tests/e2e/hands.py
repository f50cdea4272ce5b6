"""A person at the browser: a page that is watched for faults, and the few things a person does there."""

import itertools
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Request, expect
from tests.e2e.reading import running_text, shown, stored
from tests.support.daemon import DaemonProcess

PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


def differences(found: list[Any], expected: list[Any]) -> str:
    """What stands on the page and is not stored, and the other way round."""
    pairs = itertools.zip_longest(found, expected)
    return "\n".join(f"page:   {shown!r}\nstored: {kept!r}" for shown, kept in pairs if shown != kept)


class Person:
    """One tab of somebody who is signed in (or not) at `daemon`."""

    def __init__(self, daemon: DaemonProcess, context: BrowserContext) -> None:
        self.daemon = daemon
        self.context = context
        context.set_default_timeout(PATIENCE_MS)
        self.page = context.new_page()
        self.faults: list[str] = []
        """What no page should do: say errors on the console, throw, ask another origin for anything."""
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"thrown: {error}"))
        self.page.on("request", self._asked)

    @property
    def task_id(self) -> str:
        """Of the task that the page is at."""
        return urlsplit(self.page.url).path.removeprefix("/tasks/")

    def opens(self, path: str = "/") -> "Person":
        self.page.goto(f"{self.daemon.url}{path}")
        return self

    def wishes(self, message: str, *, agent: str | None = None) -> str:
        """Type a wish, send it, by keyboard where there is one, and be at its task; returns its id.

        What is said to the machine itself is a conversation; the page of its first task shows all of it.
        """
        self.opens()
        if agent is not None:
            self.page.get_by_label("Agent", exact=True).select_option(agent)
        self.page.get_by_label("What should be done").fill(message)
        if self.page.evaluate("matchMedia('(pointer: coarse)').matches"):
            self.presses("Start the task")
        else:
            self.page.get_by_label("What should be done").press("Enter")
        if agent is None:
            self.opens_its_task()
        self.page.wait_for_url(re.compile(r"/tasks/task_"))
        return self.task_id

    def opens_its_task(self) -> None:
        """From the conversation that the page comes to, to the page of its newest task."""
        self.page.wait_for_url(re.compile(r"/chat/conv_"))
        self.opens(f"/tasks/{self.page.locator('[data-task]').last.get_attribute('data-task')}")

    def says(self, message: str) -> None:
        """A message to the task that the page is at."""
        self.page.get_by_label("Message to the task").fill(message)
        self.page.get_by_label("Message to the task").press("Enter")

    def presses(self, name: str) -> None:
        self.button(name).click()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def sees(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def sees_status(self, name: str) -> None:
        """The status in the task's header."""
        expect(self.page.locator("header").get_by_role("status").filter(has_text=name)).to_be_visible()

    def reads_until(self, text: str) -> None:
        """Wait until the agent's text on the page holds `text`."""
        self.waits(lambda: text in running_text(self.page), f"the page to say {text!r}")

    def waits(self, until: Callable[[], Any], what: str) -> None:
        """Look again and again; fails with `what` was waited for."""
        for _ in range(PATIENCE_MS // 50):
            if until():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"waited in vain for {what}; the page says: {self.page.inner_text('body')[-1500:]}")

    def compares(self) -> None:
        """What the page shows is what is stored, to the last character."""
        expected = stored(self.daemon, self.task_id)
        assert any(kind == "input" for kind, _ in expected)
        found = shown(self.page)
        if len(found) < len(expected):
            # What was stored last may still be on its way.
            self.page.wait_for_timeout(1_000)
            found = shown(self.page)
        assert found == expected, differences(found, expected)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text} {message.location.get('url', '')}")

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.daemon.url).netloc:
            self.faults.append(f"asked elsewhere: {request.url}")


OpenPage = Callable[..., Person]
"""The fixture `open_page`."""
