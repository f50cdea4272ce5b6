"""Mirrors and clones against real git servers on loopback."""

import asyncio
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr
from tests.support.git_server import GitServer, commit, git, git_server

from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.code import CodeSource
from machine.domain.errors import CodeFault
from machine.git import GitRepositories

PASSWORD = "s3cret-word"
SECRET = SecretStr(f"ann:{PASSWORD}")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    with git_server(tmp_path / "server") as made:
        yield made


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[GitServer]:
    """A server that wants a password."""
    with git_server(tmp_path / "closed", password=PASSWORD) as made:
        yield made


@pytest.fixture
def repositories(tmp_path: Path) -> GitRepositories:
    (tmp_path / "workspaces").mkdir()
    made = GitRepositories(
        tmp_path / "repos", tmp_path / "workspaces", environ=os.environ, instance=f"test-{tmp_path.name}"
    )
    made.prepare()
    return made


def clone_of(tmp_path: Path, name: str) -> Path:
    return tmp_path / "workspaces" / name / "repo"


async def checked_out(
    tmp_path: Path, repositories: GitRepositories, name: str, code: CodeSource, secret: SecretStr | None = None
) -> Path:
    clone_of(tmp_path, name).parent.mkdir(exist_ok=True)
    await repositories.check_out(name, code, secret, task_id=f"task_{name}")
    return clone_of(tmp_path, name)


async def test_a_clone_is_on_a_branch_of_its_own_and_its_origin_is_the_real_address(
    tmp_path: Path, server: GitServer, repositories: GitRepositories
) -> None:
    work = server.repository()
    clone = await checked_out(tmp_path, repositories, "one", CodeSource(repository=server.url()))
    assert git("rev-parse", "--abbrev-ref", "HEAD", cwd=clone) == "machine/task_one"
    assert git("rev-parse", "HEAD", cwd=clone) == git("rev-parse", "HEAD", cwd=work)
    assert git("remote", "get-url", "origin", cwd=clone) == server.url()
    assert git("config", "--local", "user.email", cwd=clone).endswith(".invalid")
    assert (clone / "README.md").read_text() == "Hello.\n"


async def test_tasks_of_one_repository_share_no_file(
    tmp_path: Path, server: GitServer, repositories: GitRepositories
) -> None:
    server.repository()
    code = CodeSource(repository=server.url())
    clones = await asyncio.gather(*(checked_out(tmp_path, repositories, name, code) for name in ("one", "two")))
    for clone in clones:
        files = [path for path in clone.rglob("*") if path.is_file()]
        assert files
        assert {path.stat().st_nlink for path in files} == {1}
        assert not (clone / ".git" / "objects" / "info" / "alternates").exists()
    commit(clones[0], {"mine.txt": "x"})
    assert not (clones[1] / "mine.txt").exists()
    assert len(list((tmp_path / "repos").glob("*.git"))) == 1


@pytest.mark.parametrize("kind", ["branch", "tag", "commit", "short", "full", "lost"])
async def test_every_kind_of_ref_is_found(
    tmp_path: Path, server: GitServer, repositories: GitRepositories, kind: str
) -> None:
    work = server.repository()
    wanted = commit(work, {"there.txt": "x"})
    refs = {
        "branch": ("refs/heads/feature/x", "feature/x"),
        "tag": ("refs/tags/v1", "v1"),
        "commit": ("refs/heads/y", wanted),
        "short": ("refs/heads/y", wanted[:9]),
        "full": ("refs/merge-requests/1/head", "refs/merge-requests/1/head"),
        "lost": ("refs/keep/1", wanted),
    }
    git("push", "-q", "origin", f"HEAD:{refs[kind][0]}", cwd=work)
    clone = await checked_out(
        tmp_path, repositories, "one", CodeSource(repository=server.url(), ref=refs[kind][1], base="main")
    )
    assert (clone / "there.txt").exists()
    changes = await repositories.changes("one", None)
    assert (changes.commits, changes.files, changes.unpushed) == (1, 1, False)


async def test_a_branch_that_is_gone_at_the_server_is_gone_in_later_clones_and_stays_in_earlier_ones(
    tmp_path: Path, server: GitServer, repositories: GitRepositories
) -> None:
    work = server.repository()
    git("push", "-q", "origin", "HEAD:refs/heads/old", cwd=work)
    code = CodeSource(repository=server.url(), ref="old")
    clone = await checked_out(tmp_path, repositories, "one", code)
    git("push", "-q", "origin", ":refs/heads/old", cwd=work)
    with pytest.raises(CodeFault, match="has no branch, tag, commit or ref old"):
        await checked_out(tmp_path, repositories, "two", code)
    assert not clone_of(tmp_path, "two").exists()
    assert git("rev-parse", "--verify", "origin/old", cwd=clone)


