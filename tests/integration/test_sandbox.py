"""What a command of an agent can reach in the sandbox, asked of the real CLI and the real bubblewrap."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, workbench

from machine.claude.sandbox import probe
from machine.demo.replies import Reply
from machine.domain.definitions import DefinitionFile
from machine.domain.errors import SandboxMissing
from machine.domain.task import TaskStatus
from machine.registry.folders import write_files

pytestmark = pytest.mark.skipif(not probe("auto").active, reason="this computer has no working sandbox")

HIDDEN = "hidden-from-commands"


def an_agent(config: Path, name: str, **fields: str) -> None:
    """One that runs commands without asking. Paths are closed by the sandbox, not by the wording of a command."""
    lines = {"description": "Runs commands.", "allowed_tools": "[Bash]", **fields}
    files = {"agent.yaml": "".join(f"{key}: {value}\n" for key, value in lines.items()), "CLAUDE.md": "Run."}
    write_files(config / "agents" / name, {path: DefinitionFile(text.encode()) for path, text in files.items()})


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Workbench]:
    for name, fields in (("kept-in", {}), ("let-out", {"sandbox": "false", "profile": "trusted"})):
        await asyncio.to_thread(an_agent, tmp_path / "data" / "config", name, **fields)
    async with workbench(tmp_path / "data", ScriptedModel()) as running:
        yield running


async def run(machine: Workbench, command: str, agent: str = "kept-in") -> str:
    """What a command said, seen by the agent."""
    wish = f"Run number {len(machine.model.requests)}."
    machine.model.on(wish, Reply.tool("Bash", {"command": command}), "Done.")
    task = await machine.ended(await machine.submit(wish, agent=agent))
    assert task.status is TaskStatus.COMPLETED, task.failure
    return "".join(piece.text for piece in await machine.outputs(task) if piece.kind == "tool_result")


PLACES = {
    "the database": "db",
    "definitions": "config",
    "credentials": "credentials",
    "the socket of the wardens": "run",
    "other workspaces": "workspaces/other",
    "other homes": "homes/other",
    "other temporary files": "scratch/other",
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
async def test_a_command_reads_and_changes_nothing_in(machine: Workbench, place: str) -> None:
    folder = machine.settings.data_dir / place
    secret = folder / "secret.txt"
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    await asyncio.to_thread(secret.write_text, HIDDEN)
    # Written so that no rule about the wording of commands recognises the path.
    up = f'D=$(dirname "$(dirname "$PWD")"); cd "$D/{place}"'
    said = await run(machine, f"{up}; cat secret.txt; echo changed > secret.txt; rm -f secret.txt; echo ran")
    assert "ran" in said
    assert HIDDEN not in said
    assert await asyncio.to_thread(secret.read_text) == HIDDEN
    assert HIDDEN in await run(machine, f"{up}; cat secret.txt", agent="let-out")


async def test_a_command_works_in_its_workspace_and_keeps_temporary_files(machine: Workbench) -> None:
    said = await run(
        machine,
        "echo mine > mine.txt && cat mine.txt; T=$(mktemp) && echo temp-ok; mkdir -p $XDG_CACHE_HOME && echo cache-ok;"
        " mkdir -p repo && cd repo && git init -q && git -c user.name=a -c user.email=a@b commit -q"
        " --allow-empty -m one && git log --oneline",
    )
    for expected in ("mine", "temp-ok", "cache-ok", "one"):
        assert expected in said


async def test_a_command_changes_nothing_of_its_definition_and_nothing_outside(
    machine: Workbench, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.txt"
    said = await run(
        machine,
        f"touch .claude/planted; echo planted >> CLAUDE.md; echo planted > .mcp.json; U=/; touch ${{U}}{outside};"
        " H=$HOME; echo planted >> $H/.bashrc; echo ran",
    )
    assert "ran" in said
    assert not outside.exists()
    homes = machine.settings.data_dir / "homes"
    workspaces = machine.settings.data_dir / "workspaces"

    def planted() -> list[Path]:
        found = [path for folder in (homes, workspaces) for path in folder.rglob("*") if path.is_file()]
        return [path for path in found if "planted" in path.name + path.read_text(errors="replace")]

    assert await asyncio.to_thread(planted) == []


async def test_a_command_sees_no_process_of_the_daemon_and_no_key_of_the_cli(machine: Workbench) -> None:
    said = await run(
        machine, "P=/pr; cat ${P}oc/*/environ | tr '\\0' '\\n' | grep -c MACHINE_INSTANCE; ls -d ${P}oc/[0-9]* | wc -l"
    )
    assert int(said.split()[-1]) < 20
    said = await run(machine, "env | cut -d= -f1 | sort | tr '\\n' ' '")
    assert "PATH" in said
    assert "ANTHROPIC_API_KEY" not in said


class _Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"answered")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def neighbour() -> Iterator[int]:
    """The port of another server on this computer."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hello)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield int(server.server_address[1])
    server.shutdown()
    server.server_close()


async def test_a_command_does_not_reach_servers_on_this_computer(machine: Workbench, neighbour: int) -> None:
    asking = f"curl -sS --max-time 5 http://127.0.0.1:{neighbour}/; echo ran"
    assert "answered" in await run(machine, asking, agent="let-out")
    said = await run(machine, asking)
    assert "ran" in said
    assert "answered" not in said


async def test_a_machine_that_must_have_a_sandbox_does_not_start_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "no-programs"
    await asyncio.to_thread(empty.mkdir)
    monkeypatch.setenv("PATH", str(empty))
    with pytest.raises(SandboxMissing, match="bwrap and socat cannot be found"):
        async with workbench(tmp_path / "data", ScriptedModel(), sandbox="required"):
            pass
