"""Tasks on repositories: the real CLI against the scripted model, real git servers on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.support.daemon import DaemonProcess
from tests.support.git_server import GitServer, commit, git, git_server
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, processes_with, workbench

from machine.api import create_api
from machine.auth.secrets import open_secrets
from machine.demo.replies import Reply
from machine.domain.clock import utc_now
from machine.domain.code import CodeSource
from machine.domain.definitions import DefinitionFile
from machine.domain.errors import Forbidden
from machine.domain.principal import Principal, Role, User, Via
from machine.domain.redaction import Redactor
from machine.domain.task import FailureReason, TaskStatus
from machine.engine.intake import TaskRequest
from machine.registry.folders import write_files
from machine.settings import read_settings
from machine.webhooks.headers import Headers

PASSWORD = "s3cret-word"
UNTRUSTED = {"profile": "untrusted"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    with git_server(tmp_path / "server") as made:
        yield made


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[GitServer]:
    """A server that wants a password."""
    with git_server(tmp_path / "closed", password=PASSWORD) as made:
        yield made


async def enter(folder: Path) -> None:
    """The token of that server, as a variable of the machine that will be there."""
    of = read_settings({}, data_dir=folder)
    variables = await asyncio.to_thread(
        partial(
            open_secrets, of.variables_dir, key=None, key_file=of.secret_key_file, clock=utc_now, redactor=Redactor()
        )
    )
    await variables.set({"SHOP_TOKEN": f"ann:{PASSWORD}"}, by="user_1")


def worker(config: Path, **fields: Any) -> None:
    """An agent that may run commands without asking."""
    said = {"description": "Works.", "allowed_tools": ["Bash", "Read"], **fields}
    files = {"agent.yaml": json.dumps(said), "CLAUDE.md": "Work."}
    content = {path: DefinitionFile(text.encode()) for path, text in files.items()}
    write_files(config / "agents" / "worker", content)


@asynccontextmanager
async def machine_with(folder: Path, model: ScriptedModel, **fields: Any) -> AsyncIterator[Workbench]:
    """A machine with that agent."""
    if not (folder / "config" / "agents").exists():
        await asyncio.to_thread(worker, folder / "config", **fields)
    async with workbench(folder, model) as machine:
        yield machine


@asynccontextmanager
async def http(machine: Workbench) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of its API that is signed in as its administrator."""
    _, token = await machine.room.api.authenticator.new_token(machine.principal.user_id, "tests")
    transport = httpx2.ASGITransport(app=create_api(machine.room.api))
    given = {"authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=given) as client:
        yield client


def shell(command: str) -> Any:
    """A step of the model's: run a command in its workspace."""
    return Reply.tool("Bash", {"command": command, "description": "Work"})


CHANGE = "cd repo && echo more >> README.md && git add -A && git commit -q -m Work && echo loose > loose.txt"


async def test_an_agent_commits_a_change_that_the_api_shows_and_pushes(tmp_path: Path, server: GitServer) -> None:
    server.repository()
    model = ScriptedModel().on("change", shell(CHANGE), "Changed.")
    async with machine_with(tmp_path / "data", model) as machine, http(machine) as client:
        wish = {"message": "change", "agent": "worker", "repository": server.url(), "ref": "main"}
        made = await client.post("/api/tasks", json=wish)
        assert made.status_code == 201, made.text
        task = await machine.ended(made.json()["task_id"])
        assert task.status is TaskStatus.COMPLETED, task.failure
        branch = f"machine/{task.task_id}"
        seen = (await client.get(f"/api/tasks/{task.task_id}")).json()
        assert seen["code"]["repository"] == server.url()
        changes = seen["changes"]
        assert (changes["branch"], changes["commits"], changes["files"]) == (branch, 1, 2)
        assert (changes["insertions"], changes["uncommitted"], changes["unpushed"]) == (2, True, True)
        ended = next(event for event in await machine.events(task) if event.type == "task.completed")
        assert json.loads(ended.body)["changes"] == changes
        diff = (await client.get(f"/api/tasks/{task.task_id}/diff")).json()
        assert "+more" in diff["diff"]
        assert "+loose" in diff["diff"]
        assert not diff["truncated"]
        assert branch in str(model.requests[-1].body.system)
        told = [piece.text for piece in await machine.outputs(task) if piece.name == "repository"]
        assert told[0] == f"Fetching {server.url()} at main"
        pushed = await client.post(f"/api/tasks/{task.task_id}/push")
        assert pushed.json() == {"repository": server.url(), "branch": branch, "commit": changes["head_commit"]}
        assert server.heads()[f"refs/heads/{branch}"] == changes["head_commit"]
        assert not (await client.get(f"/api/tasks/{task.task_id}")).json()["changes"]["unpushed"]
        assert await machine.room.engine.code.unpushed(await machine.task(task.task_id))  # loose.txt


async def test_a_follow_up_goes_on_in_the_same_clone(tmp_path: Path, server: GitServer) -> None:
    work = server.repository()
    model = ScriptedModel().on("change", shell(CHANGE), "Changed.").on("look", shell("cat repo/loose.txt"), "Seen.")
    async with machine_with(tmp_path / "data", model) as machine:
        code = CodeSource(repository=server.url())
        task = await machine.ended(await machine.submit("change", agent="worker", code=code))
        commit(work, {"README.md": "Theirs.\n"})
        git("push", "-q", "origin", "HEAD:main", cwd=work)
        after = await machine.room.engine.manager.send_input(task.task_id, "look", principal=machine.principal)
        after = await machine.ended(after.task_id)
        assert after.status is TaskStatus.COMPLETED, after.failure
        assert after.workspace == task.workspace
        assert after.changes == task.changes
        assert any("loose" in piece.text for piece in await machine.outputs(after) if piece.kind == "tool_result")


async def test_two_tasks_of_one_repository_work_side_by_side(tmp_path: Path, server: GitServer) -> None:
    server.repository()
    model = ScriptedModel().on("change", shell(CHANGE), "Changed.")
    async with machine_with(tmp_path / "data", model) as machine:
        code = CodeSource(repository=server.url())
        tasks = [await machine.submit("change", agent="worker", code=code) for _ in range(2)]
        ended = [await machine.ended(task) for task in tasks]
        found = [task.changes for task in ended]
        assert all(changes is not None and changes.commits == 1 for changes in found), [task.failure for task in ended]
        assert found[0] is not None
        assert found[1] is not None
        assert found[0].branch != found[1].branch


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ({"ref": "nowhere"}, "has no branch, tag, commit or ref nowhere"),
        ({"credentials": "MISSING"}, "There is no variable MISSING"),
        ({"repository": "http://127.0.0.1:9/x.git"}, "cannot be fetched"),
    ],
)
async def test_code_that_cannot_be_had_fails_the_task_with_what_to_do(
    tmp_path: Path, server: GitServer, code: dict[str, str], words: str
) -> None:
    server.repository()
    async with machine_with(tmp_path / "data", ScriptedModel("Done.")) as machine:
        asked = CodeSource.model_validate({"repository": server.url(), **code})
        task = await machine.ended(await machine.submit("go", agent="worker", code=asked))
        assert task.failure is not None
        assert task.failure.reason is FailureReason.BAD_REQUEST
        assert words in task.failure.message
        assert task.changes is None
        assert machine.model.requests == []


