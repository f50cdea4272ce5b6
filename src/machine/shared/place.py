"""Whether the folder that machines share is the same one for all of them: a mark lies in it."""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

_FILE: Final = ".mark"
_MAX_BYTES: Final = 100


def mark_of(folder: Path) -> str:
    """The mark of a shared folder, which is put there by who comes first. Blocking. Raises OSError."""
    path = folder / _FILE
    if not path.exists():
        draft = folder / f".{secrets.token_hex(8)}.new"
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(8))
                file.flush()
                os.fsync(descriptor)
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    with path.open("rb") as found:
        return found.read(_MAX_BYTES).decode("ascii", "replace").strip()
