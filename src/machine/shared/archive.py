"""Archives of folders: what goes in, and what may come out again. Everything here blocks.

In: plain files, folders, and links as links, wherever they lead. Out: the same and nothing else, strictly below the
folder that they are unpacked into; links are made last, so that nothing is ever written through one.
"""

import gzip
import hashlib
import io
import os
import shutil
import stat
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import IO, Final, Self, cast

from machine.domain.errors import Conflict, SnapshotLost, TooLarge
from machine.shared.walking import MAX_DEPTH, MAX_ENTRIES, Abort, Found, Keeps, everything, walk

_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # a pipe would wait for a writer
_CHUNK: Final = 1024 * 1024
_FAST: Final = 1
"""Level of compression."""


class Archive:
    """A compressed tar that is being written. The same files make the same bytes."""

    def __init__(self, target: IO[bytes], *, max_bytes: int, abort: Abort) -> None:
        self.content_bytes = 0
        self._max_bytes = max_bytes
        self._abort = abort
        self._closing = ExitStack()
        zipped = gzip.GzipFile(filename="", mode="wb", fileobj=target, compresslevel=_FAST, mtime=0)
        self._closing.enter_context(zipped)
        tar = tarfile.open(fileobj=zipped, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed below
        self._closing.callback(tar.close)
        self._tar = tar

    def add(self, top: Path, under: str, keeps: Keeps = everything) -> None:
        """Everything below `top`, under the name `under`. Raises TooLarge, Conflict, OSError."""
        for found in walk(top, keeps, self._abort):
            self._add(found, f"{under}/{found.path}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        """Also after a failure, or they would write on when they are collected."""
        with suppress(OSError) if failure is not None else nullcontext():
            self._closing.close()

    def _add(self, found: Found, name: str) -> None:
        mode = found.stat.st_mode
        entry = tarfile.TarInfo(name)
        entry.mtime = int(found.stat.st_mtime)
        entry.mode = stat.S_IMODE(mode) & 0o777
        if stat.S_ISDIR(mode):
            entry.type = tarfile.DIRTYPE
            self._tar.addfile(entry)
        elif stat.S_ISLNK(mode):
            entry.type = tarfile.SYMTYPE
            entry.linkname = os.readlink(found.name, dir_fd=found.folder)
            self._tar.addfile(entry)
        elif stat.S_ISREG(mode):
            self._add_file(found, entry)

    def _add_file(self, found: Found, entry: tarfile.TarInfo) -> None:
        try:
            descriptor = os.open(found.name, _FILE, dir_fd=found.folder)
        except FileNotFoundError:
            return
        with os.fdopen(descriptor, "rb") as file:
            known = os.fstat(descriptor)
            if not stat.S_ISREG(known.st_mode):
                raise _changing(found.path)
            self.content_bytes += known.st_size
            if self.content_bytes > self._max_bytes:
                raise TooLarge(f"It has more than {self._max_bytes // (1024 * 1024)} MB.")
            entry.size = known.st_size
            try:
                self._tar.addfile(entry, cast("IO[bytes]", _Heeding(file, self._abort)))
            except OSError as error:
                if error.errno is None:  # tarfile's own: the file has become shorter
                    raise _changing(found.path) from error
                raise


class _Heeding(io.RawIOBase):
    """A file whose reader can be asked to give up."""

    def __init__(self, file: IO[bytes], abort: Abort) -> None:
        self._file, self._abort = file, abort

    def read(self, size: int = -1) -> bytes:
        self._abort.heed()
        return self._file.read(size)


def _changing(path: str) -> Conflict:
    return Conflict(f"{path[:200]} changes while it is read.", hint="It is tried again after the next turn.")


def unpack(archive: Path, into: Path, *, max_bytes: int, abort: Abort) -> None:
    """Raises SnapshotLost for whatever does not belong into such an archive, OSError. `into` has to be new."""
    try:
        with gzip.open(archive, "rb") as zipped, tarfile.open(fileobj=zipped, mode="r|", errorlevel=2) as tar:
            links = [*_extracted(tar, into, max_bytes, abort)]
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, ValueError, RecursionError) as error:
        raise SnapshotLost(f"The archive is damaged: {str(error)[:200]}.") from error
    for path, target in links:
        _link(into, path, target)


def _extracted(tar: tarfile.TarFile, into: Path, max_bytes: int, abort: Abort) -> Iterator[tuple[tuple[str, ...], str]]:
    """Files and folders are written; links are only told."""
    seen, total = set[tuple[str, ...]](), 0
    for entry in tar:
        abort.heed()
        parts = _parts(entry.name)
        total += entry.size
        if parts in seen or len(seen) > 2 * MAX_ENTRIES or total > max_bytes:
            raise _refused(entry.name, "is there twice, or more than there may be")
        seen.add(parts)
        if entry.issym():
            yield parts, entry.linkname
        elif (entry.isdir() or entry.type in (tarfile.REGTYPE, tarfile.AREGTYPE)) and entry.sparse is None:
            _extract(tar, entry, into.joinpath(*parts))
        else:
            raise _refused(entry.name, "is no file, folder or link")


def _extract(tar: tarfile.TarFile, entry: tarfile.TarInfo, target: Path) -> None:
    """By hand: the filters of `tarfile` are not in every Python 3.11."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if entry.isdir():
        target.mkdir(mode=0o700)
        return
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file, tar.extractfile(entry) or nullcontext(io.BytesIO()) as content:
        shutil.copyfileobj(content, file, _CHUNK)
        file.flush()
        os.fchmod(descriptor, entry.mode & 0o755 | 0o600)
        os.utime(descriptor, (entry.mtime, entry.mtime))


def _parts(name: str) -> tuple[str, ...]:
    parts = tuple(name.split("/"))
    if any(part in ("", ".", "..") or "\0" in part for part in parts) or len(parts) > MAX_DEPTH + 2:
        raise _refused(name, "leads elsewhere")
    return parts


def _link(into: Path, parts: tuple[str, ...], target: str) -> None:
    """In a folder that is one, all the way."""
    folder = into
    for part in parts[:-1]:
        folder /= part
        if not os.path.lexists(folder):
            folder.mkdir(mode=0o700)
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise _refused("/".join(parts), "lies beyond a link or a file")
    if "\0" in target or os.path.lexists(folder / parts[-1]):
        raise _refused("/".join(parts), "is there already")
    (folder / parts[-1]).symlink_to(target)


def _refused(name: str, why: str) -> SnapshotLost:
    return SnapshotLost(f"The archive is not one of ours: {name[:200]!r} {why}.")


def copy_checked(source: Path, target: Path, sha256: str, abort: Abort) -> None:
    """Copy a file that has to have this hash. Raises SnapshotLost, OSError."""
    digest = hashlib.sha256()
    with reading(source) as file, target.open("xb") as copy:
        while chunk := file.read(_CHUNK):
            abort.heed()
            digest.update(chunk)
            copy.write(chunk)
    if digest.hexdigest() != sha256:
        raise SnapshotLost(f"{source.name} in the shared folder is not what was stored.")


@contextmanager
def reading(path: Path) -> Iterator[IO[bytes]]:
    """A plain file, and no link. Raises SnapshotLost where there is none, OSError."""
    try:
        descriptor = os.open(path, _FILE)
    except FileNotFoundError as error:
        raise SnapshotLost(f"{path.name} is missing in the shared folder.") from error
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise SnapshotLost(f"{path.name} in the shared folder is no file.")
        yield file


class Hashing(io.RawIOBase):
    """Writes through, and knows the hash and the length of what was written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.bytes = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        content = bytes(cast("bytes", data))
        self._digest.update(content)
        self.bytes += len(content)
        return self._file.write(content)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def stored(folder: Path, draft: Path, fill: Callable[[IO[bytes]], None]) -> tuple[str, int]:
    """Write a file that is named after its content: whole and on the disk, or not at all. Its hash and its length."""
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            hashing = Hashing(file)
            fill(cast("IO[bytes]", hashing))
            file.flush()
            os.fsync(descriptor)
        draft.replace(folder / hashing.sha256)
    finally:
        draft.unlink(missing_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return hashing.sha256, hashing.bytes
