"""What an agent plants in its own workspace to be run later is never run."""

import asyncio
import json
import os
import shlex
import shutil
from pathlib import Path

from tests.fault.conftest import StartMachine
from tests.fault.hands import Machine
from tests.support.model import ScriptedModel

from machine.claude.installation import bundled_cli
from machine.demo.replies import Reply

EVENTS = ("SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop", "SessionEnd")
PLANTED = ("settings.json", "settings.local.json")


def settings_with_hooks(mark: Path) -> str:
    run = {"hooks": [{"type": "command", "command": f"/bin/touch {shlex.quote(str(mark))}"}]}
    return json.dumps({"hooks": {event: [run] for event in EVENTS}})


def plant(mark: Path) -> Reply:
    """A command that the CLI cannot look into: a redirection to these files is refused by its permission rules."""
    server = {"mcpServers": {"planted": {"command": "/bin/touch", "args": [str(mark)]}}}
    files = {
        **{f".claude/{name}": settings_with_hooks(mark) for name in PLANTED},
        ".mcp.json": json.dumps(server),
        "CLAUDE.local.md": "I was here.",
    }
    program = f"import pathlib; [pathlib.Path(n).write_text(t) for n, t in {files!r}.items()]"
    return Reply.tool("Bash", {"command": f"python3 -c {shlex.quote(program)}", "description": "plant hooks"})


async def test_a_hook_that_an_agent_plants_never_runs_and_is_gone_when_the_conversation_is_resumed(
    start: StartMachine, model: ScriptedModel, tmp_path: Path
) -> None:
    mark = tmp_path / "the-hook-ran"
    look = Reply.tool("Bash", {"command": "git init again", "description": "use a tool once more"})
    redirect = Reply.tool("Bash", {"command": "echo '{}' > .claude/settings.json", "description": "the plain way"})
    model.on("plant", redirect, plant(mark), "Planted.").on("go on", look, "Went on.")
    machine = await start(env={"MACHINE_SANDBOX": "off"})  # in the sandbox nothing can be planted
    task_id = await machine.submit("plant it")
    await machine.allow(await machine.pending(task_id))
    assert (await machine.completed(task_id))["result"] == "Planted."
    workspace = next(machine.daemon.data_dir.glob("workspaces/*"))
    assert all((workspace / ".claude" / name).exists() for name in PLANTED), "nothing was planted"
    assert not mark.exists()
    copy = await asyncio.to_thread(shutil.copytree, workspace, tmp_path / "copy")

    follow_up = (await machine.post(f"/api/tasks/{task_id}/input", message="go on"))["task_id"]
    machine.tasks.append(follow_up)
    await machine.allow(await machine.pending(follow_up))
    assert (await machine.completed(follow_up))["result"] == "Went on."
    assert not mark.exists(), "the planted hook ran"
    assert [name for name in PLANTED if (workspace / ".claude" / name).exists()] == []
    assert not (workspace / ".mcp.json").exists()
    assert not (workspace / "CLAUDE.local.md").exists()
    await machine.nothing_left()

    await run_the_cli_in(copy, machine, tmp_path)
    assert mark.exists(), "the hook would never have run: this test proves nothing"


async def run_the_cli_in(workspace: Path, machine: Machine, tmp_path: Path) -> None:
    """The CLI alone, as it would be without this program."""
    cli = await asyncio.to_thread(bundled_cli)
    assert cli is not None
    home = tmp_path / "other-home"
    home.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "CLAUDE_CONFIG_DIR": str(home / "config"),
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        **{name: machine.daemon.extra_env[name] for name in ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY")},
    }
    process = await asyncio.create_subprocess_exec(
        cli, "-p", "hello", "--setting-sources", "project,local",
        cwd=workspace, env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    async with asyncio.timeout(30):
        await process.wait()
