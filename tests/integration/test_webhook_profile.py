"""What a task of the untrusted profile can do, asked of the real CLI."""

import asyncio
import json
import sys
from pathlib import Path

from tests.support.model import ScriptedModel
from tests.support.workbench import workbench

from machine.demo.replies import Reply
from machine.domain.definitions import DefinitionFile
from machine.domain.task import TaskStatus
from machine.registry.folders import write_files

LOOKING = {"Read", "Glob", "Grep", "DeferredToolPlaceholder"}
"""The last one does nothing: the CLI puts it in where it has tools that it offers later."""
UNTRUSTED = {"profile": "untrusted"}


SERVER = """
import json, pathlib, sys
for line in sys.stdin:
    asked = json.loads(line)
    if asked["method"] == "tools/call":
        pathlib.Path(sys.argv[1]).touch()
    tools = [{"name": "send", "description": "Sends.", "inputSchema": {"type": "object"}}]
    server = {"name": "post", "version": "1"}
    about = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": server}
    sent = {"content": [{"type": "text", "text": "Sent."}]}
    results = {"initialize": about, "tools/list": {"tools": tools}, "tools/call": sent}
    if "id" in asked:
        result = results.get(asked["method"], {})
        print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}), flush=True)
"""


def powerful_agent(config: Path) -> None:
    """An agent that allows itself everything, in all the ways there are."""
    allowed = "allowed_tools: [Bash, Write, mcp__post__send]"
    files = {
        "agent.yaml": f"description: Does all.\npermission_mode: acceptEdits\n{allowed}\n",
        "CLAUDE.md": "Do all.",
        ".claude/settings.json": '{"permissions": {"allow": ["Bash", "Write", "WebFetch", "mcp__post"]}}',
    }
    server = config.parent.parent / "server.py"
    server.write_text(SERVER)
    files[".mcp.json"] = json.dumps(
        {"mcpServers": {"post": {"command": sys.executable, "args": [str(server), str(server.with_name("sent"))]}}}
    )
    content = {path: DefinitionFile(text.encode()) for path, text in files.items()}
    write_files(config / "agents" / "powerful", content)


async def test_an_untrusted_task_gets_tools_to_look_with_and_no_others(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await asyncio.to_thread(powerful_agent, data / "config")
    model = ScriptedModel("Seen.")
    async with workbench(data, model) as machine:
        trusted = await machine.ended(await machine.submit("Look.", agent="powerful"))
        assert trusted.status is TaskStatus.COMPLETED, trusted.failure
        assert {"Bash", "Write"} <= model.requests[-1].tools
        task = await machine.ended(await machine.submit("Look.", agent="powerful", source_metadata=UNTRUSTED))
        assert task.status is TaskStatus.COMPLETED, task.failure
        assert "Read" in model.requests[-1].tools
        assert model.requests[-1].tools <= LOOKING


async def test_an_untrusted_task_that_calls_a_tool_all_the_same_is_refused_and_writes_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await asyncio.to_thread(powerful_agent, data / "config")
    model = ScriptedModel().on("write", Reply.tool("Bash", {"command": "touch was-here"}), "It did not work.")
    async with workbench(data, model) as machine:
        await machine.room.api.tasks.add_permission_rules("powerful", ["Bash"], "user_1", machine.room.api.clock())
        task = await machine.ended(await machine.submit("write", agent="powerful", source_metadata=UNTRUSTED))
        assert task.status is TaskStatus.COMPLETED, task.failure
        assert not (data / "workspaces" / task.workspace / "was-here").exists()
        trusted = await machine.ended(await machine.submit("write", agent="powerful"))
        assert (data / "workspaces" / trusted.workspace / "was-here").exists()


async def test_the_tools_of_its_agents_servers_are_closed_to_an_untrusted_task(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await asyncio.to_thread(powerful_agent, data / "config")
    model = ScriptedModel().on("send", Reply.tool("mcp__post__send", {}), "It was tried.")
    async with workbench(data, model) as machine:
        task = await machine.ended(await machine.submit("send", agent="powerful", source_metadata=UNTRUSTED))
        assert task.status is TaskStatus.COMPLETED, task.failure
        assert not (tmp_path / "sent").exists()
        task = await machine.ended(await machine.submit("send", agent="powerful"))
        assert task.status is TaskStatus.COMPLETED, task.failure
        assert (tmp_path / "sent").exists()


async def test_what_goes_on_in_its_conversation_stays_untrusted(tmp_path: Path) -> None:
    model = ScriptedModel("Seen.")
    async with workbench(tmp_path / "data", model) as machine:
        task = await machine.ended(await machine.submit("Look.", source_metadata={**UNTRUSTED, "webhook": "issues"}))
        after = await machine.room.engine.manager.send_input(task.task_id, "Go on.", principal=machine.principal)
        assert after.task_id != task.task_id
        assert after.source_metadata == UNTRUSTED
        await machine.ended(after)
        assert model.requests[-1].tools <= LOOKING
        retried = await machine.room.engine.manager.retry(task.task_id, machine.principal)
        assert retried.source_metadata["profile"] == "untrusted"
        await machine.ended(retried)
