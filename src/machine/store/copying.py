"""Copies of a database file as it is at one moment, while it is in use."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

BACKUPS_KEPT: Final = 5


def copy_database(path: Path, copy: Path) -> None:
    """Write the new file `copy` (0600). Blocking; those who write the database go on meanwhile.

    All pages in one step: it reads one moment of the write-ahead log, which no writer has to wait for.
    Raises sqlite3.Error, OSError.
    """
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(path, timeout=5)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # whole in one file
    with copy.open("rb+") as file:
        os.fsync(file.fileno())


def back_up(path: Path, folder: Path, *, name: str) -> Path:
    """Copy the database at `path`, in use or not, into `folder`; the five newest copies are kept. Returns the copy."""
    folder.mkdir(mode=0o700, exist_ok=True)
    copy = folder / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.db"
    partial = copy.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    copy_database(path, partial)
    partial.rename(copy)
    for old in sorted(folder.glob("*.db"), key=lambda file: file.stat().st_mtime)[:-BACKUPS_KEPT]:
        old.unlink()
    return copy
