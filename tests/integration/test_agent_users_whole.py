"""Agents as users of their own: a real steward, a real daemon that is not root, the real CLI with its sandbox off."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr
from tests.fault.hands import Machine, running_with
from tests.support.account_server import AccountServer
from tests.support.daemon import DaemonProcess
from tests.support.git_server import git_server
from tests.support.model import ScriptedModel

import machine
from machine.claude.sandbox import probe
from machine.demo.replies import Reply
from machine.domain.definitions import DefinitionFile
from machine.registry.folders import write_files

DAEMON, FIRST, LAST = 64123, 64200, 64299


def python_of_others() -> tuple[str, dict[str, str]] | None:
    """An interpreter that a user who is not root can run this program with, and what it needs in its environment."""
    path = os.pathsep.join((str(Path(machine.__file__).parents[1]), sysconfig.get_path("purelib")))
    for python, env in ((sys.executable, {}), ("/usr/bin/python3", {"PYTHONPATH": path})):
        try:
            subprocess.run(
                (python, "-c", f"import machine.cli, sys; assert sys.version_info[:2] == {sys.version_info[:2]}"),
                env=env, user=DAEMON, group=DAEMON, extra_groups=(), cwd="/", check=True, capture_output=True,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError):
            continue
        return python, env
    return None


PYTHON = python_of_others() if sys.platform.startswith("linux") and os.geteuid() == 0 else None
pytestmark = pytest.mark.skipif(PYTHON is None, reason="needs root on Linux, and a Python that other users can run")
HIDDEN = "hidden-from-agents"


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that other users can pass through, which pytest's own is not."""
    made = Path(tempfile.mkdtemp(prefix="machine-users-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel("Done.")


@pytest.fixture
async def below(folder: Path, model: ScriptedModel) -> AsyncIterator[Machine]:
    async with model.serve() as url:
        made = await asyncio.to_thread(a_machine, folder, ANTHROPIC_BASE_URL=url, ANTHROPIC_API_KEY="no-key-is-needed")
        yield await made.start()
        await made.close()


def a_machine(folder: Path, sandbox: str = "false", users: str = f"{FIRST}-{LAST}", **env: str) -> Machine:
    """Below a steward, with an agent `free` that runs commands unasked, and in no sandbox if not told otherwise."""
    data = folder / "data"
    files = {
        "agent.yaml": DefinitionFile(
            f"description: Runs.\nallowed_tools: [Bash]\nprofile: trusted\nsandbox: {sandbox}\n".encode()
        ),
        "CLAUDE.md": DefinitionFile(b"Run.\n"),
    }
    write_files(data / "config" / "agents" / "free", files)
    for path in (data, *data.rglob("*")):
        path.chmod(0o755)  # as a person leaves it who brings definitions from elsewhere
        os.chown(path, DAEMON, DAEMON)
    assert PYTHON is not None
    python, needs = PYTHON
    made = Machine(data, env={"MACHINE_SANDBOX": "off", **needs, **env})
    made.daemon.python = python
    steward = (python, "-m", "machine.claude.steward", "--user", str(DAEMON))
    made.daemon.prefix = (*steward, "--agents", users, "--")
    return made


async def run(below: Machine, model: ScriptedModel, command: str) -> str:
    """What a command of an agent said."""
    wish = f"Run number {len(below.tasks)}."
    model.on(wish, Reply.tool("Bash", {"command": command}), "Done.")
    task_id = await below.submit(wish, agent="free")
    await below.completed(task_id)
    return "".join(piece["text"] for piece in await below.outputs(task_id, "tool_result"))


async def test_an_agent_reaches_nothing_but_its_own(below: Machine, model: ScriptedModel) -> None:
    data = below.daemon.data_dir
    daemon = psutil.Process(below.daemon.written["pid"])
    assert daemon.uids().real == daemon.uids().saved == DAEMON
    assert "ran" in await run(
        below, model, f"id -u; echo {HIDDEN} > note; mkdir -p deep; echo {HIDDEN} > deep/note; echo ran"
    )
    (other,) = await asyncio.to_thread(lambda: [path.parent for path in data.glob("workspaces/*/note")])
    places = (
        "db/machine.db", "credentials/secret.key", "config/agents/free/agent.yaml", "run/cli-token", "run/wardens.sock",
        "repos", f"workspaces/{other.name}/note", f"workspaces/{other.name}/deep/note", f"homes/{other.name}/.claude",
    )  # fmt: skip
    for place in places:
        assert await asyncio.to_thread((data / place).exists), place
    tries = "; ".join(f"cat {data}/{place}; ls {data}/{place}; echo x >> {data}/{place}" for place in places)
    said = await run(
        below, model,
        f"echo begin; ( {tries}; ls {data} {data}/workspaces {data}/homes; cat /proc/{daemon.pid}/environ;"
        f" kill -9 {daemon.pid}; echo x >> CLAUDE.md; mv CLAUDE.md gone; rm -rf .claude; ) 2>/dev/null;"
        " id -u; id -G; umask; cat CLAUDE.md; echo mine > own; cat own",
    )  # fmt: skip
    begin, user, groups, umask, definition, mine = said.split()
    assert (begin, groups, umask, definition, mine) == ("begin", user, "0077", "Run.", "mine")
    assert FIRST < int(user) <= LAST, "the first one was another task's"
    assert daemon.is_running()


@pytest.mark.skipif(not probe("auto").active, reason="this computer has no working sandbox")
async def test_the_sandbox_works_for_a_user_of_agents_too(folder: Path, model: ScriptedModel) -> None:
    async with model.serve() as url:
        env = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "no-key-is-needed", "MACHINE_SANDBOX": "required"}
        below = await asyncio.to_thread(a_machine, folder, sandbox="true", **env)
        await below.start()
        try:
            said = await run(below, model, "echo mine > own; cat own; P=/pr; ls ${P}oc | grep -c ^[0-9]; id -u")
            own, processes, user = said.split()
            assert own == "mine"
            assert int(processes) < 20
            assert FIRST <= int(user) <= LAST
        finally:
            await below.close()


async def test_attached_files_are_the_agents_to_read_also_when_more_come_later(
    below: Machine, model: ScriptedModel
) -> None:
    model.on("look", Reply.tool("Bash", {"command": "cat attachments/*; echo x > attachments/x; true"}), "Looked.")
    conversation: dict[str, str] = {}
    for text in ("one", "two"):
        sent = await below.client.post("/api/attachments", files={"file": (f"{text}.txt", text.encode())})
        assert sent.status_code < 300, sent.text
        wish = {"message": "look", "attachments": [sent.json()["items"][0]["attachment_id"]], **conversation}
        chat = await below.post("/api/chat", **wish)
        conversation = {"conversation_id": chat["conversation_id"]}
        task = await below.until(chat["task_id"], "completed", "waiting_input")
        assert task["failure"] is None
    folders = await asyncio.to_thread(lambda: [*below.daemon.data_dir.glob("workspaces/*/attachments")])
    assert [sorted(path.name for path in folder.iterdir()) for folder in folders] == [["one.txt", "two.txt"]]


async def test_a_stop_ends_whatever_hides_from_it_and_no_other_task(below: Machine, model: ScriptedModel) -> None:
    hide = "(setsid env -i sleep 6471 &) ; (trap '' TERM HUP; setsid sleep 6472 &) ; sleep 6473"
    model.on("hide", Reply.tool("Bash", {"command": hide}), "Done.")
    model.on("stay", Reply.tool("Bash", {"command": "kill -9 -1 2>/dev/null; sleep 6474"}), "Done.")
    hiding, staying = await below.submit("hide", agent="free"), await below.submit("stay", agent="free")
    for word in ("6471", "6472", "6473"):
        await started(word)
    await below.post(f"/api/tasks/{hiding}/stop", mode="stop")
    left = [word for word in ("6471", "6472", "6473") if await asyncio.to_thread(running_with, word)]
    assert left == []
    # `kill -1` reaches all that its user may signal: its own CLI and itself, and nobody else.
    assert psutil.pid_exists(below.daemon.written["pid"])
    await below.ended(staying)


async def test_what_a_lost_warden_leaves_is_ended_by_its_user(below: Machine, model: ScriptedModel) -> None:
    model.on("hide", Reply.tool("Bash", {"command": "(setsid env -i sleep 6475 &) ; sleep 6476"}), "Done.")
    task_id = await below.submit("hide", agent="free")
    sleeping = await started("6475")
    await started("6476")
    warden = next(parent for parent in sleeping.parents() if parent.uids().real == DAEMON)
    warden.kill()
    await below.ended(task_id)
    assert not await asyncio.to_thread(running_with, "6475")
    assert not await asyncio.to_thread(running_with, "6476")


async def test_a_conversation_goes_on_as_the_same_user_after_the_daemon_was_killed(
    below: Machine, model: ScriptedModel
) -> None:
    model.on("first", Reply.tool("Bash", {"command": "id -u > who; sleep 2"}), "First done.")
    model.on("second", Reply.tool("Bash", {"command": "id -u >> who; cat who"}), "Second done.")
    task_id = await below.submit("first", agent="free")
    await started("2", program="sleep")
    await below.kill9()
    await below.start()
    assert (await below.completed(task_id))["attempt"] == 2
    follow_up = (await below.post(f"/api/tasks/{task_id}/input", message="second"))["task_id"]
    await below.completed(follow_up)
    said = "".join(piece["text"] for piece in await below.outputs(follow_up, "tool_result"))
    assert len(set(said.split())) == 1
    assert any("First done." in str(r.raw) for r in model.requests if "second" in r.last_user_text)


async def test_a_workspace_from_before_there_were_users_goes_on(folder: Path, model: ScriptedModel) -> None:
    model.on("first", Reply.tool("Bash", {"command": "mkdir deep; echo kept > deep/file; id -u"}), "First done.")
    change = "echo more >> deep/file; cat deep/file; chmod 000 deep; id -u"
    model.on("second", Reply.tool("Bash", {"command": change}), "Second done.")
    async with model.serve() as url:
        below = await asyncio.to_thread(a_machine, folder, ANTHROPIC_BASE_URL=url, ANTHROPIC_API_KEY="no-key-is-needed")
        steward = below.daemon.prefix
        below.daemon.prefix = ("setpriv", "--reuid", str(DAEMON), "--regid", str(DAEMON), "--clear-groups", "--")
        try:
            await below.start()
            first = await below.submit("first", agent="free")
            await below.completed(first)
            await below.kill9()
            below.daemon.prefix = steward
            await below.start()
            second = (await below.post(f"/api/tasks/{first}/input", message="second"))["task_id"]
            await below.completed(second)
            said = [await below.outputs(task_id, "tool_result") for task_id in (first, second)]
            words = "".join(piece["text"] + "\n" for pieces in said for piece in pieces).split()
            assert words == [str(DAEMON), "kept", "more", str(FIRST)]
            assert any("First done." in str(r.raw) for r in model.requests if "second" in r.last_user_text)
        finally:
            await below.close()


@pytest.mark.parametrize("options", [(), ("--with-workspaces",)], ids=["without work", "with work"])
async def test_a_backup_has_what_users_of_agents_made_and_a_conversation_goes_on_from_it(
    folder: Path, below: Machine, model: ScriptedModel, options: tuple[str, ...]
) -> None:
    model.on(
        "first", Reply.tool("Bash", {"command": "mkdir deep; echo kept > deep/file; chmod 700 deep"}), "First done."
    )
    model.on(
        "second", Reply.tool("Bash", {"command": "cat deep/file; echo more > deep/file; echo ran"}), "Second done."
    )
    first = await below.submit("first", agent="free")
    await below.completed(first)
    saved, daemon = folder / "data" / "backups" / "one.machine-backup", below.daemon
    await asyncio.to_thread(as_the_daemon, daemon, "backup", "--output", str(saved), *options)
    await below.terminate()
    await asyncio.to_thread(as_the_daemon, daemon, "restore", str(saved), "--yes")
    await below.start()
    second = (await below.post(f"/api/tasks/{first}/input", message="second"))["task_id"]
    await below.completed(second)
    said = "".join(piece["text"] for piece in await below.outputs(second, "tool_result"))
    assert "ran" in said
    assert "kept" in said
    assert any("First done." in str(r.raw) for r in model.requests if "second" in r.last_user_text)


async def test_the_files_of_a_workspace_are_shown_whoever_made_them(below: Machine, model: ScriptedModel) -> None:
    assert "ran" in await run(below, model, "mkdir deep; echo kept > deep/file; chmod 700 deep; echo ran")
    address = f"/api/tasks/{below.tasks[-1]}/files"
    listed = await below.client.get(address, params={"path": "deep"})
    assert [entry["name"] for entry in listed.json()["entries"]] == ["file"]
    answer = await below.client.get(f"{address}/content", params={"path": "deep/file"})
    assert (answer.status_code, answer.text) == (200, "kept\n")


async def test_an_old_workspace_is_removed_whoever_made_what_is_in_it(
    folder: Path, below: Machine, model: ScriptedModel
) -> None:
    assert "ran" in await run(below, model, "mkdir -p deep/er; touch deep/er/file; chmod 000 deep; echo ran")
    left = [*await asyncio.to_thread(lambda: [*folder.glob("data/workspaces/task*")])]
    assert len(left) == 1
    await below.terminate()
    below.daemon.extra_env["MACHINE_KEEP_WORKSPACES_DAYS"] = "0.00001"
    await below.start()
    async with asyncio.timeout(40):
        for part in ("workspaces", "homes", "scratch"):
            while await asyncio.to_thread((folder / "data" / part / left[0].name).exists):
                await asyncio.sleep(0.2)


async def test_a_clone_is_the_agents_own_and_its_diff_the_machines_to_read(
    below: Machine, model: ScriptedModel, tmp_path: Path
) -> None:
    with git_server(tmp_path / "git") as server:
        await asyncio.to_thread(server.repository)
        work = (
            "cd repo && stat -c %u . README.md .git | sort -u | wc -l && echo more >> README.md && git commit -qam two"
        )
        work += " && echo secret > private && chmod 600 private && git status --short"
        model.on("work", Reply.tool("Bash", {"command": work}), "Done.")
        task_id = await below.submit("work", agent="free", repository=server.url())
        task = await below.completed(task_id)
        said = "".join(piece["text"] for piece in await below.outputs(task_id, "tool_result"))
        assert said.split() == ["1", "??", "private"], said
        assert (task["changes"]["commits"], task["changes"]["uncommitted"]) == (1, True)
        diff = await below.get(f"/api/tasks/{task_id}/diff")
        assert "+more" in diff["diff"]
        assert "+secret" in diff["diff"]
        pushed = await below.post(f"/api/tasks/{task_id}/push")
        assert pushed["commit"] in (await asyncio.to_thread(server.heads)).values()


@pytest.fixture
def of_a_fleet(folder: Path, postgres_url: SecretStr) -> Callable[..., Machine]:
    """Makes machines that share a database and a folder; each has users of its own, for they are on one computer."""
    shared = folder / "shared"
    shared.mkdir(mode=0o700)
    os.chown(shared, DAEMON, DAEMON)

    def made(name: str, users: str, **env: str) -> Machine:
        (folder / name).mkdir(mode=0o711)
        fleet = {"DATABASE_URL": postgres_url.get_secret_value(), "MACHINE_ID": name, "MACHINE_LEASE_SECONDS": "4"}
        return a_machine(folder / name, users=users, MACHINE_SHARED_DIR=str(shared), **fleet, **env)

    return made


HERE, THERE = f"{FIRST}-{FIRST + 9}", f"{FIRST + 10}-{FIRST + 19}"
CLOSED = "umask 077; mkdir -p deep/er; echo one > deep/er/file; ln -s /etc out; chmod 000 deep; echo ran"
FURTHER = "cat deep/er/file; readlink out; echo two >> deep/er/file; stat -c %u deep/er; id -u; echo ran"


@pytest.mark.timeout(300)
async def test_what_an_agent_made_as_its_own_user_goes_along_to_another_machine_and_is_its_users_there(
    folder: Path, of_a_fleet: Callable[..., Machine], model: ScriptedModel
) -> None:
    model.on("first", Reply.tool("Bash", {"command": CLOSED}), "The word is kumquat.")
    model.on("second", Reply.tool("Bash", {"command": FURTHER}), "Second.")
    model.on("third", Reply.tool("Bash", {"command": FURTHER}), "Third.")
    async with model.serve() as url:
        env = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "no-key-is-needed"}
        here = await asyncio.to_thread(of_a_fleet, "here", HERE, **env)
        there = await asyncio.to_thread(of_a_fleet, "there", THERE, **env)
        try:
            await here.start()
            first = await here.submit("first", agent="free")
            await here.completed(first)
            await here.terminate()
            await there.start()
            said, told = await went_on(there, first, "second")
            assert said[:2] == ["one", "/etc"], said
            assert FIRST + 10 <= int(said[2]) <= FIRST + 19
            assert said[2:] == [said[2], said[2], "ran"], "it is that user's there"
            assert "fetched as here left them" in told
            assert any(
                "kumquat" in str(request.raw) for request in model.requests if "second" in request.last_user_text
            )
            await there.terminate()
            await here.start()  # whose own copy is older, and another user's
            said, told = await went_on(here, first, "third")
            assert said[:3] == ["one", "two", "/etc"], said
            assert FIRST <= int(said[3]) <= FIRST + 9
            assert said[3:] == [said[3], said[3], "ran"]
            assert "fetched as there left them" in told
            left = await asyncio.to_thread(lambda: [*(folder / "here" / "data").rglob(".removing-*")])
            assert left == []
        finally:
            await here.close()
            await there.close()