async def test_a_clone_that_is_there_is_not_touched_again(
    tmp_path: Path, server: GitServer, repositories: GitRepositories
) -> None:
    work = server.repository()
    code = CodeSource(repository=server.url())
    clone = await checked_out(tmp_path, repositories, "one", code)
    (clone / "README.md").write_text("Mine.\n")
    commit(work, {"README.md": "Theirs.\n"})
    git("push", "-q", "origin", "HEAD:main", cwd=work)
    asked = len(server.seen)
    await checked_out(tmp_path, repositories, "one", code)
    assert (clone / "README.md").read_text() == "Mine.\n"
    assert len(server.seen) == asked


@pytest.mark.parametrize(
    ("path", "secret", "words"),
    [
        ("app.git", None, "cannot be read without credentials"),
        ("app.git", SecretStr("ann:wrong-word"), "cannot be read with the credentials"),
        ("nothing.git", SECRET, "cannot be read with"),
    ],
)
async def test_who_has_no_access_is_told_so_and_no_secret_is(
    tmp_path: Path, closed: GitServer, repositories: GitRepositories, path: str, secret: SecretStr | None, words: str
) -> None:
    closed.repository()
    with pytest.raises(CodeFault, match=words) as caught:
        await checked_out(tmp_path, repositories, "one", CodeSource(repository=closed.url(path)), secret)
    assert "-word" not in caught.value.message + caught.value.hint


async def test_what_one_may_read_is_not_given_to_another_from_the_mirror(
    tmp_path: Path, closed: GitServer, repositories: GitRepositories
) -> None:
    closed.repository()
    code = CodeSource(repository=closed.url(), credentials="TOKEN")
    clone = await checked_out(tmp_path, repositories, "one", code, SECRET)
    for other, secret in ((code, None), (CodeSource(repository=closed.url()), None), (code, SecretStr("a:b-word"))):
        with pytest.raises(CodeFault):
            await checked_out(tmp_path, repositories, "two", other, secret)
    for folder in (tmp_path / "repos", clone.parent):
        held = [path for path in folder.rglob("*") if path.is_file() and PASSWORD.encode() in path.read_bytes()]
        assert held == []


async def test_credentials_do_not_follow_a_redirect_to_another_server(
    tmp_path: Path, closed: GitServer, repositories: GitRepositories
) -> None:
    closed.repository()
    other = CodeSource(repository=closed.url().replace("127.0.0.1", "localhost"))
    with git_server(tmp_path / "lure") as lure:
        lure.redirect = other.repository
        with pytest.raises(CodeFault, match="cannot be read"):
            await checked_out(tmp_path, repositories, "one", CodeSource(repository=lure.url()), SECRET)
    assert closed.seen
    assert closed.passwords == []


async def test_a_server_that_fails_for_a_moment_is_asked_again(
    tmp_path: Path, server: GitServer, repositories: GitRepositories
) -> None:
    server.repository()
    server.refuse = [503, 502]
    assert (await checked_out(tmp_path, repositories, "one", CodeSource(repository=server.url()))).exists()
    assert server.refuse == []


async def test_a_server_that_is_down_or_empty_is_named(
    tmp_path: Path, server: GitServer, repositories: GitRepositories
) -> None:
    git("init", "-q", "--bare", str(server.root / "empty.git"), cwd=server.root)
    with pytest.raises(CodeFault, match=r"empty\.git is empty"):
        await checked_out(tmp_path, repositories, "one", CodeSource(repository=server.url("empty.git")))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(CodeFault, match=r"cannot be fetched: .*onnect"):
        await checked_out(tmp_path, repositories, "one", CodeSource(repository=f"http://127.0.0.1:{port}/x.git"))