async def test_a_stop_in_the_middle_of_a_fetch_stops_it(tmp_path: Path, server: GitServer) -> None:
    server.repository()
    server.hold.clear()
    async with machine_with(tmp_path / "data", ScriptedModel("Done.")) as machine:
        task = await machine.submit("go", agent="worker", code=CodeSource(repository=server.url()))
        await fetching(server)
        await machine.room.engine.manager.stop(task.task_id, by="user_1")
        assert (await machine.task(task.task_id)).status is TaskStatus.CANCELLED


async def fetching(server: GitServer) -> None:
    """Return when a git waits for its pack."""
    async with asyncio.timeout(20):
        while not any(path.endswith("/git-upload-pack") for path in server.seen):
            await asyncio.sleep(0.02)


async def test_a_machine_that_ends_in_the_middle_of_a_fetch_makes_the_clone_when_it_is_back(
    tmp_path: Path, server: GitServer
) -> None:
    server.repository()
    server.hold.clear()
    model = ScriptedModel().on("change", shell(CHANGE), "Changed.")
    async with machine_with(tmp_path / "data", model) as machine:
        task = await machine.submit("change", agent="worker", code=CodeSource(repository=server.url()))
        await fetching(server)
    server.hold.set()
    async with machine_with(tmp_path / "data", model) as machine:
        ended = await machine.ended(task)
        assert ended.status is TaskStatus.COMPLETED, ended.failure
        assert ended.changes is not None
        assert ended.changes.commits == 1


