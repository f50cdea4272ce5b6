"""What a person does with tasks: watch, answer, interrupt, stop, follow up, try again. All of it as it is stored."""

import asyncio
import contextlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from tests.e2e.hands import OpenPage, Person
from tests.e2e.model_thread import ModelThread
from tests.e2e.reading import events, running_text, stored_text
from tests.e2e.scripts_of_model import MARKDOWN, WORDS, model
from tests.support.daemon import DaemonProcess


@pytest.fixture(scope="module")
def held() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture(scope="module")
def scripted(held: asyncio.Event) -> Iterator[ModelThread]:
    with ModelThread(model(held)) as thread:
        yield thread


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory, scripted: ModelThread) -> Iterator[DaemonProcess]:
    env = {"ANTHROPIC_BASE_URL": scripted.url, "ANTHROPIC_API_KEY": "no-key-is-needed"}
    started = DaemonProcess.start(tmp_path_factory.mktemp("scripted") / "data", extra_env=env, arguments=())
    yield started
    started.terminate()


@pytest.fixture
def person(open_page: OpenPage) -> Person:
    return open_page()


def results(daemon: DaemonProcess, task_id: str) -> str:
    """What tools gave back."""
    found = [event["data"] for event in events(daemon, task_id) if event["type"] == "task.output"]
    return "".join(piece["text"] for piece in found if piece["kind"] == "tool_result")


def answer_of(daemon: DaemonProcess, task_id: str) -> dict[str, object]:
    """The one answer that was given."""
    (answer,) = [event["data"]["answer"] for event in events(daemon, task_id) if event["type"] == "approval.answered"]
    return dict(answer)


def test_a_wish_streams_in_while_it_is_written(
    person: Person, daemon: DaemonProcess, scripted: ModelThread, held: asyncio.Event
) -> None:
    person.wishes("Do something held")
    person.reads_until("word-001")
    person.sees_status("Running")
    assert running_text(person.page).strip() == "word-001"
    scripted.set(held)
    person.sees_status("Completed")
    assert running_text(person.page) == WORDS == stored_text(daemon, person.task_id)
    person.compares()


def test_text_thinking_and_markdown_are_shown_as_they_came_and_run_nothing(
    person: Person, daemon: DaemonProcess
) -> None:
    person.wishes("Write markdown")
    person.sees_status("Completed")
    assert stored_text(daemon, person.task_id) == MARKDOWN
    prose = person.page.locator('[data-kind="text"] .prose')
    expect(prose.locator("h2")).to_have_text("A heading & <b>no bold</b>")
    expect(prose.locator("td").nth(1)).to_have_text("<script>alert(1)</script>")
    expect(prose.locator("pre, code").filter(has_text="def f")).to_have_text(
        'def f(x):\n\treturn "<i>" + x   # keeps its spaces', use_inner_text=False
    )
    assert prose.locator("script, img, a[href^='javascript']").count() == 0
    person.compares()


def test_a_command_that_is_allowed_once_shows_its_output_with_its_colours(
    person: Person, daemon: DaemonProcess
) -> None:
    person.wishes("Show colours")
    person.sees_status("Needs your answer")
    person.presses("Allow once")
    person.sees_status("Completed")
    person.page.get_by_text("Show", exact=False).filter(has_text="more lines").first.click()
    expect(person.page.locator(".ansi-red")).to_have_text("red")
    assert answer_of(daemon, person.task_id)["decision"] == "allow"
    result = results(daemon, person.task_id)
    assert "\x1b[31mred" in result
    shown = person.page.get_by_label("Result", exact=True).inner_text()
    assert "red and bold  two  spaces\ttab" in shown
    assert shown.rstrip().endswith("line 60")


def test_a_command_that_is_denied_does_not_run_and_the_agent_reads_why(person: Person, daemon: DaemonProcess) -> None:
    person.wishes("Please greet")
    person.presses("Deny…")
    person.page.get_by_label("Why not? The agent reads this.").fill("Not today, thank you.")
    person.presses("Deny")
    person.sees_status("Completed")
    assert answer_of(daemon, person.task_id)["reason"] == "Not today, thank you."
    assert "Not today, thank you." in results(daemon, person.task_id)
    person.sees("Denied")
    person.compares()


def test_a_changed_input_is_what_runs(person: Person, daemon: DaemonProcess) -> None:
    person.wishes("Please greet")
    person.presses("Change…")
    box = person.page.get_by_label("What it should do instead, as JSON")
    box.fill("no JSON")
    person.sees("This is no JSON object.")
    expect(person.button("Allow with this change")).to_be_disabled()
    box.fill('{"command": "awk \'BEGIN { print 6 * 7 }\'"}')
    person.presses("Allow with this change")
    person.sees_status("Completed")
    assert results(daemon, person.task_id).strip() == "42"
    person.sees("Allowed with a change")
    person.compares()


def test_what_is_allowed_always_is_not_asked_again(person: Person, daemon: DaemonProcess) -> None:
    person.wishes("Please greet")
    person.presses("Always allow")
    person.sees_status("Completed")
    assert answer_of(daemon, person.task_id)["remember"] is True
    person.compares()
    person.wishes("Please greet again")
    person.sees_status("Completed")
    assert "approval.requested" not in [event["type"] for event in events(daemon, person.task_id)]
    person.compares()


