"""Cut off in the middle: a reload, a closed tab, a killed daemon. Nothing is lost, and nothing comes twice."""

import asyncio
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from tests.e2e.hands import OpenPage, Person
from tests.e2e.model_thread import ModelThread
from tests.e2e.reading import events, running_text, stored_text
from tests.e2e.scripts_of_model import WORDS, model
from tests.support.daemon import DaemonProcess


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    """On a model that outlives it."""
    with ModelThread(model(asyncio.Event())) as thread:
        env = {"ANTHROPIC_BASE_URL": thread.url, "ANTHROPIC_API_KEY": "no-key-is-needed"}
        started = DaemonProcess.start(tmp_path_factory.mktemp("scripted") / "data", extra_env=env, arguments=())
        yield started
        started.terminate()


def port_of(daemon: DaemonProcess) -> int:
    return int(daemon.url.rpartition(":")[2])


def without_broken_connections(faults: list[str]) -> list[str]:
    """What a browser says by itself about a daemon that is not there is no fault of the page."""
    expected = ("ERR_CONNECTION_REFUSED", "WebSocket", "ERR_CONNECTION_RESET", "ERR_INCOMPLETE", "ERR_EMPTY")
    return [fault for fault in faults if not any(word in fault for word in expected)]


def is_beginning_of_stored(person: Person) -> bool:
    """What is shown now is a part of what is stored, from its first character on."""
    seen = running_text(person.page)
    return bool(seen) and stored_text(person.daemon, person.task_id).startswith(seen.rstrip())


def test_a_reload_in_mid_stream_goes_on_where_it_was(open_page: OpenPage) -> None:
    person = open_page()
    person.wishes("Talk slowly")
    person.reads_until("word-010")
    person.page.reload()
    person.reads_until("word-010")
    assert is_beginning_of_stored(person)
    person.sees_status("Completed")
    assert running_text(person.page) == WORDS == stored_text(person.daemon, person.task_id)
    person.compares()


def test_of_two_tabs_one_is_closed_in_mid_stream_and_the_other_reads_on(open_page: OpenPage) -> None:
    one, other = open_page(), open_page()
    task_id = one.wishes("Talk slowly")
    other.opens(f"/tasks/{task_id}")
    one.reads_until("word-010")
    other.reads_until("word-010")
    assert is_beginning_of_stored(one)
    assert is_beginning_of_stored(other)
    one.context.close()
    other.sees_status("Completed")
    assert running_text(other.page) == WORDS
    other.compares()


def test_an_answer_given_in_one_tab_is_seen_in_the_other(open_page: OpenPage) -> None:
    one, other = open_page(), open_page()
    task_id = one.wishes("Please greet")
    other.opens(f"/tasks/{task_id}")
    expect(other.button("Allow once")).to_be_visible()
    one.presses("Allow once")
    other.sees("Allowed once")
    other.sees_status("Completed")
    one.compares()
    other.compares()


def test_a_network_that_comes_back_brings_what_was_missed(open_page: OpenPage) -> None:
    person = open_page()
    person.wishes("Talk slowly")
    person.reads_until("word-005")
    # A browser's own socket does not notice a network that is switched off: break it as a proxy would.
    person.page.evaluate("() => window.dispatchEvent(new Event('offline'))")
    person.context.set_offline(True)
    person.page.wait_for_timeout(1_000)
    person.context.set_offline(False)
    person.sees_status("Completed")
    assert running_text(person.page) == WORDS
    person.compares()
    person.faults.clear()


def test_a_daemon_that_is_killed_in_mid_stream_is_waited_for_without_a_reload(open_page: OpenPage) -> None:
    person = open_page()
    daemon = person.daemon
    other = open_page()
    other.opens()
    person.wishes("Talk slowly", agent="planning")
    person.page.evaluate("() => { window.sameDocument = true }")
    person.reads_until("word-010")
    port = port_of(daemon)
    daemon.kill9()
    person.sees("No connection to the machine.")
    seen = running_text(person.page)
    # What is written while nobody listens is kept.
    person.page.get_by_label("Message to the task").fill("Half a thought")
    expect(person.button("Send")).to_be_disabled()
    daemon.launch(port, arguments=())
    person.sees("Resumed after a restart")
    person.sees_status("Completed")
    expect(person.page.get_by_text("No connection to the machine.")).to_have_count(0)
    assert person.page.evaluate("window.sameDocument") is True
    assert running_text(person.page).startswith(seen.rstrip())
    assert stored_text(daemon, person.task_id).startswith(seen.rstrip())
    kinds = [event["type"] for event in events(daemon, person.task_id)]
    assert kinds.count("task.started") == 2
    expect(person.page.get_by_label("Message to the task")).to_have_value("Half a thought")
    person.compares()
    # A tab that only shows the list learns of it as well, from the feed that is replayed.
    row = other.page.get_by_role("navigation", name="Tasks").get_by_role("link", name="Talk slowly").first
    expect(row).to_contain_text("Completed")
    for each in (person, other):
        each.faults[:] = without_broken_connections(each.faults)
