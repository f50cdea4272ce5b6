"""Cards of calls on the page of a task, as the real CLI sends them: lists of things to do, sub-agents, servers."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect
from tests.e2e.hands import OpenPage
from tests.e2e.model_thread import ModelThread
from tests.e2e.test_accessibility import faultless
from tests.support.daemon import DaemonProcess
from tests.support.model import ScriptedModel

from machine.demo.replies import Reply, Text, ToolUse

WITH_LISTS = "claude-opus-4-7"
"""Claude Code gives newer models no list of things to do."""
AGENT = {"name": "organised", "description": "Keeps a list.", "instructions": "Keep a list.", "model": WITH_LISTS}
LOOK = {"description": "Look around", "prompt": "Look at **every** corner", "subagent_type": "general-purpose"}


def script() -> ScriptedModel:
    steps = (
        ToolUse("TaskCreate", {"subject": "Write the tests", "description": "For the parser of rules"}),
        ToolUse("TaskCreate", {"subject": "Mend the parser", "description": "It forgets commas"}),
        ToolUse("TaskUpdate", {"taskId": "1", "status": "in_progress"}),
        ToolUse("TaskUpdate", {"taskId": "9", "status": "completed"}),
        ToolUse("TaskList", {}),
        ToolUse("Agent", {**LOOK, "run_in_background": False}),
        ToolUse("TaskUpdate", {"taskId": "1", "status": "completed"}),
    )
    return (
        ScriptedModel("Noted.")
        .on("every.* corner", Reply((Text("I look."), ToolUse("Glob", {"pattern": "*"}))), "## Nothing broken")
        .on("in the background", Reply((ToolUse("Agent", LOOK),)), "I wait for it.")
        .on("work on the list", *(Reply((step,)) for step in steps), "All is **done**.")
        .on("which agents", Reply.tool("mcp__machine__get_agent", {"name": "organised"}), "There is one.")
    )


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    with ModelThread(script()) as model:
        env = {"ANTHROPIC_BASE_URL": model.url, "ANTHROPIC_API_KEY": "no-key-is-needed"}
        started = DaemonProcess.start(tmp_path_factory.mktemp("cards") / "data", extra_env=env, arguments=())
        started.post("/api/agents", AGENT)
        yield started
        started.terminate()


def task(daemon: DaemonProcess, message: str) -> str:
    return f"/tasks/{daemon.post('/api/tasks', {'message': message, 'agent': 'organised'})['task_id']}"


def card(page: Locator, text: str) -> Locator:
    return page.locator('[data-kind="tool"]').filter(has_text=text)


def test_a_list_of_things_to_do_and_a_sub_agent_are_read_at_a_glance(
    open_page: OpenPage, daemon: DaemonProcess
) -> None:
    person = open_page(height=2400).opens(task(daemon, "Work on the list"))
    person.sees_status("Completed")
    main = person.page.get_by_role("main")
    listed = card(main, "TaskList").get_by_role("listitem")
    expect(listed).to_have_text(["◐Write the tests (in progress)", "☐Mend the parser (to do)"])
    expect(card(main, "Write the tests: done")).to_be_visible()
    card(main, "#9: done").get_by_role("button").first.click()
    expect(card(main, "#9: done")).to_contain_text("Task not found")
    created = card(main, "TaskCreate").first
    expect(created).not_to_contain_text("created successfully")
    created.get_by_role("button").first.click()
    expect(created).to_contain_text("For the parser of rules")

    agent = card(main, "Look around")
    expect(agent.locator("strong", has_text="every")).to_be_visible()
    expect(agent.get_by_role("heading", name="Nothing broken")).to_be_visible()
    expect(agent).not_to_contain_text("agentId")
    agent.get_by_role("button", name="The sub-agent").click()
    expect(agent.get_by_text("Glob")).to_be_visible()
    faultless(person, "lists and sub-agents")


def test_a_sub_agent_in_the_background_is_followed_to_its_report(open_page: OpenPage, daemon: DaemonProcess) -> None:
    person = open_page(width=360).opens(task(daemon, "Look in the background"))
    person.sees_status("Completed")
    agent = card(person.page.get_by_role("main"), "Look around")
    expect(agent.get_by_role("heading", name="Nothing broken")).to_be_visible()
    expect(person.page.get_by_text("launched successfully")).to_have_count(0)
    agent.get_by_role("button", name="The sub-agent").click()
    expect(agent.get_by_text("I look.")).to_be_visible()
    assert person.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_tool_of_a_server_says_what_it_is_about(open_page: OpenPage, daemon: DaemonProcess) -> None:
    said = daemon.post("/api/chat", {"message": "Which agents are there?"})
    person = open_page(height=1600).opens(f"/tasks/{said['task_id']}")
    person.sees_status("Completed")
    tool = card(person.page.get_by_role("main"), "machine · get_agent")
    expect(tool.get_by_role("button").first).to_contain_text("organised")
    tool.get_by_role("button").first.click()
    expect(tool).to_contain_text("Keeps a list.")