def test_questions_are_answered_and_a_half_made_answer_survives_a_reload(person: Person, daemon: DaemonProcess) -> None:
    person.wishes("Ask a question")
    person.page.get_by_label("Green").check()
    expect(person.button("Send answers")).to_be_disabled()
    person.page.get_by_label("Your own answer to: Which sizes?").fill("XXL")
    person.page.reload()
    expect(person.page.get_by_label("Green")).to_be_checked()
    person.page.get_by_role("checkbox", name="L large").check()
    person.presses("Send answers")
    person.sees_status("Completed")
    assert answer_of(daemon, person.task_id)["answers"] == {"Which colour?": "Green", "Which sizes?": ["L", "XXL"]}
    person.sees("Green, L, XXL")
    assert person.page.evaluate("Object.keys(sessionStorage).filter((key) => key.includes('approval'))") == []
    person.compares()


def test_an_interrupted_turn_can_be_continued_with_a_message(person: Person, daemon: DaemonProcess) -> None:
    person.wishes("Talk for ever")
    person.reads_until("word-002")
    person.presses("Interrupt")
    person.sees_status("Interrupted")
    person.says("Just say it is over")
    person.reads_until("All done.")
    person.sees_status("Completed")
    person.compares()


def test_a_stopped_task_is_over_and_retried_as_a_new_one(person: Person, daemon: DaemonProcess) -> None:
    first = person.wishes("Talk for ever")
    person.reads_until("word-002")
    person.presses("Stop")
    person.sees_status("Stopped")
    assert daemon.get(f"/api/tasks/{first}")["status"] == "cancelled"
    person.compares()
    person.presses("Retry")
    person.waits(lambda: person.task_id != first, "the task that tries again")
    person.reads_until("word-001")
    person.presses("Stop")
    person.sees_status("Stopped")
    person.compares()


def test_a_message_to_a_finished_task_goes_on_in_its_conversation(person: Person, daemon: DaemonProcess) -> None:
    first = person.wishes("Say something")
    person.sees_status("Completed")
    person.says("And now slowly")
    person.waits(lambda: person.task_id != first, "the task that follows up")
    person.sees_status("Completed")
    assert running_text(person.page) == WORDS
    earlier = person.page.get_by_role("navigation", name="Earlier in this conversation")
    expect(earlier.get_by_role("link")).to_contain_text("Say something")
    expect(earlier.get_by_role("link")).to_contain_text("All done.")
    person.compares()
    tasks = [daemon.get(f"/api/tasks/{task_id}") for task_id in (first, person.task_id)]
    assert tasks[0]["conversation_id"] == tasks[1]["conversation_id"]


def test_a_conversation_that_rests_is_closed_with_its_result(person: Person, daemon: DaemonProcess) -> None:
    made = daemon.post("/api/tasks", {"message": "Say something", "agent": "planning", "is_interactive": True})
    person.opens(f"/tasks/{made['task_id']}")
    person.sees_status("Open for a message")
    person.presses("Close")
    person.sees_status("Completed")
    assert daemon.get(f"/api/tasks/{made['task_id']}")["result"] == "All done."


def test_a_failure_says_what_happened_and_what_to_do(person: Person, daemon: DaemonProcess) -> None:
    person.wishes("Please fail")
    person.sees_status("Failed")
    failure = daemon.get(f"/api/tasks/{person.task_id}")["failure"]
    person.sees(failure["message"])
    person.sees(failure["hint"])
    person.compares()


def test_an_agent_can_be_chosen_and_the_list_shows_tasks_made_elsewhere(person: Person, daemon: DaemonProcess) -> None:
    task_id = person.wishes("Say something", agent="planning")
    assert daemon.get(f"/api/tasks/{task_id}")["assigned_agent"] == "planning"
    person.sees_status("Completed")
    said = daemon.command("run", "Made at the terminal", "--no-follow", "--json")
    assert said.returncode == 0, said.stderr
    expect(person.page.get_by_role("navigation", name="Tasks").get_by_text("Made at the terminal")).to_be_visible()


def test_on_a_phone_a_wish_is_sent_answered_and_stopped(open_page: OpenPage, daemon: DaemonProcess) -> None:
    person = open_page(width=360, height=740).opens()
    person.page.get_by_label("What should be done").fill("Show colours")
    person.presses("Start the task")
    person.opens_its_task()
    person.presses("Allow once")
    person.sees_status("Completed")
    assert person.page.evaluate("document.documentElement.scrollWidth") <= 360
    person.page.get_by_label("Message to the task").fill("Talk for ever")
    person.presses("Start a follow-up")
    person.reads_until("word-002")
    # What does not work says so here as on a wide screen.
    person.context.set_offline(True)
    person.presses("Stop")
    person.sees("Stop did not work.")
    person.context.set_offline(False)
    presses_until_it_works(person, "Stop")
    person.sees_status("Stopped")
    person.compares()
    person.faults.clear()


def presses_until_it_works(person: Person, name: str) -> None:
    """Presses again what is still there after a second: the page may have yet to find its connection back."""
    for _ in range(8):
        person.presses(name)
        with contextlib.suppress(AssertionError):
            expect(person.button(name)).to_have_count(0, timeout=1_500)
            return
    raise AssertionError(f"{name} does not work")
