"""The data folder: made for its owner alone, worked on by one daemon at a time."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from machine.backup.swapping import finish, pending
from machine.domain.errors import DataFolderInUse, StoreError
from machine.settings import Settings


def prepare(settings: Settings) -> None:
    """Make the folders, for their owner alone; first, a restore that was cut off is finished.

    Where a daemon lets agents, as users of their own, pass through two of them, that stays so: this may be the command
    line beside it. Raises StoreError, DataFolderInUse.
    """
    _make(settings, settings.data_dir, settings.run_dir)
    if pending(settings.data_dir):
        with held(settings):
            finish(settings.data_dir)
    parts = (settings.database_file.parent, settings.workspaces_dir, settings.attachments_dir, settings.credentials_dir)
    _make(settings, *parts)


def prepare_run(settings: Settings) -> None:
    """Make what `held` needs, and nothing else. Raises StoreError."""
    _make(settings, settings.data_dir, settings.run_dir)


def _make(settings: Settings, *folders: Path) -> None:
    passed = (settings.data_dir, settings.workspaces_dir)
    try:
        for folder in folders:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.stat().st_mode & (0o066 if folder in passed else 0o077):
                folder.chmod(0o700)
    except OSError as error:
        raise StoreError(
            f"The data folder {settings.data_dir} cannot be used: {error.strerror or error}.",
            hint="Give a folder that this user may write with --data-dir or MACHINE_DATA_DIR.",
        ) from error


def instance_of(settings: Settings) -> str:
    """A mark of this data folder, carried by all processes that work for it."""
    return hashlib.sha256(os.fsencode(settings.data_dir.resolve())).hexdigest()[:16]


@contextmanager
def held(settings: Settings) -> Iterator[None]:
    """Hold the data folder for this process; the kernel lets go of it when the process ends. Raises DataFolderInUse."""
    path = settings.run_dir / "daemon.lock"
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataFolderInUse(
                f"Another daemon is running on {settings.data_dir}.",
                hint="End it first, or start this one with another --data-dir.",
            ) from None
        yield


@contextmanager
def announced(settings: Settings, *, url: str, version: str, token: str) -> Iterator[None]:
    """While the daemon runs, `run/` says where it is and holds the token of its own command line (0600)."""
    where = settings.run_dir / "daemon.json"
    secret = settings.run_dir / "cli-token"
    write_private(secret, token)
    said = {"url": url, "pid": os.getpid(), "version": version, "demo": settings.demo}
    users = {"agent_users": settings.agent_users, "steward": str(settings.steward) if settings.steward else None}
    write_private(where, json.dumps({**said, **users}))
    try:
        yield
    finally:
        for path in (where, secret):
            with suppress(OSError):
                path.unlink()


def write_private(path: Path, text: str) -> None:
    """Write a file for its owner alone, whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
