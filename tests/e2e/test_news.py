"""What waits for somebody shows wherever they are: in the window's title, on the way to it, on what it is about."""

import re

from playwright.sync_api import expect
from tests.e2e.hands import OpenPage
from tests.support.daemon import DaemonProcess


def test_a_phone_says_on_every_page_that_something_needs_an_answer(open_page: OpenPage, daemon: DaemonProcess) -> None:
    person = open_page(width=360, height=740).opens("/more")
    expect(person.page).to_have_title("More · Machine")
    asks = {"message": "Run a command that needs my permission. demo:permission", "agent": "planning"}
    task = daemon.post("/api/tasks", asks)
    home = person.page.get_by_role("navigation", name="Pages").get_by_role("link", name="Home")
    expect(home).to_have_accessible_name(re.compile("Home *, 1 needs your answer"))
    expect(person.page).to_have_title("(1) More · Machine")
    assert person.page.evaluate("document.documentElement.scrollWidth") <= 360
    home.click()
    expect(person.page).to_have_title("(1) Machine")
    person.page.get_by_role("region", name="Tasks that need your answer").get_by_role("link").click()
    expect(person.page).to_have_title(f"(1) {task['title']} · Machine")
    person.presses("Allow once")
    expect(person.page).to_have_title(f"{task['title']} · Machine")


def test_an_answer_in_a_conversation_is_news_until_it_is_looked_at(open_page: OpenPage, daemon: DaemonProcess) -> None:
    person = open_page().opens("/skills")
    chat = person.page.get_by_role("navigation", name="Pages").get_by_role("link", name="Chat")
    expect(chat).to_have_accessible_name("Chat")
    daemon.post("/api/chat", {"message": "Say hello to the kettle"})
    expect(chat).to_have_accessible_name(re.compile("Chat *, 1 with a new reply"))
    chat.click()
    row = person.page.get_by_role("navigation", name="Conversations").get_by_role("link", name="kettle")
    expect(row).to_contain_text("new reply")
    row.click()
    expect(row).not_to_contain_text("new reply")
    expect(chat).to_have_accessible_name("Chat")