async def went_on(at: Machine, task_id: str, message: str) -> tuple[list[str], str]:
    """What the agent's command said in the task that goes on with that conversation, and what was told of the move."""
    going_on = (await at.post(f"/api/tasks/{task_id}/input", message=message))["task_id"]
    await at.completed(going_on)
    words = "".join(piece["text"] for piece in await at.outputs(going_on, "tool_result")).split()
    return words, "".join(str(piece["text"]) for piece in await at.outputs(going_on) if piece.get("name") == "moving")


async def test_agents_get_a_login_that_works_and_nothing_to_renew_it_with(folder: Path, model: ScriptedModel) -> None:
    account = AccountServer(folder)
    account.authority.chmod(0o644)
    async with account.serve(), model.serve() as url:
        below = await asyncio.to_thread(a_machine, folder, ANTHROPIC_BASE_URL=url, **account.environ)
        credentials = below.daemon.data_dir / "credentials" / "claude"
        await asyncio.to_thread(a_login, credentials, seconds_left=900)
        await below.start()
        try:
            said = await run(
                below, model, "cat $CLAUDE_CONFIG_DIR/.credentials.json; echo; rm -f $CLAUDE_CONFIG_DIR/.cre*; true"
            )
            tokens = json.loads(said.splitlines()[0])["claudeAiOauth"]
            assert len(account.renewals) == 1, "it was about to expire"
            assert tokens["accessToken"] == "fresh-access-1"
            assert tokens["subscriptionType"] == "pro"
            assert "refresh" not in said
            assert model.requests[-1].headers["authorization"] == "Bearer fresh-access-1"
            kept = json.loads(await asyncio.to_thread((credentials / ".credentials.json").read_text))
            assert kept["claudeAiOauth"]["refreshToken"] == "fresh-refresh-1"
            assert "fresh-access-1" in await run(below, model, "cat $CLAUDE_CONFIG_DIR/.credentials.json")
            assert len(account.renewals) == 1
        finally:
            await below.close()


