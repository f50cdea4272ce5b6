"""The machine as an MCP server: the real CLI as its client, and what the door at /mcp lets in."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.support.api import Served, person, resting_task, served
from tests.support.model import ScriptedModel
from tests.support.workbench import workbench

from machine.demo.replies import Reply
from machine.domain.definitions import DefinitionFile
from machine.domain.events import OutputKind
from machine.domain.principal import Role
from machine.domain.task import TaskStatus
from machine.registry.folders import write_files

ACCEPT = {"accept": "application/json, text/event-stream"}


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


async def ask(client: httpx2.AsyncClient, method: str, **params: Any) -> httpx2.Response:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return await client.post("/mcp", json=body, headers=ACCEPT)


async def call(client: httpx2.AsyncClient, tool: str, /, **arguments: Any) -> tuple[str, bool]:
    """(text, whether it is an error) of what a tool answers."""
    answer = await ask(client, "tools/call", name=tool, arguments=arguments)
    assert answer.status_code == 200, answer.text
    result = answer.json()["result"]
    return result["content"][0]["text"], bool(result.get("isError"))


def clerk(config: Path, url: str, token: str) -> None:
    """An agent that is a client of another machine. Blocking."""
    headers = {"Authorization": f"Bearer {token}"}
    server = {"mcpServers": {"other": {"type": "http", "url": f"{url}/mcp", "headers": headers}}}
    files = {
        "agent.yaml": "description: Asks another machine.\nallowed_tools: [mcp__other]\n",
        "CLAUDE.md": "Ask the other machine.",
        ".mcp.json": json.dumps(server),
    }
    write_files(config / "agents" / "clerk", {path: DefinitionFile(text.encode()) for path, text in files.items()})


async def test_the_real_cli_uses_another_machine_as_its_mcp_server(machine: Served, tmp_path: Path) -> None:
    wish = {"message": "Say hello.", "agent": "planning"}
    model = ScriptedModel().on(
        "ask", Reply.tool("mcp__other__list_agents", {}), Reply.tool("mcp__other__create_task", wish), "Done."
    )
    await asyncio.to_thread(clerk, tmp_path / "client" / "config", machine.url, machine.token)
    async with workbench(tmp_path / "client", model) as client:
        task = await client.ended(await client.submit("Ask the other one.", agent="clerk"))
        assert task.status is TaskStatus.COMPLETED, task.failure
        answers = [one for one in await client.outputs(task) if one.kind is OutputKind.TOOL_RESULT]
        assert [one.is_error for one in answers] == [False, False], [one.text for one in answers]
        assert '"consultant"' in answers[0].text
        started = json.loads(answers[1].text)["task_id"]
    found = await machine.admin.get(f"/api/tasks/{started}")
    assert (found.json()["input_message"], found.json()["source"]) == ("Say hello.", "api")


async def test_without_a_token_the_door_says_how_to_come_in(machine: Served) -> None:
    for client in (machine.client(), machine.client("mct_wrong"), machine.client(**machine.origin)):
        answer = await ask(client, "tools/list")
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    browser = await machine.browser()
    assert (await browser.get("/api/tasks")).status_code == 200
    assert (await ask(browser, "tools/list")).status_code == 401, "a page must not act through it"
    foreign = await ask(machine.client(machine.token, origin="https://evil.example"), "tools/list")
    assert (foreign.status_code, foreign.json()["code"]) == (403, "origin_not_allowed")


async def test_each_token_has_the_rights_of_its_user_and_no_more(machine: Served) -> None:
    _, member = await person(machine, Role.MEMBER)
    _, viewer = await person(machine, Role.VIEWER)
    theirs = await resting_task(machine)
    form = {"name": "greeter", "description": "Greets.", "instructions": "Say hello."}
    for token, written in ((member, "Only administrators"), (viewer, "A viewer may look")):
        client = machine.client(token)
        assert not (await call(client, "list_agents"))[1]
        assert theirs.task_id not in (await call(client, "list_tasks"))[0]
        assert (await call(client, "get_task", task_id=theirs.task_id))[0].startswith("not_found:")
        text, is_error = await call(client, "create_agent", **form)
        assert (is_error, written in text) == (True, True), text
    assert (await call(machine.client(viewer), "create_task", message="Hello."))[0].startswith("forbidden:")
    assert not (await call(machine.admin, "create_agent", **form))[1]
    assert theirs.task_id in (await call(machine.admin, "list_tasks"))[0]


async def test_a_revoked_token_is_out_at_once(machine: Served) -> None:
    administrator = await machine.room.api.people.local_administrator()
    token, secret = await machine.room.api.authenticator.new_token(administrator.user_id, "mcp")
    client = machine.client(secret)
    assert (await ask(client, "tools/list")).status_code == 200
    await machine.room.api.authenticator.revoke_token(token.token_id)
    assert (await ask(client, "tools/list")).status_code == 401


async def test_what_is_wrong_with_a_call_is_an_answer_that_names_the_field(machine: Served) -> None:
    cases: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("create_agent", {"name": "No Name", "description": "x", "instructions": "y"}, "name:"),
        ("create_agent", {"name": "a", "description": "x", "instructions": "y", "mood": "sunny"}, "mood:"),
        ("create_webhook", {"name": "a", "provider": "github", "triggers": [{"events": []}]}, "triggers.0.events:"),
        (
            "create_webhook",
            {"name": "a", "provider": "github", "triggers": [{"events": ["x"], "agent": "No One"}]},
            "agent:",
        ),
        ("get_agent", {"name": "nobody"}, "not_found: There is no agent called 'nobody'."),
        ("delete_webhook", {"name": "nobody"}, "not_found: There is no webhook called 'nobody'."),
        ("no_such_tool", {}, "not_found: There is no tool called 'no_such_tool'."),
    )
    before = sorted(machine.room.api.settings.data_dir.glob("config/**/*.yaml"))
    for name, arguments, told in cases:
        text, is_error = await call(machine.admin, name, **arguments)
        assert (is_error, told in text) == (True, True), text
    assert sorted(machine.room.api.settings.data_dir.glob("config/**/*.yaml")) == before


async def test_a_schedule_is_made_looked_at_and_deleted(machine: Served) -> None:
    wish = {"name": "news", "cron": "0 9 * * MON-FRI", "timezone": "Europe/Berlin", "message": "Read the news."}
    text, is_error = await call(machine.admin, "create_schedule", **wish)
    assert (is_error, len(json.loads(text)["next"])) == (False, 3)
    (listed,) = json.loads((await call(machine.admin, "list_schedules"))[0])["items"]
    assert {name: listed[name] for name in wish} == wish
    text, is_error = await call(machine.admin, "update_schedule", **{**wish, "timezone": "Nowhere/Land"})
    assert (is_error, "timezone" in text) == (True, True)
    assert not (await call(machine.admin, "delete_schedule", name="news"))[1]
    assert json.loads((await call(machine.admin, "list_schedules"))[0])["items"] == []


async def test_answers_are_bounded(machine: Served) -> None:
    long = {"name": "long", "description": "Long.", "instructions": "word " * 30_000}
    assert not (await call(machine.admin, "create_agent", **long))[1]
    assert len((await call(machine.admin, "get_agent", name="long"))[0].encode()) < 60_000
    await resting_task(machine, message="tale " * 30_000)
    for tool in ("list_tasks", "get_task"):
        (listed,) = (await machine.admin.get("/api/tasks")).json()["items"]
        given = {"task_id": listed["task_id"]} if tool == "get_task" else {}
        assert len((await call(machine.admin, tool, **given))[0].encode()) < 60_000


async def test_it_takes_posts_of_json_and_keeps_no_stream_open(machine: Served) -> None:
    assert (await machine.admin.get("/mcp", headers=ACCEPT)).status_code == 405
    assert (await machine.admin.post("/mcp", content=b"{}", headers={"content-type": "text/plain"})).status_code == 415
    large = await machine.admin.post("/mcp", content=b" " * (1024 * 1024 + 1), headers=ACCEPT)
    assert large.status_code == 413


def test_the_library_is_not_imported_at_the_daemons_start() -> None:
    """It and the SDK take 70 MB and a second."""
    code = "import sys, machine.app, machine.api; print([m for m in ('mcp', 'claude_agent_sdk') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.strip() == "[]"
