"""Backups of a data folder, beside a running daemon or without one, and their way back."""

import re
import shutil
import sqlite3
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import SecretStr

from machine.app.agent_users import read_as_agents
from machine.app.data_folder import held, prepare_run
from machine.backup.format import DATABASE, FORMAT, PARTS, WORK, Head
from machine.backup.reading import unpack
from machine.backup.sealing import MAGIC, is_sealed
from machine.backup.swapping import decide, finish, staging
from machine.backup.writing import COPY_PREFIX, Source, Written, write_backup
from machine.domain.disk import BackupFile
from machine.domain.errors import BadRequest, NotFound, StoreError
from machine.domain.version import VERSION
from machine.settings import Settings
from machine.store.copying import copy_database
from machine.store.opening import backend_of, examine
from machine.store.sqlite import explain

SUFFIX: Final = ".machine-backup"
BY_ITSELF: Final = f"-auto{SUFFIX}"
"""How the names of those end that the daemon makes by itself."""

_STAMP: Final = "%Y%m%dT%H%M%SZ"
_STAMPED: Final = re.compile(r"\d{8}T\d{6}Z")


class Restored(NamedTuple):
    """What came back, and the folder that has what was there before; None where there was nothing."""

    head: Head
    aside: Path | None


def file_name(settings: Settings, at: datetime, *, automatic: bool = False) -> str:
    """What a backup is called where nobody says so."""
    return f"{settings.machine_id}-{at.astimezone(UTC).strftime(_STAMP)}{BY_ITSELF if automatic else SUFFIX}"


def own_backups(settings: Settings) -> list[Path]:
    """The backups in `backups/` by the time in their names, else of the file; the newest last. Blocking."""
    try:
        there = [file for file in settings.backups_dir.iterdir() if file.name.endswith(SUFFIX)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StoreError(
            f"{settings.backups_dir} cannot be read: {error.strerror or error}.",
            hint="Give the user that runs the machine the right to read and write in it.",
        ) from error
    return sorted((one for one in there if not one.name.startswith(".") and _is_file(one)), key=_order)


def told(backup: Path) -> BackupFile | None:
    """What there is to say of it; None for one that went meanwhile. Blocking."""
    try:
        state = backup.stat()
        with backup.open("rb") as file:
            start = file.read(len(MAGIC))
    except OSError:
        return None
    return BackupFile(
        name=backup.name,
        at=datetime.fromtimestamp(state.st_mtime, UTC),
        size_bytes=state.st_size,
        automatic=backup.name.endswith(BY_ITSELF),
        encrypted=is_sealed(start),
    )


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _order(backup: Path) -> tuple[str, str]:
    if found := _STAMPED.search(backup.name):
        return found[0], backup.name
    try:
        at = datetime.fromtimestamp(backup.stat().st_mtime, UTC)
    except OSError:
        at = datetime.fromtimestamp(0, UTC)
    return at.strftime(_STAMP), backup.name


def database_words(settings: Settings, head: Head | None = None) -> str:
    """What has to be said of the database of a backup that is made, or of one with that `head`; most often nothing."""
    if head is None:
        if settings.database_url is None:
            return ""
        return f"The database is NOT in it. Save it as well: pg_dump --format=custom {_name(settings)}"
    if head.database_elsewhere:
        return "The database is not in it: bring it back with pg_restore, from the dump of the same time."
    if settings.database_url is not None:
        return f"This machine works on {_name(settings)}: the database of the backup, SQLite's, is not used."
    return ""


def _name(settings: Settings) -> str:
    return backend_of(settings.database).name


def make_backup(settings: Settings, path: Path, *, passphrase: SecretStr | None, with_work: bool) -> Written:
    """Write everything that cannot be had again into one new file. Blocking; a daemon may run meanwhile.

    A database on PostgreSQL is not in it: `database_words` says what to do about that.
    Raises NotFound where there is no machine, Conflict where the file is there, StoreError.
    """
    elsewhere = settings.database_url is not None
    if not (settings.credentials_dir.is_dir() if elsewhere else settings.database_file.is_file()):
        raise NotFound(
            f"There is no {'machine' if elsewhere else 'database'} in {settings.data_dir}.",
            hint="Name the machine's data folder with --data-dir.",
        )
    path = path.absolute()
    wanted = (*(part for part in PARTS if part != "db" or not elsewhere), *(WORK if with_work else ()))
    parts = tuple(part for part in wanted if (settings.data_dir / part).is_dir())
    if any(path.is_relative_to(settings.data_dir / part) for part in parts):
        raise BadRequest(f"{path} lies in what is to be saved.", hint="Name a file outside of the data folder.")
    conversations = read_as_agents(settings, with_work=with_work)
    with ExitStack() as stack:
        copy = None if elsewhere else _copied(settings, path.parent, stack)
        head = Head(
            format=FORMAT,
            program=VERSION,
            machine_id=settings.machine_id,
            schema_revision=examine(copy, VERSION) if copy else "",
            parts=parts,
            made_at=datetime.now(UTC),
            database_elsewhere=elsewhere,
        )
        folders = [Source(part, settings.data_dir / part) for part in parts if part != "db"]
        if conversations and "homes" not in parts:
            head = head.model_copy(update={"parts": (*parts, "homes")})
            folders += [Source(path.relative_to(settings.data_dir).as_posix(), path) for path in conversations]
        database = [Source(DATABASE, copy)] if copy else []
        return write_backup(path, head, [*database, *folders], passphrase)


def _copied(settings: Settings, near: Path, stack: ExitStack) -> Path:
    """A copy of the database, where the backup will lie: there has to be room anyway."""
    try:
        near.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=COPY_PREFIX, dir=near)))
        copy_database(settings.database_file, folder / "machine.db")
    except sqlite3.Error as error:
        # Only the copy is written to: it is its disk that is full.
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise _unwritable(near, "No space left on the disk") from error
        raise explain(error, settings.database_file) from error
    except OSError as error:
        raise _unwritable(near, error.strerror or str(error)) from error
    return folder / "machine.db"


def _unwritable(near: Path, why: str) -> StoreError:
    return StoreError(
        f"No backup can be written to {near}: {why}.",
        hint="Name another place with --output: one with room that this user may write to.",
    )


def check_backup(path: Path, *, passphrase: SecretStr | None) -> Head:
    """Read all of a backup as a restore would. Blocking. Raises BackupFault, StoreError, TooNew."""
    with tempfile.TemporaryDirectory(prefix="machine-backup-") as scratch:
        return _checked(path, Path(scratch) / "new", passphrase)


def restore_backup(settings: Settings, path: Path, *, passphrase: SecretStr | None) -> Restored:
    """Put a backup in the place of what the data folder holds, which is kept aside. Blocking.

    Raises DataFolderInUse while a daemon runs, and BackupFault, StoreError, TooNew; then the folder is as it was.
    """
    was_there = settings.data_dir.exists()
    prepare_run(settings)
    try:
        with held(settings):
            finish(settings.data_dir)
            try:
                head = _checked(path, staging(settings.data_dir), passphrase)
                decide(settings.data_dir, head.parts, aside=f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}")
            except BaseException:
                finish(settings.data_dir)  # undecided, it is cleared away
                raise
            return Restored(head, finish(settings.data_dir))
    except BaseException:
        if not was_there:
            shutil.rmtree(settings.data_dir, ignore_errors=True)
        raise


def _checked(path: Path, folder: Path, passphrase: SecretStr | None) -> Head:
    head = unpack(path, folder, passphrase)
    try:
        if not head.database_elsewhere:
            examine(folder / DATABASE, VERSION)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return head