def a_login(folder: Path, *, seconds_left: int) -> None:
    section: dict[str, object] = {"accessToken": "old-access", "refreshToken": "old-refresh"}
    section |= {"scopes": ["user:inference"], "subscriptionType": "pro"}
    section["expiresAt"] = int((time.time() + seconds_left) * 1000)
    folder.mkdir(parents=True)
    (folder / ".credentials.json").write_text(json.dumps({"claudeAiOauth": section}))
    (folder / ".credentials.json").chmod(0o600)
    for path in (folder.parent, folder, folder / ".credentials.json"):
        os.chown(path, DAEMON, DAEMON)


def as_the_daemon(daemon: DaemonProcess, *arguments: str) -> None:
    """The command line, as the daemon's user calls it, who cannot switch users."""
    env = {**daemon.environment, "MACHINE_DATA_DIR": str(daemon.data_dir)}
    done = subprocess.run(
        (daemon.python, "-m", "machine", *arguments),
        env=env, user=DAEMON, group=DAEMON, extra_groups=(), cwd="/", capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


async def started(word: str, *, program: str = "sleep") -> psutil.Process:
    """The process with that argument, once there is one."""
    async with asyncio.timeout(30):
        while True:
            for found in await asyncio.to_thread(running_with, word):
                if found.name() == program:
                    return found
            await asyncio.sleep(0.05)
