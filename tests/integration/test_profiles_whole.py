"""What each profile gives, asked of the real CLI in the real sandbox."""

import asyncio
import json
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.integration.test_webhook_profile import SERVER
from tests.support.api import served
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, workbench

from machine.claude.sandbox import probe
from machine.cli.tasks import task_text
from machine.demo.replies import Reply
from machine.domain.definitions import DefinitionFile
from machine.domain.profile import PROFILE, Profile
from machine.domain.task import Task, TaskStatus
from machine.registry.folders import write_files

sandboxed = pytest.mark.skipif(not probe("auto").active, reason="this computer has no working sandbox")
TOKEN = "a-token-for-nobody"


def an_agent(config: Path, name: str, yaml: str, **more: str) -> None:
    files = {"agent.yaml": f"description: Runs commands.\nallowed_tools: [Bash]\n{yaml}", "CLAUDE.md": "Run.", **more}
    write_files(config / "agents" / name, {path: DefinitionFile(text.encode()) for path, text in files.items()})


class _Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"answered")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def neighbour() -> Iterator[int]:
    """The port of another server on this computer, which stands for all servers there are."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hello)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield int(server.server_address[1])
    server.shutdown()
    server.server_close()


AGENTS = {
    "standard": "",
    "quiet": "permission_mode: dontAsk\n",
    "offline": "network: none\n",
    "listed": "network: [127.0.0.1]\n",
    "free": "profile: trusted\nsandbox: false\nvariables: [TOKEN]\n",
}


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Workbench]:
    for name, yaml in AGENTS.items():
        await asyncio.to_thread(an_agent, tmp_path / "data" / "config", name, yaml)
    async with workbench(tmp_path / "data", ScriptedModel()) as running:
        yield running


async def called(
    machine: Workbench, agent: str, tool: str, arguments: dict[str, str], **wish: object
) -> tuple[Task, str]:
    """The task, and what the tool said, as the agent has seen it."""
    words = f"Wish number {len(machine.model.requests)}."
    machine.model.on(words, Reply.tool(tool, arguments), "Done.")
    task = await machine.ended(await machine.submit(words, agent=agent, **wish))
    assert task.status is TaskStatus.COMPLETED, task.failure
    return task, "".join(piece.text for piece in await machine.outputs(task) if piece.kind == "tool_result")


async def ran(machine: Workbench, agent: str, command: str, **wish: object) -> str:
    return (await called(machine, agent, "Bash", {"command": command}, **wish))[1]


def ask(host: str, port: int) -> str:
    """Through the sandbox's own proxy, whatever the environment says should not go through it."""
    return f"curl -sS --noproxy '' --max-time 8 http://{host}:{port}/ 2>&1; echo ran"


