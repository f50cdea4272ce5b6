"""Users of their own for what agents run, one for each workspace, where a steward can switch to them (decision 0020).

A workspace's three folders (its own, HOME, temporary files) belong to the daemon, and their group is the workspace's
user: `drwxrws--T`. So that user works in them and can neither change what the daemon put there nor come in anywhere
else; the number is kept nowhere but in that group. What an agent makes is its user's own; where the daemon has to read
or remove it, it asks for that to be done as that user, who can reach nothing else either.
"""

import asyncio
import contextlib
import os
import shutil
import stat
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from machine.claude.errand import begin, next_line
from machine.domain.errors import StoreError

RUN_SECONDS: Final = 600.0
END_SECONDS: Final = 15.0
_SHARED: Final = 0o3770
PASSABLE: Final = 0o711
"""A folder that agents pass through on the way to what is theirs, and cannot look into."""
_HALF: Final = ".handed-over-"
_ERROR_BYTES: Final = 4096


class AgentUsers:
    """Blocking, but for `end`. Errors of the disk and of the steward are OSErrors."""

    def __init__(self, steward: Path, first: int, last: int, roots: Sequence[Path]) -> None:
        """Each of `roots` (homes, workspaces, temporary files) has a folder for each workspace, whose group tells its
        user. A restore can have brought one of them anew: the others still know."""
        self.steward, self.first, self.last = steward, first, last
        self._roots = tuple(roots)
        self._giving = threading.Lock()

    def user_of(self, workspace: str) -> int | None:
        """The user of a workspace that has one."""
        return next((user for root in self._roots if (user := self.owner_of(root / workspace)) is not None), None)

    def owner_of(self, folder: Path) -> int | None:
        """The user whose a workspace's folder is: its own, its HOME, or that of temporary files."""
        try:
            group = folder.lstat().st_gid
        except FileNotFoundError:
            return None
        return group if self.first <= group <= self.last else None

    def give(self, workspace: str, folders: Sequence[Path]) -> int:
        """See that a workspace has a user, and that `folders`, which exist, are theirs. Raises StoreError."""
        with self._giving:
            user = self.user_of(workspace)
            user = self._free() if user is None else user
            for parent in {folder.parent for folder in folders} - {*folders}:
                if not stat.S_IMODE(parent.stat().st_mode) & 0o001:
                    parent.chmod(PASSABLE)
            if new := [str(folder) for folder in folders if not _is_shared(folder.stat(), user)]:
                self._run(("chgrp", "--", str(user), *new), self._roots[0], user, own=True)
                self._run(("chmod", "--", f"{_SHARED:o}", *new), self._roots[0], user, own=True)
        return user

    def show(self, paths: Iterable[Path], user: int) -> None:
        """Let a user read what is the daemon's own, and nobody change it."""
        mine = [path for path in paths if path.exists() and not path.is_symlink()]
        if mine:
            self._run(("chgrp", "-R", "-h", "--", str(user), *map(str, mine)), mine[0].parent, user, own=True)
        for path in mine:
            for entry in (path, *path.rglob("*")):
                mode = entry.lstat().st_mode
                if not stat.S_ISLNK(mode):
                    entry.chmod(0o750 if stat.S_ISDIR(mode) or mode & 0o100 else 0o640)

    def hand_over(self, folder: Path, user: int, keep: frozenset[str]) -> None:
        """Make everything in a workspace that is the daemon's a user's own, but for the names in `keep`: by a copy."""
        for left in folder.glob(f"{_HALF}*"):
            name = left.name.removeprefix(_HALF)
            if os.path.lexists(folder / name):
                self._run(("rm", "-rf", "--", str(left)), folder, user)
            else:
                self._run(("mv", "-T", "--", f"{left}/{name}", str(folder / name)), folder, user)
                self._run(("rm", "-rf", "--", str(left)), folder, user)
        mine = os.getuid()
        for entry in list(os.scandir(folder)):
            if entry.name not in keep and entry.stat(follow_symlinks=False).st_uid == mine:
                self._hand_over(folder, entry.name, user)

    def _hand_over(self, folder: Path, name: str, user: int) -> None:
        half = f"{_HALF}{name}"
        self._run(("mkdir", "--", half), folder, user)
        with subprocess.Popen(("tar", "-cf", "-", "--", name), cwd=folder, stdout=subprocess.PIPE) as packing:
            assert packing.stdout is not None  # noqa: S101 - asked for above; for the type checker
            self._run(("tar", "-C", half, "-xpf", "-"), folder, user, stdin=packing.stdout.fileno())
        if packing.returncode:
            raise OSError(5, f"{name} cannot be copied for its user")
        _remove(folder / name)
        self._run(("mv", "-T", "--", f"{half}/{name}", name), folder, user)
        self._run(("rmdir", "--", half), folder, user)

    def open_up(self, path: Path, user: int) -> None:
        """Let the daemon read what a user made; the folder around it is closed to everybody else."""
        locked = ("-type", "d", "!", "-perm", "-500", "-exec", "chmod", "a+rx", "--", "{}", ";")  # before it is entered
        closed = ("(", "-type", "d", "!", "-perm", "-005", "-o", "!", "-perm", "-004", ")")
        opened = ("-exec", "chmod", "a+rX", "--", "{}", "+")
        said = ("find", str(path), "-user", str(user), "!", "-type", "l", "(", *locked, "-o", *closed, *opened, ")")
        self._run(said, path.parent, user)

    def empty(self, path: Path, user: int) -> None:
        """Remove what a user made in a folder; what is left is the daemon's own."""
        self._run(("chmod", "-R", "u+rwX", "--", str(path)), path.parent, user, may_fail=True)
        self._run(
            ("find", str(path), "-mindepth", "1", "-user", str(user), "-delete"), path.parent, user, may_fail=True
        )

    async def end(self, user: int | None = None) -> int:
        """SIGKILL to all that a user runs, or all users; how many processes there were."""
        return await asyncio.to_thread(self._end, user)

    def _end(self, user: int | None) -> int:
        first, last = (self.first, self.last) if user is None else (user, user)
        link = begin(str(self.steward), {"do": "end", "first": first, "last": last}, seconds=END_SECONDS)
        with contextlib.closing(link):
            return int(next_line(link)["ended"])

    def _free(self) -> int:
        """The first user that no workspace has. Raises StoreError."""
        taken = {folder.lstat().st_gid for root in self._roots if root.is_dir() for folder in root.iterdir()}
        for user in range(self.first, self.last + 1):
            if user not in taken:
                return user
        raise StoreError(
            f"All users from {self.first} to {self.last} have a workspace.",
            hint="Remove workspaces that are needed no more, or widen MACHINE_AGENT_USERS.",
        )

    def _run(
        self,
        argv: Sequence[str],
        cwd: Path,
        user: int,
        *,
        own: bool = False,
        stdin: int | None = None,
        may_fail: bool = False,
    ) -> None:
        """Run a program as `user`; `own`: as the daemon's user, in that user's group. Raises OSError where it fails."""
        with tempfile.TemporaryFile() as said, Path(os.devnull).open("rb") as nothing:
            request = {
                "do": "run",
                "user": os.getuid() if own else user,
                "group": user,
                "argv": list(argv),
                "cwd": str(cwd),
            }
            descriptors = (nothing.fileno() if stdin is None else stdin, said.fileno(), said.fileno())
            link = begin(str(self.steward), request, descriptors, seconds=RUN_SECONDS)
            with contextlib.closing(link):
                next_line(link)
                code = int(next_line(link)["code"])
            if code and not may_fail:
                said.seek(0)
                words = said.read(_ERROR_BYTES).decode("utf-8", "replace").strip()
                raise OSError(5, f"{argv[0]} failed for user {user}: {words or code}")


def _is_shared(known: os.stat_result, user: int) -> bool:
    return known.st_gid == user and stat.S_IMODE(known.st_mode) == _SHARED


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
