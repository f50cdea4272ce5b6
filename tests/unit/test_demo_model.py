"""The demo model and the server it runs on, over HTTP and under the real CLI."""

import asyncio
import importlib.util
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.support.model import ScriptedModel

from machine.demo import DEMO_ALLOWED_TOOLS, MARKER, MODEL_NAME, DemoModel, ModelServer
from machine.demo.model_request import MessagesBody, ModelRequest
from machine.demo.parts import PERMISSION_COMMAND, SLOW_WORDS, WORD_DELAY_SECONDS
from machine.demo.replies import Answer, ApiError, Reply, Text, ToolUse

INTERRUPTED = "[Tool call interrupted: the session ended before this call's result was recorded.]"


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "text", "text": text}]}


def said(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": [{"type": "text", "text": text}]}


def called(name: str, output: str, *, is_error: bool = False, **tool_input: Any) -> list[dict[str, Any]]:
    """A tool call and its result, as two messages."""
    tool_use_id = f"toolu_{name}_{len(output)}"
    return [
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": tool_use_id, "name": name, "input": tool_input}],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": tool_use_id, "content": output, "is_error": is_error},
                {"type": "text", "text": "<system-reminder>demo:fail</system-reminder>"},
            ],
        },
    ]


def asked(messages: Sequence[dict[str, Any]], *, system: str = "", tools: Sequence[Any] = ()) -> ModelRequest:
    raw = {"model": MODEL_NAME, "messages": list(messages), "system": system, "tools": list(tools)}
    return ModelRequest(MessagesBody.model_validate(raw), raw)


def demo(*messages: dict[str, Any], system: str = "", tools: Sequence[Any] = ()) -> Answer:
    return DemoModel().reply(asked(messages, system=system, tools=tools))


def words_of(answer: Answer) -> str:
    assert isinstance(answer, Reply)
    return " ".join(block.text for block in answer.blocks if isinstance(block, Text))


def call_of(answer: Answer) -> ToolUse:
    assert isinstance(answer, Reply)
    return next(block for block in answer.blocks if isinstance(block, ToolUse))


def test_a_word_in_the_system_prompt_or_in_an_earlier_message_does_nothing() -> None:
    answer = demo(user("demo:fail"), said("It failed."), user("hello"), system="say demo:ask to be asked")
    assert "I read your message: “hello”" in words_of(answer)


def test_a_word_in_what_the_cli_put_into_the_message_does_nothing() -> None:
    answer = demo(user("<system-reminder>demo:fail</system-reminder>\nhello"))
    assert MARKER in words_of(answer)


def test_slow_takes_twenty_seconds_of_words() -> None:
    answer = demo(user("please demo:slow"))
    assert len(words_of(answer).split()) * WORD_DELAY_SECONDS == pytest.approx(20.0)
    assert words_of(answer).startswith(MARKER)


def test_slow_told_to_continue_says_only_what_is_left() -> None:
    cut = words_of(demo(user("demo:slow"), user("Continue where you left off.")))
    assert len(cut.split()) < SLOW_WORDS / 2
    known = words_of(demo(user("demo:slow"), said("word-001 word-088"), user("Continue where you left off.")))
    assert "word-089" in known
    assert "word-088" not in known


def test_fail_is_an_error_that_nobody_retries() -> None:
    answer = demo(user("demo:fail"))
    assert isinstance(answer, ApiError)
    assert answer.status == 400


def test_ask_reports_the_choice() -> None:
    assert call_of(demo(user("demo:ask"))).name == "AskUserQuestion"
    result = 'Your questions have been answered: "Which colour should the button have?"="Green". You can now continue'
    assert "You chose: Green." in words_of(demo(user("demo:ask"), *called("AskUserQuestion", result)))


