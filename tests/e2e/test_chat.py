"""What a person does in the chat with the Brain, with the real CLI and a scripted model."""

import asyncio
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, expect
from tests.e2e.hands import OpenPage, Person
from tests.e2e.model_thread import ModelThread
from tests.e2e.reading import running_text, stored_text
from tests.e2e.test_accessibility import faultless
from tests.support.daemon import DaemonProcess
from tests.support.model import ScriptedModel

from machine.demo.model_request import ModelRequest
from machine.demo.replies import Reply, Text, Thinking, ToolUse

TOOL = "mcp__machine__"
STORY = "# A story\n\n" + " ".join(f"word-{number:03d}" for number in range(1, 120))
LONG = "\n\n".join(f"Line {number} of a long answer." for number in range(1, 41)) + "\n\nThat was the whole of it."
# One of three stored messages is loaded first, the others once it is scrolled to; and that it was scrolled, the browser
# says only when there is more already: as it happens when all of it falls between two frames.
LATE_SCROLL = """() => {
  const held = [];
  const fetched = window.fetch;
  window.fetch = (...asked) => {
    const answer = fetched(...asked);
    if (!/\\/api\\/tasks\\/[^/]+\\/events/.test(asked[0].url)) return answer;
    return new Promise((hand) => held.push(() => hand(answer)));
  };
  const begin = () => {
    if (held.length < 3) return requestAnimationFrame(begin);
    const box = document.querySelector('[aria-label="Conversation"]');
    document.addEventListener('scroll', (event) => {
      event.stopImmediatePropagation();
      const more = new MutationObserver(() => {
        more.disconnect();
        box.dispatchEvent(new Event('scroll'));
      });
      more.observe(box, { childList: true, subtree: true });
      held.forEach((hand) => hand());
    }, { capture: true, once: true });
    held.shift()();
  };
  begin();
}"""
WEBHOOK: dict[str, Any] = {
    "name": "gitlab-merge-requests",
    "provider": "gitlab",
    "triggers": [{"events": ["merge_request.open"], "agent": "planning", "prompt": "Review {{ url }}"}],
}
AGENT = {
    "name": "code-review",
    "description": "Looks for mistakes in how errors are handled.",
    "instructions": "Read the diff, then say what is **wrong**.",
    "allowed_tools": ["Bash(git log:*)"],
}
ZIP: FilePayload = {"name": "shop.zip", "mimeType": "application/zip", "buffer": b"PK\x03\x04\xff"}
NOTE: FilePayload = {"name": "tea time.txt", "mimeType": "text/plain", "buffer": b"Oolong at four."}


def reads(request: ModelRequest) -> Reply:
    return Reply.tool("Read", {"file_path": f"{request.working_directory.rstrip('/')}/attachments/tea-time.txt"})


def tells(request: ModelRequest) -> Reply:
    return Reply.text(f"The note says: {request.tool_calls[-1].output}")


def script(held: asyncio.Event) -> ScriptedModel:
    looking = Reply((Thinking("Is there one?"), ToolUse(f"{TOOL}list_webhooks"), ToolUse(f"{TOOL}list_agents")))
    work = {"message": "Work while I am held", "agent": "planning", "title": "A health check"}
    return (
        ScriptedModel("All **done**.")
        .on("gitlab", looking, Reply.tool(f"{TOOL}create_webhook", WEBHOOK), "The webhook is live.")
        .on("give it to", Reply.tool(f"{TOOL}create_task", work), "It has begun.")
        .on("while I am held", Reply((Text("At work now", hold=held),)))
        .on("an agent", Reply.tool(f"{TOOL}create_agent", AGENT, say="I would create this."), "That is settled.")
        .on("story", Reply((Text(STORY, 0.05),)))
        .on("what is in", reads, tells)
        .on("at length", LONG)
    )


@pytest.fixture(scope="module")
def held() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture(scope="module")
def scripted(held: asyncio.Event) -> Iterator[ModelThread]:
    with ModelThread(script(held)) as thread:
        yield thread


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory, scripted: ModelThread) -> Iterator[DaemonProcess]:
    env = {"ANTHROPIC_BASE_URL": scripted.url, "ANTHROPIC_API_KEY": "no-key-is-needed"}
    started = DaemonProcess.start(tmp_path_factory.mktemp("chat") / "data", extra_env=env, arguments=())
    yield started
    started.terminate()


@pytest.fixture
def person(open_page: OpenPage) -> Person:
    return open_page()


def box(person: Person) -> Locator:
    return person.page.get_by_label("Message to the Brain")


def asks(person: Person, message: str) -> str:
    """Begin a conversation; returns its id."""
    person.opens("/chat")
    box(person).fill(message)
    person.presses("Send")
    person.page.wait_for_url(re.compile("/chat/conv_"))
    return person.page.url.rpartition("/")[2]


