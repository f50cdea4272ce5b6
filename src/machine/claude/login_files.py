"""The CLI's login file, written under the CLI's own locks.

Several CLIs share one config folder. Measured with CLI 2.1.330: four that find an expired login renew it once, because
the first makes the folder `.oauth_refresh.lock`, the others wait and then read what it wrote; `.storage-write.lock` is
held for the write. Both are folders whose time is kept fresh by their holder (proper-lockfile): one that is older
than 60 and 15 seconds was left by a dead process. So nobody's renewal is overwritten here, and none overwrites ours.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from machine.claude.installation import CREDENTIALS_FILE
from machine.domain.errors import StoreError

LOCKS: Final = ((".oauth_refresh.lock", 60.0), (".storage-write.lock", 15.0))
"""In the order in which the CLI takes them; with the age in seconds at which it calls them left over."""
WAIT_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 0.05
_MAX_BYTES: Final = 256 * 1024


@contextlib.contextmanager
def locked(config_dir: Path) -> Iterator[None]:
    """Hold both locks. Blocking, up to 30 s for each. Raises StoreError, OSError."""
    with contextlib.ExitStack() as stack:
        for name, stale_seconds in LOCKS:
            stack.enter_context(_lock(config_dir / name, stale_seconds))
        yield


@contextlib.contextmanager
def _lock(path: Path, stale_seconds: float) -> Iterator[None]:
    deadline = time.monotonic() + WAIT_SECONDS
    while not _made(path):
        if _age_seconds(path) > stale_seconds:
            with contextlib.suppress(OSError):
                path.rmdir()
        elif time.monotonic() > deadline:
            raise StoreError(
                f"Claude Code has held its lock {path.name} for {WAIT_SECONDS:.0f} s: the login was not changed.",
                hint="Try again when the tasks that run have ended.",
            )
        else:
            time.sleep(_PAUSE_SECONDS)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.rmdir()


def _made(path: Path) -> bool:
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return False
    return True


def _age_seconds(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def read(folder: Path) -> bytes | None:
    """The login file in `folder`. Blocking. None where there is none that can be read."""
    try:
        with (folder / CREDENTIALS_FILE).open("rb") as file:
            return file.read(_MAX_BYTES)
    except OSError:
        return None


def write(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """A file for its owner alone, if `mode` does not say otherwise; whole or not at all, and durably. Blocking.

    Raises OSError.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), mode)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
