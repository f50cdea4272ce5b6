"""Bringing a database to its newest form: a backup, then all steps in one transaction. Imported only when needed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config

from machine.domain.errors import StoreError
from machine.store.copying import copy_database
from machine.store.sqlite import writing_engine

BACKUPS_KEPT: Final = 5


def migrate(path: Path, revision: str | None, *, newest: str) -> None:
    """Migrate the database at `path` from `revision` (None: an empty file). All or nothing."""
    if revision is not None:
        back_up(path, path.parent / "backups", name=f"{path.stem}-{revision}")
    # Foreign keys are off meanwhile: a table that is rebuilt would empty those that refer to it.
    engine = writing_engine(path, foreign_keys=False)
    try:
        with engine.connect() as connection, connection.begin():
            config = Config()
            config.set_main_option("script_location", "machine.store:migrations")
            config.attributes["connection"] = connection
            command.upgrade(config, newest)
            if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
                raise StoreError(
                    f"Migrating {path} would leave {len(broken)} rows of {broken[0][0]} without what they refer to.",
                    hint="Nothing was changed. Report this, with the version that you came from.",
                )
    finally:
        engine.dispose()


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