def test_a_question_that_was_cut_off_is_asked_again_with_the_same_input() -> None:
    first = call_of(demo(user("demo:ask")))
    cut = called("AskUserQuestion", INTERRUPTED, is_error=True)
    again = call_of(demo(user("demo:ask"), *cut, said("No response requested."), user("Continue where you left off.")))
    assert (again.name, again.input) == (first.name, first.input)


def test_permission_tells_a_denial_from_a_command_that_ran_and_failed() -> None:
    assert call_of(demo(user("demo:permission"))).input["command"] == PERMISSION_COMMAND
    denied = demo(user("demo:permission"), *called("Bash", "not today", is_error=True))
    assert "was denied" in words_of(denied)
    failed = demo(user("demo:permission"), *called("Bash", "Exit code 1", is_error=True))
    assert "was allowed" in words_of(failed)


def test_edit_writes_into_the_working_directory_the_cli_names() -> None:
    answer = demo(user("demo:edit"), system=" - Primary working directory: /srv/some place\n - Platform: linux")
    assert call_of(answer).input["file_path"] == "/srv/some place/demo-notes.md"


def test_edit_gives_up_after_two_refusals() -> None:
    refused = called("Write", "not allowed", is_error=True)
    read = called("Read", "text")
    answer = demo(user("demo:edit"), *refused, *read, *called("Write", "still not", is_error=True))
    assert "could not write" in words_of(answer)


def test_the_end_of_a_background_command_does_not_start_the_part_again() -> None:
    woken = user("<system-reminder>\n<task-notification>done</task-notification>\n</system-reminder>")
    answer = demo(user("demo:background"), *called("Bash", "running with ID: b1"), said("…"), woken)
    assert "has ended" in words_of(answer)


def test_asked_to_route_it_names_the_default_agent_whatever_the_message_says() -> None:
    schema = {
        "type": "object",
        "properties": {"agent": {"type": "string"}, "reason": {"type": "string"}},
        "required": ["agent", "reason"],
    }
    tool = {"name": "StructuredOutput", "input_schema": schema}
    answer = DemoModel(default_agent="consultant").reply(asked([user("Who takes this? demo:fail")], tools=[tool]))
    assert call_of(answer).input["agent"] == "consultant"
    assert set(call_of(answer).input) == {"agent", "reason"}


def test_the_webhook_is_created_only_with_a_tool_that_was_offered() -> None:
    wish = user("Create a webhook for GitLab merge requests")
    assert "cannot create the webhook" in words_of(demo(wish))
    offered = demo(wish, tools=[{"name": "mcp__machine__create_webhook"}])
    assert call_of(offered).input["provider"] == "gitlab"


DASHBOARD = Path(__file__).parents[2] / "dashboard" / "src"
MACHINE_TOOLS = ("create_webhook", "create_agent", "create_schedule", "create_task", "list_tasks")


def offered() -> list[dict[str, Any]]:
    return [{"name": f"mcp__machine__{name}"} for name in MACHINE_TOOLS]


def examples() -> list[str]:
    """What the dashboard offers to somebody who tries the demo."""
    pages = [DASHBOARD / "home" / "start.tsx", DASHBOARD / "chat" / "pages.tsx"]
    return [found for page in pages for found in re.findall(r'\bmessage:\s*"([^"]+)"', page.read_text("utf-8"))]


@pytest.mark.parametrize("prompt", examples())
def test_every_example_of_the_dashboard_has_an_answer_of_its_own(prompt: str) -> None:
    answer = demo(user(prompt), tools=offered())
    assert not isinstance(answer, Reply) or "A real model would now work on it" not in words_of(answer)


def test_the_examples_of_both_pages_are_found() -> None:
    assert len(examples()) >= 8


