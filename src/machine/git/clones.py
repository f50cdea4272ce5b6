"""A task's own clone, made beside the workspaces and put in place whole."""

import asyncio
import shutil
from pathlib import Path
from typing import Final
from uuid import uuid4

from pydantic import BaseModel, ConfigDict

from machine.domain.code import REPO_FOLDER, CodeSource
from machine.domain.errors import CodeFault
from machine.git.mirrors import Mirrored
from machine.git.program import Git, last_words

COPY_SECONDS: Final = 600.0
_AUTHOR: Final = ("Machine", "machine@claude-code-agent.invalid")


class Place(BaseModel):
    """What the machine itself knows of a clone; nothing that stands in the clone can change it."""

    model_config = ConfigDict(frozen=True)

    code: CodeSource
    branch: str
    base_commit: str


class Places:
    """Places, in one small file for each workspace, out of the agents' reach."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, workspace: str) -> Place | None:
        """None where no clone was made. Blocking. Raises OSError."""
        try:
            return Place.model_validate_json((self._folder / f"{workspace}.json").read_bytes())
        except FileNotFoundError:
            return None

    def write(self, workspace: str, place: Place) -> None:
        """Whole or not at all. Blocking. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._folder / f".{workspace}.new"
        draft.write_text(place.model_dump_json(), encoding="utf-8")
        draft.replace(self._folder / f"{workspace}.json")

    def forget(self, workspace: str) -> None:
        """There is none any more. Blocking. Raises OSError."""
        (self._folder / f"{workspace}.json").unlink(missing_ok=True)


async def make_clone(git: Git, staging: Path, mirrored: Mirrored, code: CodeSource, branch: str) -> Path:
    """A new clone below `staging`. It is copied and shares no file with the mirror: an agent could write through a hard
    link, and change what all later tasks get. Raises CodeFault."""
    path = staging / uuid4().hex
    await asyncio.to_thread(staging.mkdir, mode=0o700, parents=True, exist_ok=True)
    try:
        ran = await git.run(
            *("clone", "--quiet", "--local", "--no-hardlinks", "--no-checkout", "--template="),
            *("--", str(mirrored.path), str(path)),
            cwd=staging,
            environment={"GIT_ALLOW_PROTOCOL": "file"},
            seconds=COPY_SECONDS,
        )
        if ran.code:
            raise CodeFault(f"The mirror of {code.repository} cannot be cloned: {last_words(ran.error)}")
        refs = f"create refs/heads/{branch} {mirrored.head}\ncreate refs/machine/base {mirrored.base}\n"
        await git.must("update-ref", "--stdin", cwd=path, stdin=refs.encode())
        await git.must("symbolic-ref", "HEAD", f"refs/heads/{branch}", cwd=path)
        await git.must("reset", "--quiet", "--hard", cwd=path, seconds=COPY_SECONDS)
        for name, value in _settings(code, branch):
            await git.must("config", "--local", "--", name, value, cwd=path)
    except BaseException:  # cancelled, too: what is half done is worth nothing
        await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)
        raise
    return path


def put_in_place(made: Path, workspace: Path) -> None:
    """Move a clone into a workspace. Blocking. Raises OSError when something stands there."""
    target = workspace / REPO_FOLDER
    if target.is_symlink() or target.exists():
        raise FileExistsError(17, "something that the machine did not make stands in its place", str(target))
    made.rename(target)


def put_over(made: Path, target: Path) -> None:
    """Move a clone where the files were that it was made of. Blocking. Raises OSError."""
    if target.is_symlink() or target.is_file():
        target.unlink()
    elif target.exists():
        shutil.rmtree(target)
    made.rename(target)


def _settings(code: CodeSource, branch: str) -> tuple[tuple[str, str], ...]:
    name, email = _AUTHOR
    return (
        ("remote.origin.url", code.repository),
        ("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"),
        (f"branch.{branch}.remote", "origin"),
        (f"branch.{branch}.merge", f"refs/heads/{branch}"),
        ("push.default", "current"),
        ("user.name", name),
        ("user.email", email),
    )
