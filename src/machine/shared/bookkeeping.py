"""What this machine knows of the copies it has, and how copies change places. Everything here blocks."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol
from uuid import uuid4

from machine.ports import Local

_MAKING: Final = "making-"
_REMOVING: Final = ".removing-"


class Bookkeeping:
    """`<data>/moving/`: one small file for each conversation, and folders for what is under way."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in self._folder.glob(f"{_MAKING}*"):
            shutil.rmtree(left, ignore_errors=True)

    def read(self, name: str) -> Local | None:
        """None where nothing is known. What cannot be read is worth as much. Raises OSError."""
        try:
            return Local.model_validate_json((self._folder / f"{name}.json").read_bytes())
        except (FileNotFoundError, ValueError):
            return None

    def write(self, name: str, local: Local) -> None:
        draft = self._folder / f".{name}.new"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(local.model_dump_json())
            file.flush()
            os.fsync(descriptor)
        draft.replace(self._folder / f"{name}.json")

    def forget(self, name: str) -> None:
        (self._folder / f"{name}.json").unlink(missing_ok=True)

    def new_folder(self) -> Path:
        folder = self._folder / f"{_MAKING}{uuid4().hex}"
        folder.mkdir(mode=0o700)
        return folder

    @contextmanager
    def folder(self) -> Iterator[Path]:
        made = self.new_folder()
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)


class FilesOfAgents(Protocol):
    """What agents made as users of their own. Both methods block, and raise OSError."""

    def open_up(self, folder: Path) -> None:
        """Let the daemon read what such a user made in its folder."""
        ...

    def empty(self, folder: Path) -> None:
        """Remove it."""
        ...


class NoOthers:
    """Where agents are the daemon's own user."""

    def open_up(self, folder: Path) -> None:
        """Everything can be read."""

    def empty(self, folder: Path) -> None:
        """Everything can be removed."""


def swap(new: Path, place: Path, of_agents: FilesOfAgents, *, aside: Path | None = None) -> None:
    """Put `new` where `place` was, or nothing where there is no `new`. What was there is kept as `aside`, or removed; a
    link in its place is not followed."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    doomed = aside or place.with_name(f"{_REMOVING}{uuid4().hex}")
    with contextlib.suppress(FileNotFoundError):
        place.rename(doomed)
    if os.path.lexists(new):
        new.rename(place)
    if aside is not None:
        return
    with contextlib.suppress(OSError):  # what an agent has closed is removed by the sweep of the disk
        if doomed.is_dir() and not doomed.is_symlink():
            of_agents.empty(doomed)
            _remove_folder(doomed)
        else:
            doomed.unlink(missing_ok=True)


def _remove_folder(folder: Path) -> None:
    """Also one that is an agent's own, which only can be removed from outside, once it is empty."""
    try:
        folder.rmdir()
    except OSError:
        shutil.rmtree(folder)