@pytest.mark.parametrize(
    ("wish", "tool", "given"),
    [
        ("Create an agent that reads logs", "create_agent", {"name": "demo-reads-logs"}),
        ("Every weekday at nine, say what is open", "create_schedule", {"cron": "0 9 * * 1-5"}),
        ("What is running now?", "list_tasks", {"limit": 50}),
        ("Start a task that tidies up", "create_task", {"agent": "planning"}),
    ],
)
def test_the_brain_uses_the_tool_for_what_is_wished(wish: str, tool: str, given: dict[str, Any]) -> None:
    call = call_of(demo(user(wish), tools=offered()))
    assert call.name == f"mcp__machine__{tool}"
    assert given.items() <= call.input.items()
    assert isinstance(demo(user(wish)), Reply)
    assert "A real model would" in words_of(demo(user(wish)))


def test_the_brain_tells_what_a_tool_answered() -> None:
    def told(wish: str, tool: str, answer: object, *, is_error: bool = False) -> str:
        output = answer if isinstance(answer, str) else json.dumps(answer)
        name = f"mcp__machine__{tool}"
        return words_of(demo(user(wish), *called(name, output, is_error=is_error), tools=offered()))

    tasks = [
        {"title": "Tidy", "status": "waiting_input", "agent": "planning"},
        {"title": "What is running", "status": "running", "agent": "brain"},
    ]
    standing = told(
        "What is running now?", "list_tasks", f"Words of others: <data>{json.dumps({'items': tasks})}</data>"
    )
    assert "1 waiting input" in standing
    assert "- Tidy" in standing
    assert "running" not in standing
    assert "no task yet" in told("What is running now?", "list_tasks", {"items": []})
    assert "demo-x is there" in told("Create an agent for x", "create_agent", {"saved": "demo-x"})
    assert "That was not done: no right" in told("Create an agent for x", "create_agent", "no right", is_error=True)
    assert "It is done." in told("Create an agent for x", "create_agent", "hm")


def test_a_nudge_after_an_interrupt_goes_on_with_the_part_that_was_interrupted() -> None:
    messages = (user("demo:slow"), user("[Request interrupted by user]"), user("continue"))
    assert "word-093" in words_of(demo(*messages))


def test_a_message_merged_into_a_running_turn_is_read_as_an_interjection() -> None:
    note = "The user sent a new message while you were working:\nuse blue\n\nThis is how Claude Code surfaces it."
    request = asked([user("start"), *called("Bash", "ok"), {"role": "system", "content": note}])
    assert request.interjections == ("use blue",)
    assert request.last_user_text == "start"


async def test_a_stream_has_the_events_of_the_messages_api_in_order() -> None:
    script = ScriptedModel(Reply((Text("one two"), ToolUse("Bash", {"command": "ls"}))))
    async with script.serve() as url, httpx2.AsyncClient() as client:
        answer = await client.post(f"{url}/v1/messages", json={"stream": True, "messages": [user("hi")]})
    events = [line.removeprefix("event: ") for line in answer.text.splitlines() if line.startswith("event: ")]
    assert events[0] == "message_start"
    assert events[-2:] == ["message_delta", "message_stop"]
    assert events.count("content_block_start") == events.count("content_block_stop") == 2
    data = [json.loads(line.removeprefix("data: ")) for line in answer.text.splitlines() if line.startswith("data: ")]
    assert data[-2]["delta"]["stop_reason"] == "tool_use"
    assert data[-2]["usage"]["output_tokens"] > 0


async def test_without_stream_the_answer_is_one_document() -> None:
    async with ScriptedModel("Hello.").serve() as url, httpx2.AsyncClient() as client:
        answer = (await client.post(f"{url}/v1/messages", json={"messages": [user("hi")]})).json()
    assert answer["content"] == [{"type": "text", "text": "Hello."}]
    assert answer["stop_reason"] == "end_turn"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("HEAD", "/", 200),
        ("GET", "/v1/messages", 404),
        ("POST", "/v1/messages", 400),
        ("GET", "/api/hello", 404),
        ("POST", "/v1/messages/count_tokens", 400),
    ],
)
async def test_everything_else_is_answered_sensibly(method: str, path: str, status: int) -> None:
    async with ModelServer(DemoModel()).serve() as url, httpx2.AsyncClient() as client:
        answer = await client.request(method, f"{url}{path}", content=b"{nonsense")
    assert answer.status_code == status


