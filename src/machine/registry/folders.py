"""Definitions on the disk: read whole or not at all, written whole or not at all.

A definition is written beside the others, under `.staging/`, and put in place by renaming; the version it replaces
goes to `.previous/`, one for each name. What a crash leaves half done is finished or removed by `recover`. Everything
here blocks.
"""

import contextlib
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from machine.domain.definitions import MAX_DEPTH, DefinitionFile, Files, invalid
from machine.registry.paths import Collector, is_ignored, too_large

PREVIOUS: Final = ".previous"
STAGING: Final = ".staging"
ASIDE: Final = ".aside"
_HALF: Final = ".half-"

Fingerprint = tuple[tuple[str, int, int, int, int, int], ...]
"""Path, type and mode, size, time of change, inode and time of status change of everything in a folder."""


def fingerprint(path: Path) -> Fingerprint:
    """What tells one version of a file or folder from the next, without reading it. Raises OSError."""
    found = []
    for relative, entry in _walk(path):
        found.append((relative, entry.st_mode, entry.st_size, entry.st_mtime_ns, entry.st_ino, entry.st_ctime_ns))
        if len(found) > 4_000:
            break  # more than any definition may have: reading it will say so
    return tuple(found)


def read_files(path: Path) -> Files:
    """All files of a folder, or the one file that `path` is under its name. Follows no link.

    Raises InvalidDefinition for what is too large or no plain file, OSError.
    """
    collector = Collector()
    for relative, entry in _walk(path):
        collector.count()
        if stat.S_ISDIR(entry.st_mode):
            continue
        if not stat.S_ISREG(entry.st_mode):
            raise invalid(relative, "is a link or a device; only files and folders are taken")
        if entry.st_size > collector.left_bytes:
            raise too_large(relative)
        content = _content(path / relative if path.is_dir() else path, collector.left_bytes)
        collector.add(relative, content, executable=bool(entry.st_mode & 0o100))
    return collector.files


def write_files(folder: Path, files: Files, *, durable: bool = False) -> None:
    """Write files into a folder, which is made; nothing there may stand in the way. For their owner alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path, file in files.items():
        target = folder / path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file(target, file.content, executable=file.executable, durable=durable)
    if durable:
        for directory in {folder, *((folder / path).parent for path in files)}:
            _sync(directory)


def write_file(path: Path, content: bytes, *, executable: bool = False, durable: bool = False) -> None:
    """Write a new file, following no link. Raises OSError when something is there."""
    mode = 0o700 if executable else 0o600
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        if durable:
            file.flush()
            os.fsync(file.fileno())


def replace_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{_HALF}{secrets.token_hex(8)}")
    try:
        write_file(draft, content, durable=True)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _sync(path.parent)


def remove(path: Path) -> None:
    """Remove whatever is there, following no link."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.is_dir():
        shutil.rmtree(path)
    elif path.exists():  # a socket, a pipe, a device
        path.unlink()


class ConfigFolder:
    """`config/`: one folder for each kind, one folder or file in it for each definition."""

    def __init__(self, root: Path, touched: Callable[[str, str], None] = lambda _kind, _name: None) -> None:
        """`touched` is told of each definition that is written, taken away or brought back here."""
        self.root = root
        self.touched = touched

    def place(self, kind: str, name: str) -> Path:
        return self.root / kind / name

    def previous(self, kind: str, name: str) -> Path:
        """Where the version before the last save lies, if there is one."""
        return self.root / PREVIOUS / kind / name

    def save(self, kind: str, name: str, files: Files) -> None:
        """Put a definition in place of the one there is. Raises OSError, and then nothing has changed."""
        self._save(kind, name, lambda half: write_files(half, files, durable=True))

    def save_file(self, kind: str, name: str, file: DefinitionFile) -> None:
        """The same for a definition that is one file; `name` with its ending."""
        self._save(kind, name, lambda half: write_file(half, file.content, durable=True))

    def _save(self, kind: str, name: str, write: Callable[[Path], None]) -> None:
        staged = self.root / STAGING / kind / name
        half = self.root / STAGING / f"{_HALF}{secrets.token_hex(8)}"
        try:
            staged.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write(half)
            remove(staged)
            half.rename(staged)
        except OSError:
            with contextlib.suppress(OSError):
                remove(half)
            raise
        _sync(staged.parent)
        self._finish(kind, name)

    def delete(self, kind: str, name: str) -> None:
        """Take a definition away; it stays as the previous version. Raises OSError."""
        self.touched(kind, name)
        self._move(self.place(kind, name), self.previous(kind, name))

    def bring_back(self, kind: str, name: str) -> None:
        """Put the previous version of a definition that is not there in its place. Raises OSError."""
        self.touched(kind, name)
        self._move(self.previous(kind, name), self.place(kind, name))

    def set_aside(self, kind: str, name: str, label: str) -> Path:
        """Move a definition to where nothing reads or replaces it; returns where that is. Raises OSError."""
        self.touched(kind, name)
        target = self.root / ASIDE / label / kind / name
        self._move(self.place(kind, name), target)
        return target

    def recover(self) -> None:
        """Finish what a crash left after its files were all written, and remove what it left before that."""
        staging = self.root / STAGING
        for half in (*self.root.glob(f"{_HALF}*"), *staging.glob(f"{_HALF}*"), *self.root.glob(f"webhooks/{_HALF}*")):
            remove(half)
        for staged in sorted(staging.glob("*/*")):
            self._finish(staged.parent.name, staged.name)

    def _finish(self, kind: str, name: str) -> None:
        """From staged to in force; may be repeated after a crash at any point."""
        self.touched(kind, name)
        if os.path.lexists(self.place(kind, name)):
            self._move(self.place(kind, name), self.previous(kind, name))
        self._move(self.root / STAGING / kind / name, self.place(kind, name))

    def _move(self, source: Path, target: Path) -> None:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        remove(target)
        source.rename(target)
        _sync(target.parent)
        _sync(source.parent)


def _walk(path: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Everything below a folder with what lstat says, folders before what is in them; for a file, itself."""
    top = path.lstat()
    if not stat.S_ISDIR(top.st_mode):
        yield path.name, top
        return
    level = [("", path)]
    for _ in range(MAX_DEPTH + 1):
        deeper = []
        for prefix, folder in level:
            with os.scandir(folder) as entries:
                for entry in sorted(entries, key=lambda found: found.name):
                    if is_ignored(entry.name):
                        continue
                    yield prefix + entry.name, (known := entry.stat(follow_symlinks=False))
                    if stat.S_ISDIR(known.st_mode):
                        deeper.append((f"{prefix}{entry.name}/", folder / entry.name))
        level = deeper


def _content(path: Path, limit: int) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(limit + 1)


def _sync(folder: Path) -> None:
    """Make what was renamed or written in a folder last."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