@sandboxed
@pytest.mark.parametrize("agent", ["standard", "quiet", "offline"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_no_command_reaches_this_computer_through_the_proxy(
    machine: Workbench, neighbour: int, agent: str, host: str
) -> None:
    said = await ran(machine, agent, ask(host, neighbour))
    assert "ran" in said
    assert "answered" not in said
    assert await machine.room.api.tasks.approvals(task_id=None) == ()  # and nobody was asked whether it may
    assert "answered" in await ran(machine, "free", ask(host, neighbour))


@sandboxed
async def test_where_hosts_are_listed_a_command_reaches_those_and_no_others(machine: Workbench, neighbour: int) -> None:
    assert "answered" in await ran(machine, "listed", ask("127.0.0.1", neighbour))
    assert "answered" not in await ran(machine, "listed", ask("localhost", neighbour))


@pytest.mark.parametrize(
    ("agent", "url"),
    [("standard", "http://localhost:1/"), ("listed", "https://example.com/"), ("offline", "https://a.example/")],
)
async def test_fetching_keeps_to_the_same_hosts(machine: Workbench, agent: str, url: str) -> None:
    _, said = await called(machine, agent, "WebFetch", {"url": url, "prompt": "Read."})
    assert "was refused" in said or "No such tool" in said or "not enabled" in said


async def test_an_agent_that_asks_nobody_still_does_only_what_was_allowed_before(machine: Workbench) -> None:
    _, said = await called(machine, "quiet", "Write", {"file_path": "here.txt", "content": "x"})
    assert "nobody is asked" in said


@sandboxed
async def test_a_trusted_agent_stays_in_the_sandbox_where_its_task_is_standard(
    machine: Workbench, neighbour: int
) -> None:
    look = ask("127.0.0.1", neighbour)
    assert "answered" in await ran(machine, "free", look)
    assert "answered" not in await ran(machine, "free", look, source_metadata={PROFILE: "standard"})


async def test_an_untrusted_task_gets_no_variable_no_server_no_hook_and_no_network(tmp_path: Path) -> None:
    data, server = tmp_path / "data", tmp_path / "server.py"
    mark = f"touch {tmp_path}/hooked"
    hooks = {"hooks": {"UserPromptSubmit": [{"hooks": [{"type": "command", "command": mark}]}]}}
    start = [str(server), str(tmp_path / "sent")]
    await asyncio.to_thread(server.write_text, f"open({str(tmp_path / 'started')!r}, 'w').write('x')\n{SERVER}")
    more = {
        ".claude/settings.json": json.dumps(hooks),
        ".mcp.json": json.dumps({"mcpServers": {"post": {"command": sys.executable, "args": start}}}),
    }
    await asyncio.to_thread(an_agent, data / "config", "free", AGENTS["free"], **more)
    async with workbench(data, ScriptedModel()) as machine:
        await machine.room.api.variables.set("TOKEN", TOKEN, machine.principal)
        for tool, arguments in (
            ("Bash", {"command": "env > env.txt"}),
            ("WebFetch", {"url": "https://example.com", "prompt": "Read."}),
        ):
            task, said = await called(machine, "free", tool, arguments, source_metadata={PROFILE: "untrusted"})
            assert task.profile is Profile.UNTRUSTED
            assert not list((data / "workspaces" / task.workspace).rglob("env.txt"))
            assert "No such tool" in said
        assert not (tmp_path / "started").exists()
        assert not (tmp_path / "hooked").exists()
        task, _ = await called(machine, "free", "Bash", {"command": "env > env.txt"})
        assert TOKEN in await asyncio.to_thread((data / "workspaces" / task.workspace / "env.txt").read_text)
        assert (tmp_path / "started").exists()
        assert (tmp_path / "hooked").exists()


async def test_what_follows_a_task_is_never_wider_than_it(machine: Workbench) -> None:
    manager = machine.room.engine.manager
    task = await machine.ended(await machine.submit("Go.", agent="free", source_metadata={PROFILE: "standard"}))
    assert task.profile is Profile.STANDARD
    after = await manager.send_input(task.task_id, "Go on.", principal=machine.principal)
    assert (await machine.ended(after)).profile is Profile.STANDARD
    assert (await manager.retry(task.task_id, machine.principal)).profile is Profile.STANDARD
    again = await manager.retry(after.task_id, machine.principal)
    assert again.profile is Profile.STANDARD
    plan = machine.room.engine.new_tasks.from_plan(task, "Do it.", machine.principal)
    assert plan.profile is Profile.STANDARD
    fresh = await machine.ended(await machine.submit("Go.", agent="free"))
    assert fresh.profile is Profile.TRUSTED


async def test_a_limit_that_nothing_could_hold_is_refused_with_what_to_do(tmp_path: Path) -> None:
    await asyncio.to_thread(an_agent, tmp_path / "data" / "config", "offline", AGENTS["offline"])
    async with workbench(tmp_path / "data", ScriptedModel(), sandbox="off") as machine:
        task = await machine.ended(await machine.submit("Go.", agent="offline"))
        assert task.failure is not None
        assert "limits its network" in task.failure.message
        assert "take `network` out" in task.failure.message
        assert machine.model.requests == []


async def test_the_profile_is_seen_in_previews_in_tasks_and_on_the_command_line(tmp_path: Path) -> None:
    form = {"name": "free", "description": "Does.", "instructions": "Do.", "profile": "trusted", "sandbox": False}
    async with served(tmp_path / "data") as machine:
        preview = (await machine.admin.post("/api/agents/preview", json=form)).json()
        assert preview["profile"] == "trusted"
        assert any("sandbox false" in warning for warning in preview["warnings"])
        refused = await machine.admin.post("/api/agents/preview", json={**form, "profile": "standard"})
        assert refused.status_code == 422
        assert "write `profile: trusted`" in refused.text
        assert (await machine.admin.post("/api/agents", json=form)).json()["settings"]["profile"] == "trusted"
        for agent, profile in (("free", "trusted"), ("planning", "standard")):
            made = (await machine.admin.post("/api/tasks", json={"message": "Go.", "agent": agent})).json()
            task = (await machine.admin.get(f"/api/tasks/{made['task_id']}")).json()
            assert (made["profile"], task["profile"]) == (profile, profile)
            assert ["profile", profile] in [line.split() for line in task_text(task).splitlines()]
