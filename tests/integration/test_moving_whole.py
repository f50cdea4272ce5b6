"""A conversation goes on, on another machine: the real CLI against the scripted model, and a shared folder.

The two machines have a data folder each, and a database that is carried from one to the other.
"""

import asyncio
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from tests.support.git_server import GitServer, commit, git, git_server
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, workbench

from machine.demo.replies import Reply
from machine.domain.code import CodeSource
from machine.domain.definitions import DefinitionFile
from machine.domain.task import Task, TaskStatus
from machine.registry.folders import write_files


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    with git_server(tmp_path / "server") as made:
        yield made


def worker(folder: Path) -> None:
    """An agent that may run commands without asking. Blocking."""
    said = {"description": "Works.", "allowed_tools": ["Bash", "Read"]}
    files = {"agent.yaml": json.dumps(said), "CLAUDE.md": "Work."}
    if not folder.exists():
        write_files(folder, {path: DefinitionFile(text.encode()) for path, text in files.items()})


@asynccontextmanager
async def machine(root: Path, name: str, model: ScriptedModel, **settings: Any) -> AsyncIterator[Workbench]:
    """The machine of that name, with that agent."""
    await asyncio.to_thread(worker, root / name / "config" / "agents" / "worker")
    settings = {"shared_dir": root / "shared", "machine_id": name, **settings}
    async with workbench(root / name, model, **settings) as made:
        yield made


def carry_over(root: Path, source: str, target: str) -> None:
    """Bring the database to the other machine, as if both had the same. Blocking."""
    (root / target / "db").mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in (root / target / "db").glob("machine.db*"):
        left.unlink()
    with (
        closing(sqlite3.connect(root / source / "db" / "machine.db")) as old,
        closing(sqlite3.connect(root / target / "db" / "machine.db")) as new,
    ):
        old.backup(new)


def shell(command: str) -> Any:
    """A step of the model's: run a command in its workspace."""
    return Reply.tool("Bash", {"command": command, "description": "Work"})


async def went_on(at: Workbench, task: Task, message: str) -> Task:
    """The end of the task that goes on with the conversation of `task`."""
    ended = await at.ended(await at.submit(message, conversation_id=task.conversation_id, agent="worker"))
    assert ended.status is TaskStatus.COMPLETED, ended.failure
    return ended


def versions(at: Workbench, task: Task) -> list[tuple[int, str]]:
    """Which there are, the newest first, and who made them."""
    query = "SELECT version, machine_id FROM snapshots WHERE conversation_id = ? ORDER BY version DESC"
    with closing(sqlite3.connect(at.settings.database_file)) as database:
        return [(int(version), str(by)) for version, by in database.execute(query, (task.conversation_id,))]


def asked(model: ScriptedModel) -> str:
    """All that the model was told in its newest request."""
    return model.requests[-1].body.model_dump_json()


WORK = "echo plan > notes.txt && mkdir -p deep/er && echo x > deep/er/tool && chmod 700 deep/er/tool && ln -s /etc out"


async def test_a_conversation_goes_on_elsewhere_with_its_words_and_its_files(tmp_path: Path) -> None:
    model = ScriptedModel("Nothing.").on("first", shell(WORK), "The word is kumquat.")
    model.on(
        "second", shell("cat notes.txt && test -x deep/er/tool && readlink out && echo more >> notes.txt"), "Done."
    )
    model.on("third", shell("cat notes.txt"), "Read.")
    async with machine(tmp_path, "a", model) as here:
        task = await here.ended(await here.submit("first", agent="worker"))
        assert task.status is TaskStatus.COMPLETED, task.failure
        assert versions(here, task) == [(1, "a")]
    carry_over(tmp_path, "a", "b")
    async with machine(tmp_path, "b", model) as there:
        second = await went_on(there, task, "second")
        told = [piece.text for piece in await there.outputs(second) if piece.name == "moving"]
        assert told == ["The files and the conversation were fetched as a left them"]
        assert "kumquat" in asked(model)
        assert "plan\\n/etc" in asked(model)
        assert versions(there, task) == [(2, "b"), (1, "a")]
    carry_over(tmp_path, "b", "a")  # whose own copy is older now
    async with machine(tmp_path, "a", model) as here:
        await went_on(here, task, "third")
        assert "plan\\nmore" in asked(model)
        assert versions(here, task) == [(3, "a"), (2, "b")]
        notes = here.settings.workspaces_dir / task.workspace / "notes.txt"
        assert notes.read_text() == "plan\nmore\n"
        assert list(here.settings.workspaces_dir.glob("*.set-aside-*")) == [], "all that was here was stored"


