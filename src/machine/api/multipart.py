"""multipart/form-data (RFC 7578), from a body that is in memory already: strict, bounded, with no file on the disk.

The parsers at hand write to temporary files that they forget when a body is cut off, and take what is half a form.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

MEDIA_TYPE: Final = "multipart/form-data"
MAX_FIELDS: Final = 20
MAX_FIELD_BYTES: Final = 1024
_MAX_HEADER_BYTES: Final = 4096

_BOUNDARY: Final = re.compile(r"""boundary=(?:"([^"\x00-\x1f]{1,70})"|([^\s";,]{1,70}))\s*(?:;|$)""", re.IGNORECASE)
_NAME: Final = re.compile(rb';\s*name="((?:[^"\\\r\n]|\\.)*)"', re.IGNORECASE)
_FILENAME: Final = re.compile(rb';\s*filename="((?:[^"\\\r\n]|\\.)*)"', re.IGNORECASE)
_ESCAPED: Final = re.compile(rb"\\([\"\\])")
_FORM_ESCAPES: Final = re.compile(rb"%(?:22|0D|0A)", re.IGNORECASE)
"""What browsers write for characters that would end a quoted name; other percent signs are themselves."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file of a form. `name` is what the client calls it: anything, a path included."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """A form, whole."""

    fields: Mapping[str, str]
    files: tuple[SentFile, ...]


def parse_form(content_type: str, body: bytes, *, max_files: int) -> Form:
    """The form in a body. Raises ValueError, with a sentence for the client, for everything that is none."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise ValueError("The content type names no boundary.")
    delimiter = b"\r\n--" + (found[1] or found[2]).encode("latin-1", "replace")
    fields: dict[str, str] = {}
    files: list[SentFile] = []
    for head, content in _parts(body, delimiter, max_files + MAX_FIELDS):
        name, filename = _NAME.search(head), _FILENAME.search(head)
        if name is None:
            raise ValueError("A part of the form has no name.")
        if filename is not None:
            files.append(SentFile(_text(filename[1]), content))
        elif len(content) > MAX_FIELD_BYTES or len(fields) >= MAX_FIELDS:
            raise ValueError(
                f"A form has at most {MAX_FIELDS} fields of {MAX_FIELD_BYTES} bytes; files have filenames."
            )
        else:
            fields[_text(name[1])] = _text(content)
    if len(files) > max_files:
        raise ValueError(f"A form has at most {max_files} files.")
    return Form(fields, tuple(files))


def _parts(body: bytes, delimiter: bytes, limit: int) -> Iterator[tuple[bytes, bytes]]:
    """(disposition, content) of each part, up to the closing delimiter, which has to be there."""
    pieces = (b"\r\n" + body).split(delimiter, limit + 2)
    for piece in pieces[1:]:
        if piece.startswith(b"--"):
            return
        head, separator, content = piece.lstrip(b" \t").partition(b"\r\n\r\n")
        if not separator or not head.startswith(b"\r\n") or len(head) > _MAX_HEADER_BYTES:
            raise ValueError("A part of the form has no proper headers.")
        yield _disposition(head), content
    raise ValueError("The form is cut off, or has too many parts.")


def _disposition(head: bytes) -> bytes:
    for line in head.split(b"\r\n"):
        key, _, value = line.partition(b":")
        if key.strip().lower() == b"content-disposition" and value.strip().lower().startswith(b"form-data"):
            return value
    raise ValueError("A part of the form does not say that it is form-data.")


def _text(raw: bytes) -> str:
    unescaped = _FORM_ESCAPES.sub(lambda found: unquote_to_bytes(found[0]), _ESCAPED.sub(rb"\1", raw))
    try:
        return unescaped.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError("A name or a field of the form is not UTF-8.") from error
