"""What a person would try by hand before trusting the machine, from its start to a login that got lost.

One machine for all of it, with the real CLI and a login file of its own, as somebody would set it up.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.e2e.hands import OpenPage, Person
from tests.e2e.model_thread import ModelThread
from tests.e2e.reading import running_text
from tests.e2e.scripts_of_model import WORDS
from tests.e2e.test_breaks import port_of, without_broken_connections
from tests.e2e.test_chat import TOOL, WEBHOOK, asks, card
from tests.e2e.test_claude_login import TRIAL_MS, Anthropic, banner, chooses, login_file
from tests.e2e.test_definitions import SECRET, deliver
from tests.support.daemon import DaemonProcess

from machine.demo.replies import Reply, Text

COMMENT = json.loads((Path(__file__).parents[1] / "data/webhooks/github_issue_comment.json").read_text())
TRIGGER = {
    "name": "kettle",
    "provider": "github",
    "secret": SECRET,
    "triggers": [{"events": ["issue_comment.created"], "agent": "planning", "prompt": "Do something held."}],
}


@pytest.fixture(scope="module")
def held() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory, held: asyncio.Event) -> Iterator[ModelThread]:
    anthropic = Anthropic(tmp_path_factory.mktemp("anthropic"))
    created = Reply.tool(f"{TOOL}create_webhook", WEBHOOK)
    anthropic.model.on("gitlab", created, "The webhook is live.").on("held", Reply((Text(WORDS, hold=held),)))
    with ModelThread(anthropic) as thread:
        yield thread


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory, scripted: ModelThread) -> Iterator[DaemonProcess]:
    assert isinstance(scripted.model, Anthropic)
    env = {**scripted.model.account.environ, "ANTHROPIC_BASE_URL": scripted.url}
    started = DaemonProcess.start(tmp_path_factory.mktemp("by-hand") / "data", extra_env=env, arguments=())
    started.post("/api/credentials/upload", json.loads(login_file()))
    yield started
    started.terminate()


@pytest.fixture
def person(open_page: OpenPage) -> Person:
    return open_page()


def test_the_machine_starts_says_where_it_is_and_is_ready_there(person: Person, daemon: DaemonProcess) -> None:
    assert daemon.url in daemon.log_text()
    person.opens()
    glance = person.page.get_by_role("region", name="The machine")
    for fact in ("ready", "logged in", "0 of 5 busy"):
        expect(glance).to_contain_text(fact)
    expect(banner(person)).to_have_count(0)


def test_the_brain_answers_in_the_chat(person: Person) -> None:
    asks(person, "Are you there?")
    person.reads_until("All done.")
    expect(person.button("Stop")).to_have_count(0)


def test_a_webhook_that_is_asked_for_in_the_chat_is_in_the_list(person: Person, open_page: OpenPage) -> None:
    watching = open_page().opens("/webhooks")
    watching.sees("No webhooks yet")
    asks(person, "Create a webhook for GitLab merge requests")
    expect(card(person, "Webhook created")).to_be_visible()
    # Live where somebody looks already, and there for who comes later.
    expect(watching.page.get_by_role("main").get_by_role("link", name=WEBHOOK["name"])).to_contain_text("GitLab")
    person.page.get_by_role("navigation", name="Pages").get_by_role("link", name="Webhooks").click()
    person.page.get_by_role("main").get_by_role("link", name=WEBHOOK["name"]).click()
    person.sees("What to enter at the provider")


def test_a_task_that_a_webhook_starts_is_among_the_active_ones_and_streams_on_a_click(
    person: Person, daemon: DaemonProcess, scripted: ModelThread, held: asyncio.Event
) -> None:
    daemon.post("/api/webhooks", TRIGGER)
    person.opens()
    active = person.page.get_by_role("region", name="Active tasks")
    expect(person.page.get_by_role("region", name="The machine")).to_contain_text("0 of 5 busy")
    expect(active).to_have_count(0)
    deliver(daemon, "kettle", COMMENT, "first", "issue_comment")
    active.get_by_role("link").click()
    person.page.wait_for_url(re.compile("/tasks/task_"))
    person.reads_until("word-001")
    person.sees_status("Running")
    assert running_text(person.page).strip() == "word-001"
    scripted.set(held)
    person.sees_status("Completed")
    assert running_text(person.page) == WORDS
    assert daemon.get(f"/api/tasks/{person.task_id}")["source"] == "webhook"


def test_a_login_that_is_deleted_is_asked_for_after_a_restart_and_work_goes_on_with_a_new_one(
    person: Person, daemon: DaemonProcess
) -> None:
    person.opens()
    expect(person.page.get_by_role("region", name="The machine")).to_contain_text("logged in")
    port = port_of(daemon)
    daemon.terminate()
    (daemon.data_dir / "credentials/claude/.credentials.json").unlink()
    daemon.launch(port, arguments=())
    # On the page that was open all the time.
    expect(banner(person)).to_be_visible()
    task_id = person.wishes("Work, please", agent="planning")
    person.sees_status("Queued")
    banner(person).get_by_role("link", name="Log Claude in").click()
    person.page.get_by_role("link", name="File", exact=True).click()
    chooses(person, login_file())
    expect(person.page.get_by_text("It works: Claude is logged in")).to_be_visible(timeout=TRIAL_MS)
    expect(banner(person)).to_have_count(0)
    person.opens(f"/tasks/{task_id}")
    person.reads_until("All done.")
    person.sees_status("Completed")
    person.faults[:] = without_broken_connections(person.faults)
