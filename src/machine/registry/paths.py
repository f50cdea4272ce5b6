"""Paths inside a definition: which ones are taken, and what may lie beside what."""

import unicodedata
from collections.abc import Iterable
from typing import Final

from machine.domain.definitions import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_FILES,
    MAX_PART_BYTES,
    MAX_PATH_CHARS,
    DefinitionFile,
    Files,
    InvalidDefinition,
    invalid,
)

_IGNORED_PARTS: Final = frozenset({".git", ".hg", ".svn", "__MACOSX", "__pycache__", "node_modules", ".venv"})
_IGNORED_NAMES: Final = frozenset({".DS_Store", "Thumbs.db", ".gitignore", ".gitkeep"})


class Collector:
    """Gathers files under their limits: number, size, depth, and no two that a file system might take for one.

    Every method raises InvalidDefinition, which names the path.
    """

    def __init__(self) -> None:
        self._files: dict[str, DefinitionFile] = {}
        self._spelling: dict[str, str] = {}
        self._left_bytes = MAX_BYTES
        self.seen = 0

    @property
    def left_bytes(self) -> int:
        """How much may still be added."""
        return self._left_bytes

    @property
    def files(self) -> Files:
        return dict(sorted(self._files.items()))

    def count(self) -> None:
        """One more entry was seen, whatever it is."""
        self.seen += 1
        if self.seen > MAX_FILES:
            raise invalid("", f"there are more than {MAX_FILES} files and folders")

    def add(self, raw_path: str, content: bytes, *, executable: bool = False) -> None:
        """Take a file in, unless its path says that it is none of the definition's (`.git/`, `.DS_Store`)."""
        path = safe_path(raw_path)
        if is_ignored(path):
            return
        self._left_bytes -= len(content)
        if self._left_bytes < 0:
            raise too_large(path)
        self._claim(path)
        self._files[path] = DefinitionFile(content, executable)

    def _claim(self, path: str) -> None:
        parts = path.split("/")
        for depth in range(1, len(parts) + 1):
            here = "/".join(parts[:depth]) + ("/" if depth < len(parts) else "")
            key = unicodedata.normalize("NFC", here.rstrip("/")).casefold()
            known = self._spelling.setdefault(key, here)
            if known != here or (depth == len(parts) and here in self._files):
                raise invalid(path, f"is the same file as {known} where names are not told apart by case or accents")


def safe_path(raw: str) -> str:
    """A path that stays inside its folder, with a leading `./` taken off. Raises InvalidDefinition."""
    shown = raw.encode("utf-8", "replace").decode("utf-8")[:MAX_PATH_CHARS]
    path = raw
    while path.startswith("./"):
        path = path[2:]
    parts = path.split("/")
    if reason := _objection(path, parts):
        raise invalid("".join(c if c.isprintable() else "?" for c in shown), reason)
    return path


def _objection(path: str, parts: list[str]) -> str | None:
    if not path:
        return "a file without a name"
    if path.startswith("/") or (len(path) > 1 and path[1] == ":"):
        return "an absolute path is not taken"
    if "\\" in path:
        return "a path with backslashes is not taken; use /"
    if any(ord(letter) < 32 or ord(letter) == 127 or "\ud800" <= letter <= "\udfff" for letter in path):
        return "a path with control characters, or one that is no Unicode, is not taken"
    if any(part in ("", ".", "..") for part in parts):
        return "a path with empty parts, `.` or `..` is not taken"
    if len(parts) > MAX_DEPTH or len(path) > MAX_PATH_CHARS:
        return f"is deeper than {MAX_DEPTH} folders or longer than {MAX_PATH_CHARS} characters"
    if any(len(part.encode()) > MAX_PART_BYTES for part in parts):
        return f"a name is longer than {MAX_PART_BYTES} bytes"
    return None


def is_ignored(path: str) -> bool:
    """What tools and file managers leave behind, and histories: nothing of it belongs to a definition."""
    parts = path.split("/")
    return bool(_IGNORED_PARTS & set(parts)) or parts[-1] in _IGNORED_NAMES or parts[-1].startswith("._")


def without_common_folder(files: Files, roots: Iterable[str]) -> tuple[Files, str]:
    """The files as seen from the folder that holds them all, going in until one of `roots` is there; and its name."""
    wanted, name = tuple(roots), ""
    while files and not any(root in files for root in wanted):
        tops = {path.partition("/")[0] for path in files}
        if len(tops) != 1 or not all("/" in path for path in files):
            break
        name = tops.pop()
        files = {path.partition("/")[2]: file for path, file in files.items()}
    return files, name


def too_large(path: str) -> InvalidDefinition:
    return invalid(path, f"with it, the files have more than {MAX_BYTES} bytes")
