"""A clone on its way to another machine, with real git servers and real git."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.git_server import GitServer, commit, git, git_server

from machine.domain.code import CodeSource
from machine.domain.errors import CodeFault
from machine.domain.snapshot import ClonePart
from machine.git import GitRepositories


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    with git_server(tmp_path / "server") as made:
        yield made


class Machine:
    """One machine's mirrors and clones."""

    def __init__(self, root: Path, name: str) -> None:
        self.data = root / name
        (self.data / "workspaces" / "w").mkdir(parents=True)
        self.clone = self.data / "workspaces" / "w" / "repo"
        self.repositories = GitRepositories(
            self.data / "repos", self.data / "workspaces", environ=os.environ, instance=f"test-{root.name}-{name}"
        )


async def moved(here: Machine, there: Machine, part: ClonePart | None = None) -> ClonePart:
    """Bring the clone over as an archive would: git's own files, and those that differ. Returns what was told."""
    pack = there.data / "clone.pack"
    told = await here.repositories.pack("w", pack)
    assert told is not None
    part = part or told
    folder = there.data / "coming"
    if part.head is None:
        shutil.copytree(here.clone, folder / "repo", symlinks=True)
    else:
        shutil.copytree(here.clone / ".git", folder / "repo" / ".git", ignore=shutil.ignore_patterns("objects", "logs"))
        for name in part.files:
            (folder / "repo" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(here.clone / name, folder / "repo" / name, follow_symlinks=False)
    given = pack if pack.exists() else None
    await there.repositories.put_back("w", part, None, folder=folder, pack=given)
    shutil.rmtree(there.clone, ignore_errors=True)
    (folder / "repo").rename(there.clone)
    return part


@pytest.fixture
async def here(tmp_path: Path, server: GitServer) -> Machine:
    server.repository(files={"README.md": "Hello.\n", "src/a.py": "a\n", "src/b.py": "b\n"})
    made = Machine(tmp_path, "a")
    await asyncio.to_thread(made.repositories.prepare)
    await made.repositories.check_out("w", CodeSource(repository=server.url()), None, task_id="task_1")
    return made


@pytest.fixture
def there(tmp_path: Path) -> Machine:
    made = Machine(tmp_path, "b")
    made.repositories.prepare()
    return made


def state(clone: Path) -> tuple[str, str, str]:
    said = (git("status", "--porcelain", cwd=clone), git("rev-parse", "HEAD", cwd=clone))
    return (*said, git("stash", "list", "--format=%H", cwd=clone))


async def test_an_untouched_clone_needs_no_objects(here: Machine, there: Machine) -> None:
    part = await moved(here, there)
    assert (part.files, part.gone, part.has_pack) == ((), (), False)
    assert state(there.clone) == state(here.clone)


async def test_folders_that_became_links_and_files_that_became_folders_come_so(here: Machine, there: Machine) -> None:
    shutil.rmtree(here.clone / "src")
    (here.clone / "src").symlink_to("/etc")
    (here.clone / "README.md").unlink()
    (here.clone / "README.md").mkdir()
    (here.clone / "README.md" / "inner").write_text("x")
    part = await moved(here, there)
    assert set(part.gone) == {"README.md", "src/a.py", "src/b.py"}
    assert (there.clone / "src").readlink() == Path("/etc")
    assert (there.clone / "README.md" / "inner").read_text() == "x"
    assert state(there.clone) == state(here.clone)


async def test_a_merge_that_stopped_can_be_gone_on_with(here: Machine, there: Machine) -> None:
    git("checkout", "-q", "-b", "other", cwd=here.clone)
    commit(here.clone, {"README.md": "Other.\n"})
    git("checkout", "-q", "-", cwd=here.clone)
    commit(here.clone, {"README.md": "Ours.\n"})
    with pytest.raises(Exception, match="merge"):
        git("merge", "-q", "other", cwd=here.clone)
    await moved(here, there)
    assert state(there.clone) == state(here.clone)
    git("checkout", "-q", "--theirs", "README.md", cwd=there.clone)
    git("commit", "-q", "-a", "-m", "Merged", cwd=there.clone)
    assert git("show", "HEAD:README.md", cwd=there.clone) == "Other."
    assert git("fsck", "--no-dangling", "--strict", cwd=there.clone) == ""


async def test_a_clone_that_git_cannot_tell_about_goes_along_whole(here: Machine, there: Machine) -> None:
    (here.clone / ".gitmodules").write_text("")
    part = await moved(here, there)
    assert part.head is None
    assert state(there.clone) == state(here.clone)
    assert await there.repositories.has("w", CodeSource.model_validate(part.place["code"]))


async def test_a_setting_of_the_clone_runs_nothing(here: Machine, there: Machine, tmp_path: Path) -> None:
    trap = f"touch {tmp_path}/ran"
    for name in ("core.fsmonitor", "filter.x.clean", "filter.x.smudge", "core.sshCommand", "diff.external"):
        git("config", name, trap, cwd=here.clone)
    (here.clone / ".gitattributes").write_text("* filter=x\n")
    (here.clone / "src" / "a.py").write_text("changed\n")
    for hook in ("post-checkout", "reference-transaction", "post-index-change"):
        (here.clone / ".git" / "hooks").mkdir(exist_ok=True)
        (here.clone / ".git" / "hooks" / hook).write_text(f"#!/bin/sh\n{trap}\n")
        (here.clone / ".git" / "hooks" / hook).chmod(0o700)
    part = await moved(here, there)
    assert part.files
    assert (there.clone / "src" / "a.py").read_text() == "changed\n"
    assert not (tmp_path / "ran").exists()


async def test_a_base_that_the_server_has_dropped_is_named(here: Machine, there: Machine, server: GitServer) -> None:
    commit(here.clone, {"README.md": "Work.\n"})
    bare = server.root / "app.git"
    orphan = git("commit-tree", "-m", "Anew", git("rev-parse", "main^{tree}", cwd=bare), cwd=bare)
    git("update-ref", "refs/heads/main", orphan, cwd=bare)
    git("gc", "-q", "--prune=now", cwd=bare)
    with pytest.raises(CodeFault, match="does not have any more"):
        await moved(here, there)
    assert not there.clone.exists()


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", ".git/config", ""])
async def test_names_that_lead_elsewhere_are_refused(name: str, here: Machine, there: Machine) -> None:
    told = await here.repositories.pack("w", there.data / "clone.pack")
    assert told is not None
    with pytest.raises(CodeFault, match="is no file of a clone"):
        await moved(here, there, told.model_copy(update={"gone": (name,)}))