async def test_after_a_kill_in_the_middle_of_a_fetch_no_git_is_left_and_the_clone_is_made(
    tmp_path: Path, server: GitServer
) -> None:
    server.repository()
    server.hold.clear()
    daemon = DaemonProcess(tmp_path / "data")
    try:
        await asyncio.to_thread(daemon.launch)
        wish = {"message": "hello", "repository": server.url()}
        task_id = (await asyncio.to_thread(daemon.post, "/api/tasks", wish))["task_id"]
        await fetching(server)
        before = await asyncio.to_thread(processes_with, server.url())
        assert before
        await asyncio.to_thread(daemon.kill9)
        await asyncio.to_thread(daemon.launch)
        after = await asyncio.to_thread(processes_with, server.url())
        assert not {process.pid for process in before} & {process.pid for process in after}
        server.hold.set()
        async with asyncio.timeout(60):
            while (task := await asyncio.to_thread(daemon.get, f"/api/tasks/{task_id}"))["status"] != "completed":
                assert task["failure"] is None
                await asyncio.sleep(0.1)
        assert task["changes"]["branch"] == f"machine/{task_id}"
        assert (tmp_path / "data" / "workspaces" / task_id / "repo" / "README.md").exists()
        said = await asyncio.to_thread(daemon.command, "run", "hello", "--repository", server.url(), "--ref", "nowhere")
        assert said.returncode == 1
        assert "has no branch, tag, commit or ref nowhere" in said.stdout + said.stderr
    finally:
        if daemon.process is not None and daemon.process.poll() is None:
            await asyncio.to_thread(daemon.terminate)


async def test_an_agents_own_repository_is_fetched_and_pushed_with_its_credentials(
    tmp_path: Path, closed: GitServer
) -> None:
    closed.repository()
    model = ScriptedModel().on("change", shell(f"{CHANGE} && git push -q && env | grep -c s3cret"), "Pushed.")
    own = {"repository": closed.url(), "ref": "main", "credentials": "SHOP_TOKEN"}
    await enter(tmp_path / "data")
    # The sandbox keeps this computer's own loopback out of reach of commands; servers elsewhere are not.
    async with machine_with(tmp_path / "data", model, code=own, sandbox=False, profile="trusted") as machine:
        task = await machine.ended(await machine.submit("change", agent="worker"))
        assert task.status is TaskStatus.COMPLETED, task.failure
        assert task.changes is not None
        assert (task.changes.commits, task.changes.unpushed) == (1, False)
        assert closed.heads()[f"refs/heads/machine/{task.task_id}"] == task.changes.head_commit
        # Named by a member for the same repository, they count; for another one, or by name, they do not.
        member = Principal(
            user=User(user_id=machine.principal.user_id, name="m", role=Role.MEMBER),
            via=Via.INTERNAL,
            credential_id="test",
        )
        request = {"message": "go", "agent": "worker"}
        intake = machine.room.engine.intake
        same = await intake.accept(TaskRequest(**request, code=CodeSource(repository=closed.url(), ref="main")), member)
        assert same.code is not None
        assert same.code.credentials == "SHOP_TOKEN"
        other = await intake.accept(TaskRequest(**request, code=CodeSource(repository=closed.url("x.git"))), member)
        assert other.code is not None
        assert other.code.credentials is None
        named = CodeSource(repository="https://evil.example/x", credentials="SHOP_TOKEN")
        with pytest.raises(Forbidden):
            await intake.accept(TaskRequest(**request, code=named), member)
        await asyncio.gather(machine.ended(same), machine.ended(other))