def card(person: Person, text: str) -> Locator:
    return person.page.get_by_test_id("card").filter(has_text=text)


def newest_task(daemon: DaemonProcess, conversation_id: str) -> str:
    return str(daemon.get(f"/api/chat/{conversation_id}")["items"][0]["task_id"])


def is_answered(daemon: DaemonProcess, conversation_id: str) -> bool:
    return bool(daemon.get(f"/api/chat/{conversation_id}")["items"][0]["status"] == "completed")


def is_not_wider(person: Person) -> bool:
    return bool(person.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_webhook_that_is_asked_for_appears_as_a_card_that_opens_it(person: Person) -> None:
    person.opens("/chat")
    person.page.get_by_role("button", name=re.compile("Create a webhook for GitLab")).click()
    expect(box(person)).to_have_value("Create a webhook for GitLab merge requests")
    expect(box(person)).to_be_focused()
    faultless(person, "a new conversation")
    box(person).press("Enter")
    person.sees("The webhook is live.")
    steps = person.page.get_by_role("button", name="Looked at webhooks, looked at agents")
    expect(steps).to_have_attribute("aria-expanded", "false")
    expect(person.page.get_by_text("list_webhooks")).to_have_count(0)
    expect(person.page.get_by_text(re.compile(r"^\$[\d.]+"))).not_to_have_count(0)
    steps.click()
    expect(person.page.get_by_text("machine · list_webhooks")).to_be_visible()
    faultless(person, "a webhook by chat")
    card(person, "Webhook created").click()
    person.page.wait_for_url("**/webhooks/gitlab-merge-requests")
    person.sees("What to enter at the provider")


def test_a_task_that_the_brain_starts_is_a_card_that_follows_it(
    person: Person, daemon: DaemonProcess, scripted: ModelThread, held: asyncio.Event
) -> None:
    asks(person, "Give it to somebody")
    started = card(person, "Task started")
    expect(started).to_contain_text("A health check")
    expect(started).to_contain_text("Running · planning")
    person.sees("It has begun.")
    scripted.set(held)
    expect(started).to_contain_text("Completed · planning")
    started.click()
    person.page.wait_for_url(re.compile("/tasks/task_"))
    person.sees("At work now")


def test_a_message_to_the_brain_leads_from_its_task_to_the_conversation_and_work_does_not(
    person: Person, daemon: DaemonProcess
) -> None:
    said = daemon.post("/api/chat", {"message": "Good morning"})
    work = daemon.post("/api/tasks", {"message": "Say good morning", "agent": "executor"})
    person.opens(f"/tasks/{work['task_id']}")
    person.sees_status("Completed")
    expect(person.page.get_by_role("link", name="Its conversation")).to_have_count(0)
    person.opens(f"/tasks/{said['task_id']}")
    person.page.get_by_role("link", name="Its conversation").click()
    person.page.wait_for_url(f"**/chat/{said['conversation_id']}")
    person.sees("Good morning")


def test_what_is_said_to_the_brain_is_no_task_in_the_lists_unless_chats_are_wanted(
    person: Person, daemon: DaemonProcess
) -> None:
    said = daemon.post("/api/chat", {"message": "Is it raining"})
    daemon.post("/api/tasks", {"message": "Close the windows", "agent": "executor"})
    rows = person.page.get_by_role("group", name="List of tasks").get_by_role("link")
    side = person.page.get_by_role("navigation", name="Tasks").get_by_role("link")
    person.opens("/tasks")
    expect(rows.filter(has_text="Close the windows")).to_have_count(1)
    expect(side.filter(has_text="Close the windows")).to_have_count(1)
    expect(rows.filter(has_text="Is it raining")).to_have_count(0)
    # What begins while the page is open is kept apart in the same way.
    daemon.post("/api/chat", {"message": "Is it snowing"})
    daemon.post("/api/tasks", {"message": "Open the windows", "agent": "executor"})
    expect(rows.filter(has_text="Open the windows")).to_have_count(1)
    expect(rows.filter(has_text="Is it snowing")).to_have_count(0)
    expect(side.filter(has_text=re.compile("Is it"))).to_have_count(0)
    person.page.get_by_label("With chats").check()
    person.page.wait_for_url("**/tasks?chats=true")
    expect(rows.filter(has_text="Is it snowing")).to_have_count(1)
    faultless(person, "tasks with chats")
    person.page.reload()
    rows.filter(has_text="Is it raining").click()
    person.page.wait_for_url(f"**/chat/{said['conversation_id']}")
    person.page.get_by_role("link", name="Details").click()
    person.page.wait_for_url(f"**/tasks/{said['task_id']}")


def test_before_it_hands_out_rights_the_brain_shows_what_there_would_be(person: Person, daemon: DaemonProcess) -> None:
    def agents() -> set[str]:
        return {str(one["name"]) for one in daemon.get("/api/agents")["items"]}

    conversation_id = asks(person, "Create an agent for reviews")
    asking = person.page.get_by_role("region", name="Create the agent “code-review”?")
    expect(asking).to_contain_text("CLAUDE.md")
    expect(asking).to_contain_text("Bash(git log:*)")
    asking.get_by_role("button", name="Instructions").click()
    expect(asking).to_contain_text("say what is wrong")
    faultless(person, "the Brain asks")
    waiting = person.opens().page.get_by_role("region", name="Tasks that need your answer").get_by_role("link")
    waiting.filter(has_text="Create an agent for reviews").click()
    person.page.wait_for_url(f"**/chat/{conversation_id}")
    asking.get_by_role("button", name="Deny…").click()
    asking.get_by_label("Why not?").fill("We have one.")
    asking.get_by_role("button", name="Deny", exact=True).click()
    person.sees(re.compile("Denied"))
    person.sees("We have one.")
    person.sees("That is settled.")
    assert "code-review" not in agents()

    box(person).fill("Create an agent for reviews all the same")
    box(person).press("Enter")
    person.page.get_by_role("region", name="Create the agent").get_by_role("button", name="Allow").click()
    expect(card(person, "Agent created")).to_contain_text("code-review")
    assert "code-review" in agents()
    expect(person.page.locator("[data-task]")).to_have_count(2)
    card(person, "Agent created").click()
    person.page.wait_for_url("**/agents/code-review")


def test_a_reload_in_the_middle_of_an_answer_misses_nothing(person: Person, daemon: DaemonProcess) -> None:
    conversation_id = asks(person, "Tell me a story")
    person.reads_until("word-010")
    faultless(person, "running")
    person.page.reload()
    person.reads_until("word-119")
    shown = re.sub(r"\s+", " ", running_text(person.page)).strip()
    task_id = newest_task(daemon, conversation_id)
    assert shown == re.sub(r"\s+", " ", stored_text(daemon, task_id)).replace("# A story ", "A story").strip()
    expect(person.button("Stop")).to_have_count(0)


def test_a_conversation_opens_at_its_end_though_its_messages_are_loaded_one_by_one(
    person: Person, daemon: DaemonProcess
) -> None:
    said: dict[str, Any] = {"conversation_id": None}
    for number in range(3):
        message = {"message": f"Tell me at length, {number}", "conversation_id": said["conversation_id"]}
        said = daemon.post("/api/chat", message)
        person.waits(partial(is_answered, daemon, said["conversation_id"]), "the answer to be stored")
    person.page.add_init_script(f"({LATE_SCROLL})()")
    person.opens(f"/chat/{said['conversation_id']}")
    ends = person.page.get_by_text("That was the whole of it.")
    expect(ends).to_have_count(3)
    expect(ends.last).to_be_in_viewport()
    expect(person.button("Jump to latest")).to_have_count(0)
    person.page.get_by_role("group", name="Conversation").hover()
    person.page.mouse.wheel(0, -600)
    person.presses("Jump to latest")
    expect(ends.last).to_be_in_viewport()
    expect(person.button("Jump to latest")).to_have_count(0)


def test_an_answer_is_stopped_and_the_conversation_goes_on(person: Person, daemon: DaemonProcess) -> None:
    conversation_id = asks(person, "Tell me a story")
    person.reads_until("word-003")
    person.presses("Stop")
    expect(person.page.get_by_role("group", name="Conversation").get_by_text("Stopped")).to_be_visible()
    assert daemon.get(f"/api/tasks/{newest_task(daemon, conversation_id)}")["status"] == "cancelled"
    box(person).fill("Thank you")
    box(person).press("Enter")
    person.sees("All done.")
    assert daemon.get(f"/api/chat/{conversation_id}")["conversation"]["messages"] == 2


def test_what_is_sent_without_a_connection_is_refused_and_kept(person: Person) -> None:
    asks(person, "Hello")
    person.sees("All done.")
    person.page.evaluate("() => window.dispatchEvent(new Event('offline'))")
    person.context.set_offline(True)
    box(person).fill("Are you there?")
    expect(box(person)).to_have_attribute("placeholder", "Not connected. What you write is kept.")
    box(person).press("Enter")
    expect(person.page.get_by_role("alert").filter(has_text="Your message was not sent.")).to_be_visible()
    expect(box(person)).to_have_value("Are you there?")
    person.context.set_offline(False)
    person.page.reload()
    expect(box(person)).to_have_value("Are you there?")
    person.presses("Send")
    expect(person.page.locator("[data-task]")).to_have_count(2)
    expect(box(person)).to_have_value("")
    person.faults.clear()


def test_a_conversation_is_renamed_found_and_deleted(person: Person, daemon: DaemonProcess) -> None:
    conversation_id = asks(person, "How is the samovar?")
    person.sees("All done.")
    asks(person, "Another matter")
    person.sees("All done.")
    names = person.page.get_by_role("navigation", name="Conversations")
    expect(names.get_by_role("link")).not_to_have_count(0)
    names.get_by_role("link", name=re.compile("samovar")).hover()
    names.get_by_role("button", name="Rename “How is the samovar?”").click()
    person.page.get_by_label("Name", exact=True).fill("Tea")
    person.page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(names.get_by_role("link", name=re.compile("^Tea"))).to_be_visible()
    person.page.get_by_label("Search conversations").fill("SAMOVAR")
    expect(names.get_by_role("link")).to_have_count(1)
    names.get_by_role("link", name=re.compile("^Tea")).click()
    expect(person.page.get_by_role("heading", name="Tea")).to_be_visible()
    person.page.locator("header").get_by_role("button", name="Rename “Tea”").click()
    faultless(person, "renaming")
    person.page.keyboard.press("Escape")
    person.page.get_by_label("Search conversations").fill("nothing like this")
    person.sees("Nothing fits")
    person.presses("Delete the conversation")
    person.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    person.page.wait_for_url(f"{daemon.url}/chat")
    left = {one["conversation_id"] for one in daemon.get("/api/chat")["items"]}
    assert conversation_id not in left
    person.opens(f"/chat/{conversation_id}")
    person.sees("This conversation could not be loaded.")
    person.page.get_by_role("link", name="Its newest message, as a task").click()
    person.page.wait_for_url("**/tasks/task_*")
    person.sees("How is the samovar?")
    person.faults[:] = [fault for fault in person.faults if "404" not in fault]


def test_a_file_that_is_attached_is_read_by_the_brain(person: Person) -> None:
    person.opens("/chat")
    person.page.get_by_label("Files to attach").set_input_files([NOTE, ZIP])
    person.sees("shop.zip is of a kind that Claude Code cannot read.")
    attached = person.page.get_by_role("list", name="Attached files")
    expect(attached).to_contain_text("tea-time.txt")
    faultless(person, "files")
    person.page.reload()
    expect(attached).to_contain_text("tea-time.txt")
    box(person).fill("What is in it?")
    person.presses("Send")
    person.reads_until("Oolong at four.")
    expect(person.page.locator("[data-task]").get_by_role("list", name="Attached files")).to_contain_text("15 B")
    expect(person.button("Remove tea-time.txt")).to_have_count(0)
    person.faults[:] = [fault for fault in person.faults if "400" not in fault]


def test_a_picture_is_dropped_and_taken_off_again(person: Person) -> None:
    person.opens("/chat")
    box(person).evaluate(
        """(box) => {
          const files = new DataTransfer();
          const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]);
          files.items.add(new File([png], "kettle.png", {type: "image/png"}));
          box.dispatchEvent(new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: files}));
        }"""
    )
    expect(person.page.get_by_role("list", name="Attached files")).to_contain_text("kettle.png")
    person.presses("Remove kettle.png")
    expect(person.page.get_by_role("list", name="Attached files")).to_have_count(0)


def test_the_first_page_and_the_palette_lead_to_the_chat(person: Person) -> None:
    person.opens()
    person.page.get_by_label("What should be done").fill("Hello from the first page")
    person.page.get_by_label("What should be done").press("Enter")
    person.page.wait_for_url(re.compile("/chat/conv_"))
    person.sees("All done.")
    person.page.keyboard.press("Control+k")
    person.page.get_by_role("combobox", name="Search").fill("chat")
    person.page.keyboard.press("Enter")
    person.page.wait_for_url(f"{person.daemon.url}/chat")


def test_on_a_phone_the_chat_has_the_whole_screen_and_the_list_behind_a_button(open_page: OpenPage) -> None:
    person = open_page(width=360, height=740, theme="dark")
    asks(person, "Create a webhook for GitLab merge requests, and a-very-long-word-" + "without-an-end" * 9)
    person.sees("The webhook is live.")
    assert is_not_wider(person)
    expect(person.page.get_by_role("navigation", name="Pages")).to_have_count(0)
    faultless(person, "a chat on a phone")
    person.page.set_viewport_size({"width": 360, "height": 740})
    person.presses("Conversations")
    drawer = person.page.get_by_role("dialog", name="Conversations")
    expect(drawer.get_by_role("link", name=re.compile("Create a webhook"))).not_to_have_count(0)
    assert is_not_wider(person)
    drawer.get_by_role("link", name="New conversation").click()
    expect(drawer).to_have_count(0)
    person.sees("Talk to the machine")
    assert is_not_wider(person)
