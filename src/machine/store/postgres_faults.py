"""What errors of PostgreSQL and its driver mean for a person. The driver's own words carry no password."""

import re
from typing import Final

import psycopg
from psycopg import errors
from sqlalchemy.exc import DBAPIError

from machine.domain.errors import BadRequest, MachineError, StoreError

_FAULTS: Final[tuple[tuple[type[psycopg.Error], str, str], ...]] = (
    (errors.DiskFull, "The disk of the server of {name} is full.", "Free some space there; nothing stored was lost."),
    (
        errors.ReadOnlySqlTransaction,
        "The database {name} cannot be written.",
        "Point DATABASE_URL at the primary server, not at a standby.",
    ),
    (
        errors.InsufficientPrivilege,
        "The user {user!r} has not the rights it needs in {name}.",
        "Make it the owner of the database: ALTER DATABASE {database} OWNER TO {user}.",
    ),
    (
        errors.TooManyConnections,
        "The server of {name} takes no more connections.",
        "Raise max_connections there; each machine uses up to five.",
    ),
    (
        errors.LockNotAvailable,
        "Others have kept the database {name} busy for too long.",
        "Try again in a moment; if it stays so, look into pg_stat_activity who holds it.",
    ),
    (
        errors.QueryCanceled,
        "The database {name} took too long.",
        "Try again in a moment; if it stays so, look at the load of its server.",
    ),
    (errors.DataCorrupted, "The database {name} is damaged.", "Restore it from a dump or a base backup."),
    (errors.IndexCorrupted, "The database {name} is damaged.", "REINDEX it, or restore it from a dump."),
)
# A connection that is refused has no code: the server's or the system's words are all there is.
_FINAL_REFUSALS: Final = (
    (
        r"password authentication failed|no password supplied|fe_sendauth",
        "The server of {name} does not accept the password of {user!r}.",
        "Correct it in DATABASE_URL; special characters are written as %XX there.",
    ),
    (
        r"role \".*\" does not exist",
        "The server of {name} knows no user {user!r}.",
        "Make it with CREATE ROLE {user} LOGIN PASSWORD '…', or name another one in DATABASE_URL.",
    ),
    (
        r"database \".*\" does not exist",
        "The server of {name} has no such database.",
        "Make it: CREATE DATABASE {database} OWNER {user} ENCODING 'UTF8' TEMPLATE template0.",
    ),
    (
        r"no pg_hba\.conf entry|Peer authentication failed|Ident authentication failed",
        "The server of {name} does not let {user!r} in from here.",
        "Add a line for it to the server's pg_hba.conf.",
    ),
    (
        r"SSL|certificate",
        "No safe connection to {name} came about: {words}",
        "Correct sslmode and the certificates in DATABASE_URL.",
    ),
)
_PASSING_REFUSALS: Final = (
    (
        r"could not translate host name|failed to resolve host|Name or service not known|No address associated",
        "The host of {name} is not known here.",
        "Correct the host in DATABASE_URL, or this computer's name service.",
    ),
    (
        r"too many clients|remaining connection slots",
        "The server of {name} takes no more connections.",
        "Raise max_connections there; each machine uses up to five.",
    ),
)
_REFUSALS: Final = (*_FINAL_REFUSALS, *_PASSING_REFUSALS)
_AWAY: Final = (
    "The database {name} does not answer: {words}",
    "Start its server, or correct DATABASE_URL; the machine goes on by itself when it answers.",
)


def explain(error: DBAPIError, name: str, user: str, database: str) -> MachineError:
    """What a database error means, with what to do about it. Text that PostgreSQL cannot hold is a BadRequest."""
    cause = error.orig
    words = " ".join(str(cause).split())
    if isinstance(cause, errors.DataError | psycopg.DataError) and "NUL" in words:
        return BadRequest("The text holds characters that are no text.", hint="Send text without NUL characters.")
    message, hint = _meaning(error, cause, words)
    known = {"name": name, "user": user, "database": database, "words": words[:300]}
    return StoreError(message.format(**known), hint=hint.format(**known))


def is_away(error: Exception) -> bool:
    """Whether the server did not answer: it is not there, it starts or ends, or the line to it broke."""
    if not isinstance(error, DBAPIError) or not isinstance(error.orig, psycopg.OperationalError):
        return False
    state = error.orig.sqlstate
    return error.connection_invalidated or state is None or state.startswith(("08", "57P"))


def may_come(error: DBAPIError) -> bool:
    """Whether a connection that did not come about may do so later: the server starts, or is not there yet."""
    words = " ".join(str(error.orig).split())
    return is_away(error) and not any(re.search(pattern, words) for pattern, _, _ in _FINAL_REFUSALS)


def _meaning(error: DBAPIError, cause: BaseException | None, words: str) -> tuple[str, str]:
    for kind, message, hint in _FAULTS:
        if isinstance(cause, kind):
            return message, hint
    if isinstance(cause, psycopg.OperationalError):
        for pattern, message, hint in _REFUSALS:
            if re.search(pattern, words):
                return message, hint
        if is_away(error):
            return _AWAY
    return "The database {name} refused: {words}", "Look at the machine's log."