async def test_an_untrusted_task_reads_its_code_and_gets_no_credentials(
    tmp_path: Path, server: GitServer, closed: GitServer
) -> None:
    server.repository()
    closed.repository()
    model = ScriptedModel().on("read", Reply.tool("Read", {"file_path": "repo/README.md"}), "Read.")
    await enter(tmp_path / "data")
    async with machine_with(tmp_path / "data", model) as machine:
        code = CodeSource(repository=server.url(), credentials="SHOP_TOKEN")
        wish = {"agent": "worker", "source_metadata": UNTRUSTED}
        task = await machine.ended(await machine.submit("read", code=code, **wish))
        assert task.status is TaskStatus.COMPLETED, task.failure
        assert any("Hello." in piece.text for piece in await machine.outputs(task) if piece.kind == "tool_result")
        with pytest.raises(Forbidden):
            await machine.room.engine.code.push(task, machine.principal)
        assert server.passwords == []
        code = CodeSource(repository=closed.url(), credentials="SHOP_TOKEN")
        task = await machine.ended(await machine.submit("read", code=code, **wish))
        assert task.failure is not None
        assert "without credentials" in task.failure.message
        assert closed.passwords == []


async def test_hooks_and_servers_of_a_hostile_repository_are_not_loaded(tmp_path: Path, server: GitServer) -> None:
    ran = tmp_path / "ran"
    hook = [{"hooks": [{"type": "command", "command": f"touch {ran}"}]}]
    events = ("SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop")
    mcp = {"mcpServers": {"evil": {"command": "touch", "args": [str(ran)]}}}
    settings = json.dumps({"hooks": dict.fromkeys(events, hook), "env": {"EVIL": "1"}})
    server.repository(
        files={
            "README.md": "Hello.\n",
            ".claude/settings.json": settings,
            ".claude/settings.local.json": settings,
            ".mcp.json": json.dumps(mcp),
            ".gitattributes": "* filter=evil\n",
        }
    )
    model = ScriptedModel().on("change", shell(CHANGE), Reply.tool("Read", {"file_path": "repo/README.md"}), "Changed.")
    async with machine_with(tmp_path / "data", model) as machine:
        task = await machine.ended(
            await machine.submit("change", agent="worker", code=CodeSource(repository=server.url()))
        )
        assert task.status is TaskStatus.COMPLETED, task.failure
        assert task.changes is not None
        assert task.changes.commits == 1
        assert not ran.exists()


