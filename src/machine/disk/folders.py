"""The port `Disk`, on a data folder. Everything that is a link is left alone."""

import asyncio
import glob
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

from machine.domain.code import REPO_FOLDER
from machine.domain.disk import DiskUse
from machine.domain.errors import StoreError
from machine.ports import SET_ASIDE

PARTS: Final = ("db", "config", "credentials", "attachments", "workspaces", "homes", "scratch", "repos", "backups")
MAX_ENTRIES: Final = 500_000
"""Of one workspace: what has more is not looked through, and stays."""

_OF_A_CONVERSATION: Final = ("workspaces", "homes", "scratch")
_CACHES: Final = frozenset({"cache", "npm", "cargo", "go"})
"""In `scratch/<workspace>`: package managers keep repositories there that are nobody's work."""
_BARE: Final = frozenset({"HEAD", "objects", "refs"})
_REMOVING: Final = ".removing-"
_SET_ASIDE: Final = "before-restore-"
_PASSABLE: Final = 0o711


class DataFolders:
    """One for the machine."""

    def __init__(
        self,
        data_dir: Path,
        *,
        open_up: Callable[[Path], None] = lambda _folder: None,
        empty: Callable[[Path], None] = lambda _folder: None,
    ) -> None:
        """What agents made may be other users': `open_up` lets a folder of theirs be read, `empty` removes what they
        made in one. Both block, and raise OSError."""
        self._data = data_dir
        self._open_up, self._empty = open_up, empty

    async def free_bytes(self) -> int:
        """See `ports.Disk.free_bytes`."""
        return (await asyncio.to_thread(self._usage)).free

    async def measure(self) -> DiskUse:
        """See `ports.Disk.measure`."""
        return await asyncio.to_thread(self._measure)

    async def workspaces(self) -> tuple[str, ...]:
        """See `ports.Disk.workspaces`."""
        return await asyncio.to_thread(self._workspaces)

    async def has_workspace(self, name: str) -> bool:
        """See `ports.Disk.has_workspace`."""
        return await asyncio.to_thread(lambda: os.path.lexists(self._data / "workspaces" / name))

    async def holds_clone(self, name: str) -> bool:
        """See `ports.Disk.holds_clone`."""
        path = self._data / "workspaces" / name / REPO_FOLDER / ".git"
        return await asyncio.to_thread(os.path.lexists, path)

    async def holds_other_repositories(self, name: str) -> bool:
        """See `ports.Disk.holds_other_repositories`."""
        try:
            return await asyncio.to_thread(self._holds_other_repositories, name)
        except OSError:  # what cannot be looked through may hold one
            return True

    async def remove(self, name: str) -> None:
        """See `ports.Disk.remove`."""
        try:
            await asyncio.to_thread(self._remove, name)
        except OSError as error:
            raise StoreError(
                f"The workspace {name} cannot be removed: {error.strerror or error}.",
                hint="Check who owns what lies in it; nothing else is affected.",
            ) from error

    async def drop_set_aside(self, before: datetime, *, keep: int) -> int:
        """See `ports.Disk.drop_set_aside`."""
        return await asyncio.to_thread(self._drop_set_aside, before, keep)

    async def sweep(self) -> None:
        """See `ports.Disk.sweep`."""
        await asyncio.to_thread(self._sweep)

    def _usage(self) -> "shutil._ntuple_diskusage":
        try:
            return shutil.disk_usage(self._data)
        except OSError as error:
            raise StoreError(f"The disk of {self._data} does not say how full it is: {error}.") from error

    def _measure(self) -> DiskUse:
        usage = self._usage()
        parts = {part: _size_of(self._data / part) for part in PARTS}
        parts["before-restore"] = sum(_size_of(kept) for kept in self._data.glob(f"{_SET_ASIDE}*"))
        return DiskUse(free_bytes=usage.free, total_bytes=usage.total, parts={k: v for k, v in parts.items() if v})

    def _workspaces(self) -> tuple[str, ...]:
        with suppress(FileNotFoundError), os.scandir(self._data / "workspaces") as there:
            folders = (one.name for one in there if one.is_dir(follow_symlinks=False))
            return tuple(sorted(name for name in folders if SET_ASIDE not in name))
        return ()

    def _holds_other_repositories(self, name: str) -> bool:
        known = self._data / "workspaces" / name / REPO_FOLDER
        seen = 0
        for top in self._folders_of(name):
            if top.is_symlink():
                return True
            self._open_up(top)
            for folder, folders, files in os.walk(top, onerror=_give_up):
                seen += len(folders) + len(files)
                names = {*folders, *files}
                here = Path(folder)
                if seen > MAX_ENTRIES or (".git" in names and here != known) or names >= _BARE:
                    return True
                if here == known:
                    folders[:] = [one for one in folders if one != ".git"]
                if here == self._data / "scratch" / name:
                    folders[:] = [one for one in folders if one not in _CACHES]
        return False

    def _remove(self, name: str) -> None:
        """Moved away first: whoever comes meanwhile finds all of it or nothing."""
        for folder in self._folders_of(name):
            if not folder.is_symlink() and folder.is_dir():
                doomed = folder.with_name(f"{_REMOVING}{uuid4().hex}")
                folder.rename(doomed)
                self._empty(doomed)
                _remove_tree(doomed)

    def _folders_of(self, name: str) -> list[Path]:
        """Also what was in its place before a newer copy came from another machine."""
        aside = (self._data / "workspaces").glob(f"{glob.escape(name)}{SET_ASIDE}*")
        return [*(self._data / part / name for part in _OF_A_CONVERSATION), *aside]

    def _drop_set_aside(self, before: datetime, keep: int) -> int:
        found = {path: at for path in self._data.glob(f"{_SET_ASIDE}*") if (at := _set_aside_at(path)) is not None}
        newest = sorted(found, key=lambda path: found[path], reverse=True)
        over = [path for number, path in enumerate(newest) if number >= keep or found[path] < before]
        return sum(self._drop(path) for path in over if not _any_in(path / "workspaces"))

    def _drop(self, kept: Path) -> bool:
        """Whether all of it could be removed; what could not is tried again with the next pass."""
        kept.chmod(_PASSABLE)  # users of agents remove what they made
        with suppress(OSError):
            for part in _OF_A_CONVERSATION:
                for folder in (kept / part).glob("*"):
                    self._empty(folder)
            _remove_tree(kept)
        return not kept.exists()

    def _sweep(self) -> None:
        for part in _OF_A_CONVERSATION:
            for left in (self._data / part).glob(f"{_REMOVING}*"):
                with suppress(OSError):
                    self._empty(left)
                    _remove_tree(left)


def _set_aside_at(path: Path) -> datetime | None:
    """When a restore made this folder; None for what somebody else called so, and for links."""
    if path.is_symlink() or not path.is_dir():
        return None
    try:
        return datetime.strptime(path.name.removeprefix(_SET_ASIDE), "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _any_in(folder: Path) -> bool:
    """Also where that cannot be found out."""
    try:
        with os.scandir(folder) as there:
            return any(there)
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _give_up(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _remove_tree(folder: Path) -> None:
    """Also what an agent, or a package manager, has made read-only."""
    for inside, _folders, _files in os.walk(folder):
        if not os.access(inside, os.W_OK | os.X_OK):
            Path(inside).chmod(stat.S_IRWXU)
    shutil.rmtree(folder)


def _size_of(path: Path) -> int:
    """Bytes on the disk of all that lies below; what goes away meanwhile counts for nothing."""
    return sum(_blocks(path))


def _blocks(path: Path) -> Iterator[int]:
    try:
        with os.scandir(path) as there:
            entries = list(there)
    except OSError:
        return
    for entry in entries:
        with suppress(OSError):
            yield entry.stat(follow_symlinks=False).st_blocks * 512
            if entry.is_dir(follow_symlinks=False):
                yield from _blocks(Path(entry.path))
