"""Looking into a workspace: strictly inside of it, whatever the task in it does meanwhile.

Every step opens the next name in the folder that is open already, and no step follows a link; so nothing that is put in
the way between a check and its use leads anywhere else. Everything here blocks.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from machine.domain.errors import BadRequest, Conflict, MachineError, NotFound, TooLarge
from machine.domain.workspace import EntryKind, WorkspaceEntry, WorkspaceListing

MAX_ENTRIES: Final = 1_000
MAX_FILE_BYTES: Final = 10 * 1024 * 1024
MAX_DEPTH: Final = 40
CLOSED: Final = frozenset(
    {".claude", ".claude.json", ".credentials.json", ".mcp.json"}
    | {".git", ".git-credentials", ".netrc", ".ssh", ".npmrc", ".pypirc"}
)
"""Settings of the CLI and places where programs keep logins: for nobody's eyes, wherever they lie."""

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # a pipe would wait for a writer


def list_folder(workspace: Path, path: str) -> WorkspaceListing:
    """What lies in a folder. Raises BadRequest, NotFound, Conflict for what cannot be read."""
    parts = _parts(path)
    with _reading(path), _opened(workspace, parts) as folder, os.scandir(folder) as found:
        entries: list[WorkspaceEntry] = []
        truncated = False
        for entry in found:
            if entry.name.casefold() in CLOSED:
                continue
            if truncated := len(entries) == MAX_ENTRIES:
                break
            entries.append(_entry(entry.name, os.stat(entry.name, dir_fd=folder, follow_symlinks=False)))
    entries.sort(key=lambda entry: (entry.kind is not EntryKind.FOLDER, entry.name))
    return WorkspaceListing(path="/".join(parts), entries=tuple(entries), truncated=truncated)


def read_file(workspace: Path, path: str) -> bytes:
    """A whole file. Raises BadRequest, NotFound, TooLarge, Conflict for what cannot be read."""
    *folders, name = _parts(path) or ("",)
    if not name:
        raise BadRequest("A file wants a path.", hint="List the files to see which there are.")
    with _reading(path), _opened(workspace, folders) as folder:
        content = _content(os.open(name, _FILE, dir_fd=folder), path)
    if len(content) > MAX_FILE_BYTES:
        raise TooLarge(f"{path[:200]} has more than {MAX_FILE_BYTES} bytes.", hint="Look at it on the machine itself.")
    return content


def _content(descriptor: int, path: str) -> bytes:
    """At most one byte more than may be read. Closes the descriptor."""
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BadRequest(f"{path[:200]} is no file.", hint="Only plain files are read.")
    with os.fdopen(descriptor, "rb") as file:
        return file.read(MAX_FILE_BYTES + 1)


def _parts(path: str) -> tuple[str, ...]:
    """The names that lead there. Raises BadRequest for a path that could lead out, NotFound for one that is closed."""
    parts = tuple(path.split("/")) if path else ()
    if any(part in ("", ".", "..") or "\0" in part for part in parts) or len(parts) > MAX_DEPTH:
        raise BadRequest("That is no path of a workspace.", hint="Give one as `folder/file`, without `..`.")
    if any(part.casefold() in CLOSED for part in parts):
        raise _nothing(path)
    return parts


@contextmanager
def _opened(workspace: Path, parts: tuple[str, ...] | list[str]) -> Iterator[int]:
    """The folder's descriptor, reached name by name. Raises OSError."""
    descriptor = os.open(workspace, _FOLDER)
    try:
        for part in parts:
            inner = os.open(part, _FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _reading(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _said(path, error) from error
    except ValueError as error:  # a name that no file system can have
        raise _nothing(path) from error


def _said(path: str, error: OSError) -> MachineError:
    if error.errno == errno.ELOOP:
        return BadRequest(f"{path[:200]} is a link, and links are not followed.")
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ENXIO):
        return _nothing(path)
    return Conflict(f"{path[:200] or 'The workspace'} cannot be read: {error.strerror or error}.")


def _nothing(path: str) -> NotFound:
    if not path:
        return NotFound("This task has no workspace.", hint="It gets one when it starts, and it may have been removed.")
    return NotFound(f"There is no {path[:200]} in this workspace.", hint="List the files to see which there are.")


def _entry(name: str, found: os.stat_result) -> WorkspaceEntry:
    shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    kind = _kind(found.st_mode)
    size = found.st_size if kind is EntryKind.FILE else 0
    return WorkspaceEntry(name=shown, kind=kind, size=size, changed_at=datetime.fromtimestamp(found.st_mtime, UTC))


def _kind(mode: int) -> EntryKind:
    if stat.S_ISDIR(mode):
        return EntryKind.FOLDER
    if stat.S_ISREG(mode):
        return EntryKind.FILE
    return EntryKind.LINK if stat.S_ISLNK(mode) else EntryKind.OTHER
