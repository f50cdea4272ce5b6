"""Reading a backup: everything is checked while it is laid out in a folder of its own, which is whole or removed."""

import gzip
import hashlib
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, BinaryIO, Final

from pydantic import SecretStr

from machine.backup.format import (
    DATABASE,
    HEAD,
    LIST,
    MAX_HEAD_BYTES,
    BackupFault,
    Entry,
    Head,
    checked_path,
    damaged,
    head_in,
)
from machine.backup.sealing import MAGIC, SealedReader, is_sealed
from machine.domain.errors import StoreError

_BLOCK: Final = 1024 * 1024
_GZIP: Final = b"\x1f\x8b"


def needs_passphrase(path: Path) -> bool:
    """Whether the backup is sealed. Blocking. Raises BackupFault for what is no backup, or not there."""
    with _opened(path) as file:
        start = file.read(len(MAGIC))
    if not is_sealed(start) and not start.startswith(_GZIP):
        raise BackupFault(f"{path} is no backup of this program.", hint="Name a file that `machine backup` has made.")
    return is_sealed(start)


def unpack(path: Path, folder: Path, passphrase: SecretStr | None) -> Head:
    """Lay the backup out in the new folder `folder`, checked file by file. Blocking.

    Raises BackupFault for whatever is wrong with it, and StoreError where the folder cannot be written; then the
    folder is gone again.
    """
    try:
        folder.mkdir(mode=0o700, parents=True)
        with _opened(path) as file:
            return _unpack(file, folder, passphrase)
    except (EOFError, zlib.error, gzip.BadGzipFile, tarfile.TarError, UnicodeError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise damaged("it cannot be unpacked, or its end is missing") from error
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise StoreError(
            f"The backup cannot be unpacked to {folder}: {error.strerror or error}.",
            hint="Free some space there, and check that this user may write to it; nothing was changed.",
        ) from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise BackupFault(
            f"{path} cannot be read: {error.strerror or error}.", hint="Check its name and mode."
        ) from error
    with file:
        yield file


def _unpack(file: BinaryIO, folder: Path, passphrase: SecretStr | None) -> Head:
    sealed = is_sealed(file.read(len(MAGIC)))
    file.seek(0)
    with ExitStack() as stack:
        source: BinaryIO | SealedReader = file
        if sealed:
            if passphrase is None:
                raise BackupFault("The backup is encrypted.", hint="Give the passphrase that it was made with.")
            source = stack.enter_context(SealedReader(file, passphrase))
        packed = stack.enter_context(gzip.GzipFile(fileobj=source, mode="rb"))
        archive = stack.enter_context(tarfile.open(fileobj=packed, mode="r|"))
        head = _lay_out(archive, folder, stack.enter_context(tempfile.TemporaryFile()))
        while packed.read(_BLOCK):  # to the end, where the checksum is
            continue
        return head


def _lay_out(archive: tarfile.TarFile, folder: Path, seen: IO[bytes]) -> Head:
    """All that the archive holds. `seen` gets the list of it, to be compared with the one at the archive's end."""
    members = iter(archive)
    first = next(members, None)
    if first is None or first.name != HEAD or first.size > MAX_HEAD_BYTES:
        raise damaged("it does not begin with its head")
    head = head_in(_content(archive, first).read())
    links: list[tuple[Path, str]] = []
    for member in members:
        if member.name == LIST:
            _compare(_content(archive, member), seen)
            break
        path = folder / checked_path(member.name, head.parts)
        seen.write(_put(archive, member, path, links).line())
    else:
        raise damaged("its end is missing")
    for link, target in links:  # last, so that nothing was written through one
        link.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        link.symlink_to(target)
    if not head.database_elsewhere and not (folder / DATABASE).is_file():
        raise damaged("it holds no database")
    return head


def _put(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path, links: list[tuple[Path, str]]) -> Entry:
    if member.issym():
        links.append((path, member.linkname))
        return Entry(path=member.name, kind="link", target=member.linkname)
    mode = member.mode & 0o777
    if member.isdir():
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(mode | 0o700)
        return Entry(path=member.name, kind="folder", mode=member.mode)
    if not member.isreg():
        raise damaged(f"{member.name[:200]!r} is neither a file nor a folder nor a link")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size, content = hashlib.sha256(), 0, _content(archive, member)
    with path.open("xb") as file:
        while block := content.read(_BLOCK):
            digest.update(block)
            size += file.write(block)
        file.flush()
        os.fchmod(file.fileno(), mode | 0o600)
        os.fsync(file.fileno())
    os.utime(path, (member.mtime, member.mtime))
    return Entry(path=member.name, kind="file", mode=member.mode, size=size, sha256=digest.hexdigest())


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(member)
    if content is None:
        raise damaged(f"{member.name[:200]!r} is no file")
    return content


def _compare(listed: IO[bytes], seen: IO[bytes]) -> None:
    seen.seek(0)
    while True:
        expected, found = listed.read(_BLOCK), seen.read(_BLOCK)
        if expected != found:
            raise damaged("what it holds is not what its list says")
        if not expected:
            return
