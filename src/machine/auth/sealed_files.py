"""The file of one variable: what it holds, and what tells one version of it from the next. Blocking."""

import hashlib
import json
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import ValidationError

from machine.auth.secret_key import Seal, SealBroken
from machine.domain.variable import Variable

_MAX_FILE_BYTES: Final = 256 * 1024
_SEALED: Final = "sealed"


def closed(seal: Seal, variable: Variable, value: str) -> bytes:
    """What is written into a variable's file."""
    said = variable.model_dump(mode="json", include={"set_at", "set_by", "made_for"})
    return json.dumps({**said, _SEALED: seal.close(variable.name, value)}, indent=1).encode()


def content_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MAX_FILE_BYTES)


class SealedFile(NamedTuple):
    """A file as it was seen: what is cheap to compare, and a digest of what is in it."""

    mark: tuple[int, int, int]
    digest: str


def look_at(path: Path, before: SealedFile | None) -> SealedFile | None:
    """A file as it is now; None when it is none. It is read only where it looks other than before."""
    try:
        found = path.stat()
        mark = (found.st_mtime_ns, found.st_size, found.st_ino)
        if before is not None and before.mark == mark:
            return before
        with path.open("rb") as file:
            return SealedFile(mark, hashlib.sha256(file.read(_MAX_FILE_BYTES)).hexdigest())
    except OSError:
        return None


def parsed(path: Path, name: str) -> tuple[Variable, str]:
    """A file's variable and its sealed value; of a file that is damaged, what can be said. Raises OSError."""
    content = content_of(path)
    try:
        said = json.loads(content)
        sealed = str(said.pop(_SEALED))
        return Variable.model_validate({**said, "name": name, "problem": ""}), sealed
    except (ValueError, TypeError, AttributeError, KeyError, ValidationError, RecursionError):
        changed = Variable.model_validate({"name": name, "set_at": path.stat().st_mtime})
        return changed, ""


def is_due(seal: Seal, path: Path, name: str, value: str) -> bool:
    """Whether a file that holds `value` is to be sealed anew. Raises OSError."""
    _, sealed = parsed(path, name)
    try:
        return seal.is_due(sealed) and seal.open(name, sealed) == value
    except SealBroken:
        return False