CHANGES = (
    "cd repo && echo more >> README.md && git add -A && git commit -q -m Work && echo staged > staged.txt "
    "&& git add staged.txt && echo loose > loose.txt && rm gone.txt && echo stash >> kept.txt "
    "&& git stash -q -- kept.txt && mkdir build && echo object > build/out.o && git branch side HEAD~1"
)
LOOK = (
    "cd repo && git status --porcelain && git log --format=%s && git stash list && git branch "
    "&& git fsck --no-dangling && echo whole"
)


async def test_a_clone_goes_along_with_work_that_was_committed_and_work_that_was_not(
    tmp_path: Path, server: GitServer
) -> None:
    work = server.repository(
        files={"README.md": "Hello.\n", "gone.txt": "x\n", "kept.txt": "y\n", ".gitignore": "build\n"}
    )
    model = ScriptedModel("Nothing.").on("first", shell(CHANGES), "Changed.").on("second", shell(LOOK), "Seen.")
    async with machine(tmp_path, "a", model) as here:
        code = CodeSource(repository=server.url())
        task = await here.ended(await here.submit("first", agent="worker", code=code))
        assert task.status is TaskStatus.COMPLETED, task.failure
        assert task.changes is not None
    stored = sum(path.stat().st_size for path in (tmp_path / "shared").rglob("*") if path.is_file())
    assert stored < 100_000
    carry_over(tmp_path, "a", "b")
    commit(work, {"other.txt": "meanwhile\n"})
    git("push", "-q", "origin", "HEAD:refs/heads/main", cwd=work)
    async with machine(tmp_path, "b", model) as there:
        second = await went_on(there, task, "second")
        seen = asked(model)
        assert " D gone.txt\\nA  staged.txt\\n?? loose.txt\\nWork\\nChange\\nstash@{0}:" in seen, seen[-3000:]
        assert "\\n  side\\n" in seen
        assert "\\nwhole" in seen
        clone = there.settings.workspaces_dir / task.workspace / "repo"
        assert not (clone / "build").exists()  # what git ignores can be made again
        assert (second.changes and second.changes.head_commit) == task.changes.head_commit
        assert (second.changes and second.changes.commits) == 1


async def test_the_conversation_of_an_open_task_is_stored_after_each_turn(tmp_path: Path) -> None:
    model = ScriptedModel("Nothing.").on("first", shell("echo one > one.txt"), "One.")
    model.on("second", shell("echo two > two.txt && sleep 60"), "Two.")
    async with machine(tmp_path, "a", model) as here:
        task = await here.until(
            await here.submit("first", agent="worker", is_interactive=True), TaskStatus.WAITING_INPUT
        )
        async with asyncio.timeout(20):
            while versions(here, task) != [(1, "a")]:
                await asyncio.sleep(0.05)
        carry_over(tmp_path, "a", "b")  # this machine is lost now
        shutil.copytree(tmp_path / "shared", tmp_path / "then")
    shutil.rmtree(tmp_path / "shared")
    (tmp_path / "then").rename(tmp_path / "shared")
    async with machine(tmp_path, "b", model) as there:
        await there.room.engine.manager.send_input(task.task_id, "and now?", principal=there.principal)
        async with asyncio.timeout(20):
            while "and now?" not in (asked(model) if model.requests else ""):
                await asyncio.sleep(0.05)
        assert "One." in asked(model)
        assert (there.settings.workspaces_dir / task.workspace / "one.txt").read_text() == "one\n"
