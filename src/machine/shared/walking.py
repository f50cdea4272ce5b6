"""Going through folders that agents write in: no step follows a link, whatever is put in the way meanwhile.

Every folder is opened by its name in the folder that is open already, as `registry.workspace_files` does. Blocking.
"""

import hashlib
import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from machine.domain.errors import TooLarge

MAX_DEPTH: Final = 100
MAX_ENTRIES: Final = 500_000

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

NOTHING: Final = hashlib.sha256().hexdigest()
"""The mark of a folder with nothing in it, or of none."""

Keeps = Callable[[str], bool]
"""Whether what lies at a path is gone through; the path is relative, with `/`."""


class Abandoned(Exception):
    """Nobody wants the result any more."""


class Abort(threading.Event):
    """Asks a thread to give up."""

    def heed(self) -> None:
        """Raises Abandoned once it was asked for."""
        if self.is_set():
            raise Abandoned


@dataclass(frozen=True, slots=True)
class Found:
    """An entry: its path, the descriptor of its folder (open until the next entry is asked for), what lstat says."""

    path: str
    folder: int
    name: str
    stat: os.stat_result


def everything(_path: str) -> bool:
    return True


def walk(top: Path, keeps: Keeps, abort: Abort) -> Iterator[Found]:
    """Everything below `top`, in the order of the names, folders before what is in them. Nothing where there is no
    such folder. Raises TooLarge, OSError, Abandoned."""
    try:
        descriptor = os.open(top, _FOLDER)
    except FileNotFoundError:
        return
    for count, found in enumerate(_below(descriptor, "", keeps, 0)):
        if count == MAX_ENTRIES:
            raise TooLarge(f"It has more than {MAX_ENTRIES} files.")
        abort.heed()
        yield found


def _below(folder: int, prefix: str, keeps: Keeps, depth: int) -> Iterator[Found]:
    """Closes the descriptor."""
    try:
        if depth > MAX_DEPTH:
            raise TooLarge(f"Its folders are nested more than {MAX_DEPTH} deep.")
        for name in sorted(os.listdir(folder)):
            path = f"{prefix}{name}"
            if not keeps(path):
                continue
            with suppress(FileNotFoundError):  # it went away meanwhile
                known = os.stat(name, dir_fd=folder, follow_symlinks=False)
                yield Found(path, folder, name, known)
                if stat.S_ISDIR(known.st_mode):
                    yield from _below(os.open(name, _FOLDER, dir_fd=folder), f"{path}/", keeps, depth + 1)
    finally:
        os.close(folder)


def mark_of(top: Path, keeps: Keeps, abort: Abort) -> str:
    """What tells one state of a folder from the next, without reading a file."""
    digest = hashlib.sha256()
    for found in walk(top, keeps, abort):
        one = found.stat
        text = f"{found.path}\0{one.st_mode}\0{one.st_ino}\0{one.st_mtime_ns}\0{one.st_ctime_ns}"
        # A folder's own size says nothing that its entries do not.
        size = 0 if stat.S_ISDIR(one.st_mode) else one.st_size
        digest.update(f"{text}\0{size}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
