"""Two people at two browsers: each sees at once what the other does, where it is theirs to see, and nothing else."""

import asyncio
import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect
from tests.e2e.hands import OpenPage, Person
from tests.e2e.model_thread import ModelThread
from tests.e2e.scripts_of_model import model
from tests.e2e.test_settings import joins
from tests.support.daemon import DaemonProcess


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    with ModelThread(model(asyncio.Event())) as thread:
        env = {"ANTHROPIC_BASE_URL": thread.url, "ANTHROPIC_API_KEY": "no-key-is-needed"}
        started = DaemonProcess.start(tmp_path_factory.mktemp("two-people") / "data", extra_env=env, arguments=())
        yield started
        started.terminate()


@pytest.fixture
def grace(open_page: OpenPage) -> Person:
    """The administrator."""
    return open_page().opens()


@pytest.fixture
def ada(open_page: OpenPage, daemon: DaemonProcess) -> Person:
    """A member, who has just joined."""
    person = open_page(signed_in=False)
    link = daemon.post("/api/invitations", {"role": "member"})["link"]
    joins(person, link, f"Ada {secrets.token_hex(3)}")
    return person


def listening(person: Person) -> list[str]:
    """All that comes to the page from now on, through its socket and as answers to what it asks for."""
    heard: list[str] = []
    person.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
    person.page.on("response", lambda answer: heard.append(answer.url))
    return heard


def listed(person: Person, title: str) -> Locator:
    return person.page.get_by_role("navigation", name="Tasks").get_by_role("link", name=title)


def test_an_administrator_follows_a_members_task_and_answers_for_it(grace: Person, ada: Person) -> None:
    task_id = ada.wishes("Please greet Ada", agent="planning")
    listed(grace, "Please greet Ada").click()
    grace.page.wait_for_url(f"**/tasks/{task_id}")
    expect(ada.button("Allow once")).to_be_visible()
    grace.presses("Allow once")
    for each in (ada, grace):
        each.sees("Allowed once")
        each.reads_until("Greeted.")
        each.sees_status("Completed")
        each.compares()
    # And the other way round: what she goes on with, the administrator sees in the same conversation.
    ada.says("And now talk slowly")
    ada.page.wait_for_url(lambda url: task_id not in url)
    grace.opens(f"/tasks/{ada.task_id}")
    for each in (ada, grace):
        each.reads_until("word-020")
    grace.presses("Stop")
    for each in (ada, grace):
        each.sees_status("Stopped")


def test_a_member_learns_nothing_of_the_work_of_others(grace: Person, ada: Person, daemon: DaemonProcess) -> None:
    heard = listening(ada)
    ada.opens()
    ada.sees("No tasks yet")
    foreign = grace.wishes("Talk slowly of secret matters", agent="planning")
    grace.sees_status("Completed")
    # What she starts afterwards comes to her after all that could have come of it.
    own = ada.wishes("Say something", agent="planning")
    ada.sees_status("Completed")
    expect(listed(ada, "Say something")).to_be_visible()
    expect(listed(ada, "secret matters")).to_have_count(0)
    expect(listed(grace, "Say something")).to_be_visible()
    assert any(own in each for each in heard), "nothing was listened to"
    assert [each for each in heard if foreign in each] == []
    ada.opens(f"/tasks/{foreign}")
    ada.sees("could not be loaded")
    assert "secret matters" not in ada.page.content()
    ada.opens("/tasks")
    ada.sees("Say something")
    assert "secret matters" not in ada.page.content()
    ada.faults[:] = [fault for fault in ada.faults if "404" not in fault]


def test_what_is_made_for_all_appears_for_all_and_only_an_administrator_changes_it(
    grace: Person, ada: Person, daemon: DaemonProcess
) -> None:
    ada.opens("/agents")
    ada.sees("planning")
    expect(ada.page.get_by_role("link", name="New agent")).to_have_count(0)
    grace.opens("/agents?create=form")
    for label, text in {"Name": "reviewer", "Description": "Reviews changes", "Instructions": "Look first."}.items():
        grace.page.get_by_label(label, exact=True).fill(text)
    grace.presses("Create")
    made = ada.page.get_by_role("main").get_by_role("link", name="reviewer")
    expect(made).to_contain_text("Reviews changes")
    made.click()
    ada.sees("Reviews changes")
    expect(ada.button("Disable")).to_have_count(0)
    grace.page.wait_for_url("**/agents/reviewer")
    grace.presses("Disable")
    expect(ada.page.get_by_role("main").get_by_text("disabled", exact=True).first).to_be_visible()