async def test_a_merge_requests_webhook_gives_the_agent_that_merge_requests_code(
    tmp_path: Path, server: GitServer
) -> None:
    work = server.repository()
    wanted = commit(work, {"theirs.txt": "x\n"})
    git("push", "-q", "origin", "HEAD:refs/merge-requests/7/head", cwd=work)
    model = ScriptedModel().on("review", shell("cat repo/theirs.txt"), "Reviewed.")
    async with machine_with(tmp_path / "data", model) as machine:
        trigger = {"events": ["merge_request.open"], "who": [{"id": "5"}], "agent": "worker", "prompt": "review"}
        hook = {"name": "lab", "provider": "gitlab", "secret": "word-of-gitlab"}
        async with http(machine) as client:
            made = await client.post("/api/webhooks", json={**hook, "triggers": [{**trigger, "checkout": {}}]})
            assert made.status_code == 201, made.text
        payload = {
            "object_kind": "merge_request",
            "user": {"id": 5, "username": "ann"},
            "project": {"id": 1, "path_with_namespace": "acme/app", "git_http_url": server.url()},
            "object_attributes": {
                "id": 70,
                "iid": 7,
                "action": "open",
                "title": "A change",
                "source_branch": "theirs",
                "target_branch": "main",
                "last_commit": {"id": wanted},
            },
        }
        headers = Headers(
            [
                (b"content-type", b"application/json"),
                (b"x-gitlab-event", b"Merge Request Hook"),
                (b"x-gitlab-token", b"word-of-gitlab"),
            ]
        )
        received = await machine.room.api.webhooks.intake.receive("lab", headers, json.dumps(payload).encode())
        delivery = received.delivery  # type: ignore[union-attr]  # a merge request is no handshake
        assert delivery.task_ids, delivery.why
        task = await machine.ended(delivery.task_ids[0])
        assert task.status is TaskStatus.COMPLETED, task.failure
        assert task.code is not None
        assert (task.code.ref, task.code.base) == ("refs/merge-requests/7/head", "main")
        assert task.changes is not None
        assert (task.changes.head_commit, task.changes.commits, task.changes.unpushed) == (wanted, 1, False)


async def test_the_api_refuses_addresses_and_refs_that_are_none(tmp_path: Path) -> None:
    async with machine_with(tmp_path / "data", ScriptedModel("Done.")) as machine, http(machine) as client:
        for wrong in (
            {"repository": "/etc"},
            {"repository": "ext::sh -c id"},
            {"repository": "https://a:b@host/x"},
            {"repository": "https://host/x", "ref": "--exec"},
            {"ref": "main"},
            {"repository": "https://host/x", "credentials": "../x"},
        ):
            answer = await client.post("/api/tasks", json={"message": "go", **wrong})
            assert answer.status_code == 422, answer.text
        task = await machine.ended(await machine.submit("go", agent="worker"))
        answer = await client.get(f"/api/tasks/{task.task_id}/diff")
        assert (answer.status_code, answer.json()["code"]) == (409, "code_unavailable")
        assert (await client.post(f"/api/tasks/{task.task_id}/push")).status_code == 409


async def test_tidying_up_removes_a_clone_that_has_nothing_of_its_own_and_never_unpushed_work(
    tmp_path: Path, server: GitServer
) -> None:
    server.repository()
    model = ScriptedModel("Looked.").on("change", shell(CHANGE), "Changed.")
    await asyncio.to_thread(worker, tmp_path / "data" / "config")
    async with workbench(tmp_path / "data", model, keep_workspaces_days=1e-9) as machine, http(machine) as client:
        wish = {"agent": "worker", "repository": server.url(), "ref": "main"}
        looked, changed = [
            await machine.ended((await client.post("/api/tasks", json={**wish, "message": message})).json()["task_id"])
            for message in ("look", "change")
        ]
        done = await machine.room.engine.disk.retention.tidy()
        assert (done.workspaces, done.kept_workspaces) == (1, (changed.workspace,))
        assert not (machine.settings.workspaces_dir / looked.workspace).exists()
        assert (machine.settings.workspaces_dir / changed.workspace / "repo" / "loose.txt").exists()
        assert (await client.get(f"/api/tasks/{looked.task_id}/diff")).json()["detail"] == "This task has no clone."
        again = await client.post(f"/api/tasks/{looked.task_id}/input", json={"message": "look again"})
        assert again.status_code == 202, again.text
        follow_up = await machine.ended(again.json()["task_id"])
        assert follow_up.status is TaskStatus.COMPLETED, follow_up.failure
        assert (machine.settings.workspaces_dir / looked.workspace / "repo" / ".git").is_dir()
