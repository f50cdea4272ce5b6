"""A copy of the database as it is at one moment, while it is in use."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path


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