async def test_git_daemon_is_understood_too(tmp_path: Path, server: GitServer, repositories: GitRepositories) -> None:
    server.repository()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    exec_path = git("--exec-path", cwd=tmp_path)
    command = [f"{exec_path}/git-daemon", f"--base-path={server.root}", "--export-all", "--enable=receive-pack"]
    command += ["--listen=127.0.0.1", f"--port={port}", "--reuseaddr"]
    daemon = await asyncio.create_subprocess_exec(*command, stdin=subprocess.DEVNULL)
    try:
        async with asyncio.timeout(10):
            while not _answers(port):
                await asyncio.sleep(0.02)
        code = CodeSource(repository=f"git://127.0.0.1:{port}/app.git")
        clone = await checked_out(tmp_path, repositories, "one", code)
        made = commit(clone, {"new.txt": "x"})
        assert (await repositories.push("one", None)).commit == made
        assert server.heads()["refs/heads/machine/task_one"] == made
    finally:
        daemon.terminate()
        await daemon.wait()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


async def test_ssh_uses_the_key_that_was_given_and_nobody_elses(
    tmp_path: Path, server: GitServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.repository()
    ssh = tmp_path / "bin" / "ssh"
    ssh.parent.mkdir()
    (tmp_path / "workspaces").mkdir()
    # What the other side of a real ssh does, after it has written down what it was asked.
    text = f'#!/bin/sh\nprintf "%s\\n" "$@" >> {tmp_path}/asked\ncat "$4" >> {tmp_path}/key\n'
    ssh.write_text(text + f'for last; do :; done\ncd {server.root} && eval "exec $last"\n')
    ssh.chmod(0o700)
    environ = {**os.environ, "PATH": f"{ssh.parent}:{os.environ['PATH']}", "SSH_AUTH_SOCK": "/nowhere"}
    repositories = GitRepositories(tmp_path / "repos", tmp_path / "workspaces", environ=environ, instance="test-ssh")
    await asyncio.to_thread(repositories.prepare)
    code = CodeSource(repository="git@example.invalid:app.git")
    with pytest.raises(CodeFault, match="no key"):
        await checked_out(tmp_path, repositories, "one", code)
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n"
    assert (await checked_out(tmp_path, repositories, "one", code, SecretStr(key))).exists()
    asked = (tmp_path / "asked").read_text()
    assert asked.startswith("-F\n/dev/null\n-i\n")
    assert "IdentitiesOnly=yes" in asked
    assert (tmp_path / "key").read_text() == key
    assert not list((tmp_path / "repos").glob("key-*"))


async def test_a_fetch_that_is_cancelled_leaves_no_process_and_no_clone(
    tmp_path: Path, server: GitServer, repositories: GitRepositories
) -> None:
    server.repository()
    server.hold.clear()
    code = CodeSource(repository=server.url())
    fetching = spawn(checked_out(tmp_path, repositories, "one", code), name="fetch")
    async with asyncio.timeout(20):
        while not any(path.endswith("/git-upload-pack") for path in server.seen):
            await asyncio.sleep(0.02)
    assert await asyncio.to_thread(_gits, server.url())
    await cancel_and_wait(fetching)
    assert await asyncio.to_thread(_gits, server.url()) == []
    assert not clone_of(tmp_path, "one").exists()
    server.hold.set()
    assert (await checked_out(tmp_path, repositories, "one", code)).exists()


def _gits(url: str) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if url in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


# --- looking at clones ----------------------------------------------------------------------------------------------


async def test_changes_and_diff_hold_commits_and_what_is_not_committed(
    tmp_path: Path, server: GitServer, repositories: GitRepositories
) -> None:
    server.repository(files={"README.md": "Hello.\n", ".gitignore": "*.log\n"})
    clone = await checked_out(tmp_path, repositories, "one", CodeSource(repository=server.url()))
    fresh = await repositories.changes("one", None)
    assert (fresh.commits, fresh.files, fresh.uncommitted, fresh.unpushed) == (0, 0, False, False)
    assert (await repositories.diff("one")).diff == ""
    commit(clone, {"committed.txt": "a\nb\n"})
    (clone / "README.md").write_text("Changed.\n")
    (clone / "new file.txt").write_text("new\n")
    (clone / "noise.log").write_text("noise\n")
    index = (clone / ".git" / "index").read_bytes()
    changes = await repositories.changes("one", None)
    assert (changes.branch, changes.commits, changes.files) == ("machine/task_one", 1, 3)
    assert (changes.insertions, changes.deletions, changes.uncommitted, changes.unpushed) == (4, 1, True, True)
    diff = await repositories.diff("one")
    assert not diff.truncated
    for words in ("+++ b/committed.txt", "-Hello.", "+Changed.", "+++ b/new file.txt"):
        assert words in diff.diff
    assert "noise" not in diff.diff
    assert (clone / ".git" / "index").read_bytes() == index


async def test_a_diff_that_is_too_long_is_cut_and_says_so(
    tmp_path: Path, server: GitServer, repositories: GitRepositories
) -> None:
    server.repository()
    clone = await checked_out(tmp_path, repositories, "one", CodeSource(repository=server.url()))
    (clone / "long.txt").write_text("0123456789\n" * 300_000)
    diff = await repositories.diff("one")
    assert diff.truncated
    assert len(diff.diff) <= 2 * 1024 * 1024
    assert (await repositories.changes("one", None)).insertions == 300_000


async def test_nothing_that_an_agent_writes_into_its_clone_is_run(
    tmp_path: Path, server: GitServer, repositories: GitRepositories
) -> None:
    server.repository()
    clone = await checked_out(tmp_path, repositories, "one", CodeSource(repository=server.url()))
    ran, evil = tmp_path / "ran", tmp_path / "evil"
    evil.write_text(f'#!/bin/sh\necho "$0 $@" >> {ran}\ncat\n')
    evil.chmod(0o700)
    commit(clone, {"a.txt": "a\n", ".gitattributes": "* filter=evil diff=evil merge=evil\n"})
    (clone / "b.txt").write_text("b\n")
    inner = clone / "inner"
    inner.mkdir()
    git("init", "-q", cwd=inner)
    commit(inner, {"c.txt": "c\n"})
    git("update-index", "--add", "--cacheinfo", f"160000,{git('rev-parse', 'HEAD', cwd=inner)},inner", cwd=clone)
    git("commit", "-q", "-m", "inner", cwd=clone)
    settings = ["core.fsmonitor", "core.sshCommand", "core.editor", "core.pager", "core.askPass", "diff.external"]
    settings += ["filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv"]
    settings += [
        "diff.evil.command",
        "credential.helper",
        "merge.evil.driver",
        "gpg.program",
        "uploadpack.packObjectsHook",
    ]
    settings += ["remote.origin.receivepack", "remote.origin.uploadpack", "alias.diff", "core.gitProxy"]
    for repository in (clone, inner):
        for name in settings:
            git("config", name, str(evil), cwd=repository)
        git("config", "core.hooksPath", str(evil.parent / "hooks"), cwd=repository)
        git("config", "remote.origin.url", f"ext::{evil}", cwd=repository)
        git("config", f"url.ext::{evil}.insteadOf", server.url(), cwd=repository)
    (tmp_path / "hooks").mkdir()
    for hook in ("pre-push", "post-checkout", "post-index-change", "reference-transaction", "pre-commit"):
        (tmp_path / "hooks" / hook).symlink_to(evil)
    git("-c", "core.fsmonitor=false", "config", "--get", "core.fsmonitor", cwd=clone)
    changes = await repositories.changes("one", None)
    assert (changes.commits, changes.uncommitted) == (2, True)
    assert "+++ b/b.txt" in (await repositories.diff("one")).diff
    assert await repositories.unpushed("one", None)
    assert (await repositories.push("one", None)).repository == server.url()
    assert "refs/heads/machine/task_one" in server.heads()
    assert not ran.exists(), ran.read_text()
    trap = ["git", "diff"]  # the trap itself works
    await asyncio.to_thread(subprocess.run, trap, cwd=clone, check=False, capture_output=True)
    assert ran.exists()


@pytest.mark.parametrize("trick", ["alternates", "objects", "git file", "git link", "repo link", "pipe", "reftable"])
async def test_a_clone_that_leads_elsewhere_is_not_looked_at_and_counts_as_unpushed(
    tmp_path: Path, server: GitServer, repositories: GitRepositories, trick: str
) -> None:
    work = server.repository()
    secret = commit(work, {"secret.txt": "of somebody else"})
    clone = await checked_out(tmp_path, repositories, "one", CodeSource(repository=server.url()))
    git_dir = clone / ".git"
    (git_dir / "refs/heads/machine/task_one").write_text(secret + "\n")
    match trick:
        case "alternates":
            (git_dir / "objects/info").mkdir(exist_ok=True)
            (git_dir / "objects/info/alternates").write_text(f"{work}/.git/objects\n")
        case "objects":
            (git_dir / "objects").rename(tmp_path / "away")
            (git_dir / "objects").symlink_to(work / ".git" / "objects")
        case "git file" | "git link":
            git_dir.rename(tmp_path / "away")
            git_dir.write_text(f"gitdir: {work}/.git\n") if trick == "git file" else git_dir.symlink_to(work / ".git")
        case "repo link":
            clone.rename(tmp_path / "away")
            clone.symlink_to(work)
        case "pipe":
            (git_dir / "HEAD").unlink()
            os.mkfifo(git_dir / "HEAD")
        case _:
            (git_dir / "HEAD").write_text("ref: refs/heads/.invalid\n")
    with pytest.raises(CodeFault, match="cannot be read"):
        await repositories.diff("one")
    assert await repositories.unpushed("one", None)


async def test_what_would_be_lost_with_a_clone_is_known(
    tmp_path: Path, server: GitServer, repositories: GitRepositories
) -> None:
    server.repository()
    clone = await checked_out(tmp_path, repositories, "one", CodeSource(repository=server.url()))
    assert not await repositories.unpushed("one", None)
    (clone / "new.txt").write_text("x")
    assert await repositories.unpushed("one", None)
    git("stash", "-q", "-u", cwd=clone)
    assert await repositories.unpushed("one", None)
    git("stash", "drop", "-q", cwd=clone)
    git("checkout", "-q", "-b", "aside", cwd=clone)
    commit(clone, {"aside.txt": "x"})
    git("checkout", "-q", "machine/task_one", cwd=clone)
    git("pack-refs", "--all", cwd=clone)
    assert await repositories.unpushed("one", None)
    git("push", "-q", "origin", "aside", cwd=clone)
    assert not await repositories.unpushed("one", None)
    git("checkout", "-q", "--detach", cwd=clone)
    commit(clone, {"loose.txt": "x"})
    assert await repositories.unpushed("one", None)
    git("checkout", "-q", "aside", cwd=clone)
    inner = clone / "inner"
    inner.mkdir()
    git("init", "-q", cwd=inner)
    commit(inner, {"c.txt": "c"})
    assert await repositories.unpushed("one", None)


async def test_what_cannot_be_asked_counts_as_unpushed(
    tmp_path: Path, server: GitServer, repositories: GitRepositories
) -> None:
    server.repository()
    clone = await checked_out(tmp_path, repositories, "one", CodeSource(repository=server.url()))
    commit(clone, {"new.txt": "x"})
    git("push", "-q", "origin", "HEAD", cwd=clone)
    server.refuse = [500] * 3
    assert await repositories.unpushed("one", None)
    server.refuse = []
    assert not await repositories.unpushed("one", None)


async def test_a_push_needs_the_password_and_does_not_overwrite(
    tmp_path: Path, closed: GitServer, repositories: GitRepositories
) -> None:
    closed.repository()
    code = CodeSource(repository=closed.url(), credentials="TOKEN")
    clone = await checked_out(tmp_path, repositories, "one", code, SECRET)
    first = commit(clone, {"new.txt": "x"})
    with pytest.raises(CodeFault, match="cannot be pushed"):
        await repositories.push("one", None)
    assert (await repositories.push("one", SECRET)).commit == first
    assert not (await repositories.changes("one", SECRET)).unpushed
    git("commit", "-q", "--amend", "-m", "another", cwd=clone)
    with pytest.raises(CodeFault, match="rejected"):
        await repositories.push("one", SECRET)
    assert closed.heads()["refs/heads/machine/task_one"] == first


async def test_an_agents_own_git_logs_in_with_what_is_in_its_environment(
    tmp_path: Path, closed: GitServer, repositories: GitRepositories
) -> None:
    closed.repository()
    code = CodeSource(repository=closed.url(), credentials="TOKEN")
    clone = await checked_out(tmp_path, repositories, "one", code, SECRET)
    commit(clone, {"new.txt": "x"})
    given = {name: value.get_secret_value() for name, value in repositories.environment(code, SECRET).items()}
    own = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **given}
    await asyncio.to_thread(subprocess.run, ["git", "push", "-q"], cwd=clone, env=own, check=True)
    assert "refs/heads/machine/task_one" in closed.heads()
    assert PASSWORD not in (clone / ".git" / "config").read_text()


async def test_what_a_dead_daemon_left_half_made_is_cleared_away(tmp_path: Path, repositories: GitRepositories) -> None:
    (tmp_path / "repos" / "making" / "x").mkdir(parents=True)
    (tmp_path / "repos" / "index-1").mkdir()
    (tmp_path / "repos" / "key-1").mkdir()
    await asyncio.to_thread(repositories.prepare)
    assert {path.name for path in (tmp_path / "repos").iterdir()} == {"home"}
