"""Writing a backup: one pass over the files, nothing whole in memory, the finished file or none."""

import gzip
import hashlib
import io
import os
import stat
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, BinaryIO, Final, NamedTuple

from pydantic import SecretStr

from machine.backup.format import HEAD, LIST, Entry, Head
from machine.backup.sealing import SealedWriter
from machine.domain.errors import Conflict, StoreError

PARTIAL: Final = ".partial"
"""How a backup ends that is not whole yet, behind a leading dot and its name."""
COPY_PREFIX: Final = ".machine-backup-"
"""How a folder begins that has the copy of a database in it, beside the backup that it goes into."""
_BLOCK: Final = 1024 * 1024
_IN_MEMORY: Final = 8 * 1024 * 1024
"""A file is copied before it is packed, for it may change meanwhile; smaller ones are copied to memory."""
_LEVEL: Final = 4


class Source(NamedTuple):
    """What to pack: `name` is its path in the backup, `file` where it lies. Folders are packed with all in them."""

    name: str
    file: Path


class Written(NamedTuple):
    """What was made: files in it, and its size in bytes."""

    path: Path
    files: int
    size: int


def write_backup(path: Path, head: Head, sources: list[Source], passphrase: SecretStr | None) -> Written:
    """Write the file `path` (0600), which must not be there yet. Blocking. Raises Conflict, StoreError."""
    if os.path.lexists(path):
        raise Conflict(f"{path} is there already.", hint="Name a file that is not there yet.")
    partial = path.with_name(f".{path.name}{PARTIAL}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            files = _pack(file, head, sources, passphrase)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        return Written(path, files, path.stat().st_size)
    except OSError as error:
        raise StoreError(
            f"The backup {path} cannot be written: {error.strerror or error}.",
            hint="Give it a place with room that this user may write to; nothing was changed.",
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _pack(file: BinaryIO, head: Head, sources: list[Source], passphrase: SecretStr | None) -> int:
    with ExitStack() as stack:
        listing = stack.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY))
        target: BinaryIO | SealedWriter = file
        if passphrase is not None:
            target = stack.enter_context(SealedWriter(file, passphrase))
        packed = stack.enter_context(gzip.GzipFile(fileobj=target, mode="wb", filename="", compresslevel=_LEVEL))
        archive = stack.enter_context(tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT))
        _add_bytes(archive, HEAD, head.model_dump_json(indent=1).encode())
        count = 0
        for source in sources:
            for entry in _added(archive, source):
                listing.write(entry.line())
                count += entry.kind == "file"
        size = listing.tell()
        listing.seek(0)
        _add(archive, _info(LIST, size=size), listing)
    return count


def _added(archive: tarfile.TarFile, source: Source) -> Iterator[Entry]:
    """Pack one source, entry by entry."""
    if not source.file.is_dir():
        if (entry := _add_file(archive, source.name, source.file)) is not None:
            yield entry
        return
    for folder, folders, files in os.walk(source.file):
        inside = Path(folder).relative_to(source.file).as_posix()
        name = source.name if inside == "." else f"{source.name}/{inside}"
        yield _add_folder(archive, name, Path(folder))
        folders.sort()
        links = [one for one in folders if Path(folder, one).is_symlink()]  # os.walk does not go into them
        for one in sorted([*files, *links]):
            if (entry := _add_file(archive, f"{name}/{one}", Path(folder, one))) is not None:
                yield entry


def _add_folder(archive: tarfile.TarFile, name: str, folder: Path) -> Entry:
    mode = stat.S_IMODE(folder.stat().st_mode)
    info = _info(name, mode=mode)
    info.type = tarfile.DIRTYPE
    archive.addfile(info)
    return Entry(path=name, kind="folder", mode=mode)


def _add_file(archive: tarfile.TarFile, name: str, path: Path) -> Entry | None:
    """Pack a file or a link. None for what is neither, and for what is gone by now: agents go on working."""
    try:
        state = path.lstat()
        if stat.S_ISLNK(state.st_mode):
            target = os.readlink(path)  # noqa: PTH115 - as it stands there, whatever it is
            info = _info(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
            return Entry(path=name, kind="link", target=target)
        if not stat.S_ISREG(state.st_mode):
            return None
        source = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
    except FileNotFoundError:
        return None
    except PermissionError:
        if state.st_uid == os.getuid():
            raise
        return None  # made by an agent that is a user of its own, after all there was had been opened
    mode = stat.S_IMODE(state.st_mode)
    with source, tempfile.SpooledTemporaryFile(_IN_MEMORY) as copy:
        digest = hashlib.sha256()
        while block := source.read(_BLOCK):
            digest.update(block)
            copy.write(block)
        size = copy.tell()
        copy.seek(0)
        info = _info(name, size=size, mode=mode)
        info.mtime = int(state.st_mtime)
        _add(archive, info, copy)
    return Entry(path=name, kind="file", mode=mode, size=size, sha256=digest.hexdigest())


def _info(name: str, *, size: int = 0, mode: int = 0o600) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, mode
    return info


def _add(archive: tarfile.TarFile, info: tarfile.TarInfo, content: IO[bytes]) -> None:
    archive.addfile(info, content)


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    _add(archive, _info(name, size=len(content)), io.BytesIO(content))
