"""Running one operation of a batch: together with the others, or apart from them."""

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from machine.domain.errors import BadRequest
from machine.store.backend import Backend
from machine.store.batches import Asked, Recorder


class OperationFailed(Exception):
    """Raised from what an operation raised. Its transaction is still there, and holds part of what it wrote."""


def run_together(backend: Backend, connection: Connection, recorder: Recorder, asked: Asked) -> None:
    """Run an operation with nothing between it and the others. Raises OperationFailed; anything else when the whole
    transaction is lost."""
    try:
        asked.value = asked.run(connection, recorder)
    except Exception as error:
        if not backend.transaction_is_open(connection):
            raise
        raise OperationFailed from error


def run_apart(backend: Backend, connection: Connection, recorder: Recorder, asked: Asked) -> None:
    """Run an operation in a savepoint, and note what it raises. Raises only when the whole transaction is lost."""
    before = len(recorder.events)
    connection.exec_driver_sql("SAVEPOINT operation")
    try:
        asked.value = asked.run(connection, recorder)
        connection.exec_driver_sql("RELEASE operation")
    except Exception as error:
        del recorder.events[before:]
        if not backend.transaction_is_open(connection):
            raise
        connection.exec_driver_sql("ROLLBACK TO operation")
        connection.exec_driver_sql("RELEASE operation")
        asked.error = translated(backend, error)


def translated(backend: Backend, error: Exception) -> Exception:
    """What is told to those who asked."""
    if isinstance(error, DBAPIError):
        told: Exception = backend.explain(error)
    elif isinstance(error, UnicodeEncodeError):
        told = BadRequest("The text holds characters that are no text.", hint="Send valid UTF-8.")
    else:
        return error
    told.__cause__ = error
    return told
