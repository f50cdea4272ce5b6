"""What a clone's refs say, read without git: its `.git` belongs to the agent, and git would heed the settings in it.

Links are not followed, sizes are bounded, and what looks unlike a clone that git itself has made is refused.
"""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from machine.domain.errors import CodeFault

MAX_REFS: Final = 20_000
MAX_REF_BYTES: Final = 4_096
MAX_PACKED_BYTES: Final = 8 * 1024 * 1024
MAX_DEPTH: Final = 12

_COMMIT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NOT_WORK: Final = ("refs/remotes/", "refs/tags/", "refs/machine/", "refs/bisect/")
"""Refs that came from elsewhere, or only mark what others hold."""


@dataclass(frozen=True)
class Heads:
    """`head` is the commit that is checked out, `refs` are all that hold work, by their full names; `others` are what
    the refs stand for that came from elsewhere, or only mark something."""

    head: str
    refs: dict[str, str]
    others: frozenset[str] = frozenset()

    @property
    def commits(self) -> frozenset[str]:
        return frozenset({self.head, *self.refs.values()})


def heads_of(repository: Path) -> Heads:
    """The heads of the clone in `repository`. Blocking. Raises CodeFault when they cannot be read for certain."""
    try:
        git_dir = _own_folders(repository)
        refs = {**_packed(git_dir), **dict(_loose(git_dir / "refs", "refs", 0))}
        refs |= {f"worktrees/{name}": commit for name, commit in _worktrees(git_dir, refs)}
        head = _value(git_dir / "HEAD", refs)
    except (OSError, ValueError) as error:
        raise CodeFault(
            f"The clone in {repository.name}/ cannot be read: {error}.",
            hint="Look at it in the task's workspace; nothing in it was changed.",
        ) from None
    others = frozenset(commit for name, commit in refs.items() if name.startswith(_NOT_WORK))
    return Heads(head, {name: commit for name, commit in refs.items() if not name.startswith(_NOT_WORK)}, others)


def _own_folders(repository: Path) -> Path:
    """The `.git` of a clone that stands alone. What is linked to elsewhere would show what is not this task's."""
    git_dir = repository / ".git"
    for folder in (repository, git_dir, git_dir / "objects", git_dir / "objects" / "pack", git_dir / "refs"):
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise ValueError(f"{folder.name} is no folder of its own")
    for name in ("alternates", "http-alternates"):
        if os.path.lexists(git_dir / "objects" / "info" / name):
            raise ValueError("it borrows objects from elsewhere")
    return git_dir


def _value(path: Path, refs: dict[str, str]) -> str:
    """The commit that a `HEAD` stands for."""
    said = _read(path, MAX_REF_BYTES).strip()
    name = said.removeprefix("ref:").strip()
    commit = refs.get(name, "") if said.startswith("ref:") else said
    if not _COMMIT.fullmatch(commit):
        raise ValueError("its HEAD is no commit")
    return commit


def _worktrees(git_dir: Path, refs: dict[str, str]) -> Iterator[tuple[str, str]]:
    folder = git_dir / "worktrees"
    if not os.path.lexists(folder):
        return
    for entry in sorted(os.scandir(folder), key=lambda found: found.name)[:MAX_REFS]:
        yield entry.name, _value(Path(entry.path) / "HEAD", refs)


def _loose(folder: Path, name: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > MAX_DEPTH:
        raise ValueError("its refs are nested too deep")
    for count, entry in enumerate(os.scandir(folder)):
        if count > MAX_REFS:
            raise ValueError("it has too many refs")
        path, inner = Path(entry.path), f"{name}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _loose(path, inner, depth + 1)
        elif not entry.name.endswith(".lock") and _COMMIT.fullmatch(said := _read(path, MAX_REF_BYTES).strip()):
            yield inner, said
        elif not entry.name.endswith(".lock") and not said.startswith("ref:"):
            raise ValueError(f"{inner} is no commit")


def _packed(git_dir: Path) -> dict[str, str]:
    path = git_dir / "packed-refs"
    if not os.path.lexists(path):
        return {}
    lines = [line.split(" ") for line in _read(path, MAX_PACKED_BYTES).splitlines() if line and line[0] not in "#^"]
    if any(len(line) != 2 or not _COMMIT.fullmatch(line[0]) for line in lines):
        raise ValueError("its packed-refs cannot be read")
    return {name: commit for commit, name in lines}


def _read(path: Path, limit: int) -> str:
    """A plain file, whole: never a link, a pipe or a device."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError(f"{path.name} is no plain file")
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ValueError(f"{path.name} is too large")
    return content.decode("utf-8", "replace")