async def test_a_script_that_fails_says_so_instead_of_hanging() -> None:
    def broken(_request: ModelRequest) -> Answer:
        raise LookupError("no such answer")

    async with ScriptedModel(broken).serve() as url, httpx2.AsyncClient() as client:
        answer = await client.post(f"{url}/v1/messages", json={"messages": [user("hi")]})
    assert answer.status_code == 400
    assert "no such answer" in answer.text


async def test_a_held_answer_goes_on_when_the_test_says_so() -> None:
    hold = asyncio.Event()
    script = ScriptedModel(Reply((Text("one two", hold=hold),)))
    async with script.serve() as url, httpx2.AsyncClient() as client:
        request = client.build_request("POST", f"{url}/v1/messages", json={"stream": True, "messages": [user("hi")]})
        answer = await client.send(request, stream=True)
        lines = answer.aiter_lines()
        assert await _until(lines, "one")
        hold.set()
        assert await _until(lines, "two")
        await answer.aclose()


async def test_closing_the_server_ends_answers_in_progress_at_once() -> None:
    script = ScriptedModel(Reply((Text("one two", hold=asyncio.Event()),)))
    async with httpx2.AsyncClient() as client:
        async with asyncio.timeout(1.5), script.serve() as url:
            body = {"stream": True, "messages": [user("hi")]}
            answer = await client.send(client.build_request("POST", f"{url}/v1/messages", json=body), stream=True)
            assert await _until(answer.aiter_lines(), "one")
        await answer.aclose()


async def test_the_real_cli_runs_the_edit_part(tmp_path: Path) -> None:
    async with ModelServer(DemoModel()).serve() as url:
        result = await run_cli(tmp_path, url, "demo:edit")
    assert result["is_error"] is False
    assert result["result"].endswith(MARKER)
    assert result["total_cost_usd"] > 0
    assert MARKER in (tmp_path / "work" / "demo-notes.md").read_text()


async def test_the_real_cli_fails_at_once_with_the_fail_part(tmp_path: Path) -> None:
    async with ModelServer(DemoModel()).serve() as url:
        result = await run_cli(tmp_path, url, "demo:fail")
    assert result["is_error"] is True
    assert "demo:fail" in result["result"]


async def test_the_allow_rules_do_not_cover_the_command_that_asks(tmp_path: Path) -> None:
    async with ModelServer(DemoModel()).serve() as url:
        result = await run_cli(tmp_path, url, "demo:permission")
    assert [denial["tool_name"] for denial in result["permission_denials"]] == ["Bash"]
    assert "was denied" in result["result"]


async def run_cli(folder: Path, base_url: str, message: str) -> dict[str, Any]:
    """Run the bundled CLI once, with a home of its own, and return its result."""
    spec = importlib.util.find_spec("claude_agent_sdk")
    assert spec is not None
    assert spec.origin is not None
    cli = Path(spec.origin).parent / "_bundled" / "claude"
    for name in ("home", "config", "work"):
        (folder / name).mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "CLAUDE_CONFIG_DIR": str(folder / "config"),
        "ANTHROPIC_BASE_URL": base_url,
        "ANTHROPIC_API_KEY": "dummy",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }
    arguments = ["-p", message, "--output-format", "json", "--model", MODEL_NAME, "--permission-mode", "acceptEdits"]
    process = await asyncio.create_subprocess_exec(
        str(cli),
        *arguments,
        "--allowedTools",
        ",".join(DEMO_ALLOWED_TOOLS),
        cwd=folder / "work",
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(60):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    result: dict[str, Any] = json.loads(output)
    return result


async def _until(lines: Any, text: str) -> bool:
    async with asyncio.timeout(5):
        async for line in lines:
            if text in line:
                return True
    return False
