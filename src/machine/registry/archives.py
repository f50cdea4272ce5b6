"""Archives, read in memory under the limits of a definition, and made for export. Nothing is unpacked onto the disk."""

import io
import logging
import stat
import tarfile
import zipfile
import zlib
from typing import Final

from machine.domain.definitions import MAX_BYTES, MAX_FILES, Files, InvalidDefinition, invalid
from machine.registry.paths import Collector, is_ignored, safe_path, too_large

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP: Final = b"\x1f\x8b"
_TAR_MARK: Final = slice(257, 262)
_TAR_HEADERS_BYTES: Final = MAX_FILES * 4096
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)

_log = logging.getLogger(__name__)


def is_archive(content: bytes) -> bool:
    """Whether these are the bytes of a zip, a tar or a gzipped file, by what they say themselves."""
    return content.startswith((*_ZIP, _GZIP)) or content[_TAR_MARK] == b"ustar"


def unpacked(content: bytes, name: str) -> Files:
    """The files of an archive. Raises InvalidDefinition for whatever is wrong with it. Blocking."""
    collector = Collector()
    try:
        if content.startswith(_ZIP):
            _read_zip(content, collector)
        else:
            _read_tar(_gunzipped(content, name) if content.startswith(_GZIP) else content, collector)
    except InvalidDefinition:
        raise
    except Exception as error:
        # The readers of archives meet hostile bytes with a dozen kinds of errors, RecursionError among them.
        _log.info("the archive %r was refused: %s: %s", name, type(error).__name__, error)
        raise invalid(
            name, "is no archive that can be read; send a zip, a tar or a tar.gz that is not encrypted"
        ) from (error)
    return collector.files


def packed(folder: str, files: Files) -> bytes:
    """A zip with all files under `folder`, or at its top without one; the same bytes for the same files. Blocking."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(f"{folder}/{path}" if folder else path, date_time=_EPOCH)
            entry.external_attr = (stat.S_IFREG | (0o755 if files[path].executable else 0o644)) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[path].content)
    return target.getvalue()


def _read_zip(content: bytes, collector: Collector) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            collector.count()
            mode = entry.external_attr >> 16
            path = safe_path(entry.orig_filename.rstrip("/"))
            if is_ignored(path):
                continue
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise invalid(path, "is a link or a device; only files and folders are taken")
            if entry.is_dir():
                continue
            with archive.open(entry) as file:
                data = file.read(collector.left_bytes + 1)
            collector.add(path, data, executable=bool(mode & 0o111))


def _read_tar(content: bytes, collector: Collector) -> None:
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:", errorlevel=2) as archive:
        for entry in archive:
            collector.count()
            if entry.isdir() and entry.name in (".", "./"):
                continue
            path = safe_path(entry.name.rstrip("/") if entry.isdir() else entry.name)
            if is_ignored(path) or entry.isdir():
                continue
            if not entry.isreg():
                raise invalid(path, "is a link or a device; only files and folders are taken")
            if entry.size > collector.left_bytes:
                raise too_large(path)
            file = archive.extractfile(entry)
            data = file.read(entry.size) if file is not None else b""
            if len(data) != entry.size:
                raise invalid(path, "is cut off")
            collector.add(path, data, executable=bool(entry.mode & 0o111))
    if not collector.seen and content.strip(b"\0"):
        raise invalid("", "is no archive that can be read")


def _gunzipped(content: bytes, name: str) -> bytes:
    """All that is compressed, as long as it could be a definition. zlib.error goes to the caller."""
    stream = zlib.decompressobj(wbits=31)
    limit = MAX_BYTES + _TAR_HEADERS_BYTES
    data = stream.decompress(content, limit + 1)
    if len(data) > limit:
        raise too_large(name)
    if not stream.eof:
        raise invalid(name, "is cut off")
    return data
