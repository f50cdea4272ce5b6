"""Opening the database: look at what is there, bring it to this program's form, never overwrite what is not ours."""

import asyncio
import logging
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from pydantic import SecretStr
from sqlalchemy.exc import DBAPIError

from machine.domain.errors import StoreError, TooNew
from machine.store.backend import Backend
from machine.store.database import Database
from machine.store.sqlite import Sqlite, check_file
from machine.store.writer import AGAIN_SECONDS, OnCommitted

REVISIONS: Final = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
    "0015",
    "0016",
    "0017",
    "0018",
    "0019",
    "0020",
    "0021",
    "0023",
)
"""All revisions that this program knows, oldest first: what `migrations/versions` holds, without importing Alembic."""

_log = logging.getLogger(__name__)

Place = Path | SecretStr
"""Where a database is: the file of SQLite, or the URL of PostgreSQL."""


async def wait_for(place: Place, seconds: float, given_up: asyncio.Event) -> None:
    """Wait until the server at `place` takes connections: `seconds` at most, or until it is `given_up`; a file needs no
    waiting for. A refusal that time does not mend, such as that of a password, is none to wait for. Raises StoreError.
    """
    if isinstance(place, Path):
        return
    backend, limit, refused = await asyncio.to_thread(backend_of, place), time.monotonic() + seconds, False
    while not given_up.is_set():
        try:
            await asyncio.to_thread(backend.prepare)
        except DBAPIError as error:
            refusal = backend.explain(error)
            if time.monotonic() > limit or not backend.may_come(error):
                raise refusal from error
            if not refused:
                _log.warning("waiting up to %g s for the database: %s", seconds, refusal.message)
            refused = True
            with suppress(TimeoutError):
                await asyncio.wait_for(given_up.wait(), AGAIN_SECONDS)
        else:
            break
    if refused and not given_up.is_set():
        _log.info("the database %s answers", backend.name)


async def open_database(place: Place, program_version: str, *, on_committed: OnCommitted) -> Database:
    """Open the database at `place`, made or migrated first where needed; a file with a backup before it is migrated.

    `on_committed` gets each commit's events, in the event loop. Raises TooNew when a newer program wrote it, StoreError
    when it is damaged, not ours, does not answer, or cannot be written; then it is as it was.
    """
    loop = asyncio.get_running_loop()

    def prepare_and_open() -> Database:
        backend = backend_of(place)
        try:
            prepare(backend, program_version)
            return Database(backend, loop, on_committed)
        except DBAPIError as error:
            raise backend.explain(error) from error
        except OSError as error:
            message = f"The database {backend.name} cannot be opened: {error.strerror or error}."
            raise StoreError(message, hint="Make its folder writable for the user that runs the machine.") from error

    return await asyncio.to_thread(prepare_and_open)


def backend_of(place: Place) -> Backend:
    """The kind of database that is at `place`. Raises StoreError for a URL that cannot be understood."""
    if isinstance(place, Path):
        return Sqlite(place)
    # Its driver takes time and memory that a machine on SQLite does not spend.
    from machine.store.postgres import Postgres

    return Postgres(place.get_secret_value())


def prepare(backend: Backend, program_version: str) -> None:
    """Bring a database to the newest form. One program at a time; most often there is nothing to do."""
    backend.prepare()
    if _is_ready(backend, program_version):
        return
    with backend.alone():
        if not _is_ready(backend, program_version):
            # Alembic takes as long to import as all the rest takes to start.
            from machine.store.migrating import migrate

            migrate(backend, backend.look().revision, newest=REVISIONS[-1])


def examine(path: Path, program_version: str) -> str:
    """The revision of the database file `path`, which stays as it is. Blocking.

    Raises TooNew when this program could not open it, StoreError when it is damaged or none of ours.
    """
    backend = Sqlite(path)
    _is_ready(backend, program_version)
    revision = backend.look().revision
    check_file(path)
    if revision is None:
        raise StoreError(f"The database {path} is empty.", hint="Use another one.")
    return revision


def _is_ready(backend: Backend, program_version: str) -> bool:
    """Whether the database can be used as it is; False when it wants migrating. Raises TooNew, StoreError."""
    found = backend.look()
    if found.revision is None:
        if found.tables:
            raise StoreError(f"{backend.name} is a database of some other program.", hint=backend.if_foreign)
        return False
    if found.oldest_program is not None and _release(program_version) < _release(found.oldest_program):
        raise _too_new(backend, f"needs version {found.oldest_program} or newer; this is {program_version}")
    if found.revision not in REVISIONS and found.oldest_program is None:
        raise _too_new(backend, f"has the form {found.revision}, which version {program_version} does not know")
    return found.revision not in REVISIONS[:-1]


def _too_new(backend: Backend, why: str) -> TooNew:
    return TooNew(f"The database {backend.name} {why}.", hint=backend.if_newer)


def _release(version: str) -> tuple[int, ...]:
    """The numbers of a version: (1, 2, 0) of `1.2.0rc1+local`."""
    match = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(part) for part in match[0].split(".")) if match else ()
