"""Looking at a clone, and pushing from it, without believing anything that stands in it.

Every git here runs on the mirror, with its settings, and borrows the clone's objects through its environment; the
clone's files are its work tree, the index is a new one. So the clone's `.git/config`, hooks, filters, `fsmonitor` and
the rest, which the agent may have written, are not read by any program of the daemon's.
"""

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from machine.domain.code import Changes, Diff
from machine.domain.errors import CodeFault
from machine.git.clones import Place
from machine.git.heads import Heads, heads_of
from machine.git.program import Git

MAX_DIFF_BYTES: Final = 2 * 1024 * 1024
MAX_NAMES_BYTES: Final = 4 * 1024 * 1024

_SAFELY: Final = ("--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=all", "--find-renames")


@dataclass(frozen=True)
class View:
    """A clone as the daemon's git sees it."""

    git: Git
    repository: Path
    place: Place
    heads: Heads
    environment: dict[str, str]
    has_new_files: bool
    """Files that are neither known to git nor ignored."""

    async def changes(self, *, unpushed: bool) -> Changes:
        """Raises CodeFault."""
        base, head = self.place.base_commit, self.heads.head
        stat = await self._git("diff", *_SAFELY, "--shortstat", base, "--")
        files, insertions, deletions = _numbers(stat)
        commits = await self._git("rev-list", "--count", f"{base}..{head}", "--")
        return Changes(
            branch=self.place.branch,
            base_commit=base,
            head_commit=head,
            commits=int(commits),
            files=files,
            insertions=insertions,
            deletions=deletions,
            uncommitted=await self.uncommitted(),
            unpushed=unpushed,
        )

    async def uncommitted(self) -> bool:
        """Whether the files differ from what is checked out. Raises CodeFault."""
        return self.has_new_files or bool(await self._git("diff", *_SAFELY, "--shortstat", self.heads.head, "--"))

    async def unpushed(self) -> bool:
        """Whether a branch, a stash or the like has commits that no branch or tag of the mirror has."""
        stdin = "".join(f"{commit}\n" for commit in sorted(self.heads.commits)).encode()
        ran = await self.git.run(
            *("rev-list", "--count", "--max-count=1", "--stdin", "--not", "--all"),
            cwd=self.repository,
            environment=self.environment,
            stdin=stdin,
        )
        return ran.code != 0 or ran.text != "0"

    async def diff(self) -> Diff:
        """Raises CodeFault."""
        ran = await self.git.run(
            *("diff", *_SAFELY, "--src-prefix=a/", "--dst-prefix=b/", self.place.base_commit, "--"),
            cwd=self.repository,
            environment=self.environment,
            max_bytes=MAX_DIFF_BYTES,
        )
        if ran.code and not ran.truncated:
            raise CodeFault(f"The diff cannot be made: {ran.error.strip()[-300:]}")
        text = ran.out.decode("utf-8", "replace")
        return Diff(
            branch=self.place.branch,
            base_commit=self.place.base_commit,
            head_commit=self.heads.head,
            diff=text,
            truncated=ran.truncated,
        )

    async def _git(self, *arguments: str) -> str:
        return await self.git.must(*arguments, cwd=self.repository, environment=self.environment)


@asynccontextmanager
async def viewed(git: Git, repository: Path, place: Place, mirror: Path) -> AsyncIterator[View]:
    """A view of the clone in `repository`, as it is now. Raises CodeFault."""
    heads = await asyncio.to_thread(heads_of, repository)
    scratch = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="index-", dir=mirror.parent))
    try:
        environment = {
            **borrowing(mirror, repository),
            "GIT_WORK_TREE": str(repository),
            "GIT_INDEX_FILE": str(scratch / "index"),
        }
        await git.must("read-tree", heads.head, cwd=repository, environment=environment)
        new = await _name_new_files(git, repository, environment)
        yield View(git, repository, place, heads, environment, new)
    finally:
        await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)


def borrowing(mirror: Path, repository: Path) -> dict[str, str]:
    """For a git that works on the mirror and sees the clone's commits, too."""
    objects = json.dumps(str(repository / ".git" / "objects"), ensure_ascii=False)  # quoted: a colon ends a path
    return {"GIT_DIR": str(mirror), "GIT_ALTERNATE_OBJECT_DIRECTORIES": objects}


async def _name_new_files(git: Git, repository: Path, environment: dict[str, str]) -> bool:
    """Put the names of new files into the index, so that a diff shows them; whether there are any."""
    ran = await git.run(
        *("ls-files", "-z", "--others", "--exclude-standard"),
        cwd=repository,
        environment=environment,
        max_bytes=MAX_NAMES_BYTES,
    )
    if ran.code and not ran.truncated:
        raise CodeFault(f"The clone's files cannot be listed: {ran.error.strip()[-300:]}")
    names = ran.out.rpartition(b"\0")[0].split(b"\0") if ran.out else []
    # A name that ends with a slash is a repository inside of this one: opened by git, its settings would count.
    if plain := [name for name in names if name and not name.endswith(b"/")]:
        await git.must(
            *("add", "--intent-to-add", "--pathspec-from-file=-", "--pathspec-file-nul"),
            cwd=repository,
            environment=environment,
            stdin=b"\0".join(plain),
        )
    return bool(names)


def _numbers(stat: str) -> tuple[int, int, int]:
    """Of ` 3 files changed, 10 insertions(+), 2 deletions(-)`; nothing stands there for what is 0."""
    found = {"file": 0, "insertion": 0, "deletion": 0}
    for part in filter(None, (part.strip() for part in stat.split(","))):
        number, _, what = part.partition(" ")
        for name in found:
            if what.startswith(name):
                found[name] = int(number)
    return found["file"], found["insertion"], found["deletion"]
