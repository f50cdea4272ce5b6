"""What the store asks of a kind of database. `sqlite` and `postgres` answer it; nothing else knows which one it is."""

from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Engine
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from machine.domain.errors import MachineError


class Found(NamedTuple):
    """What an opened database says it is."""

    revision: str | None
    """None: not made by this program, or not yet."""
    oldest_program: str | None
    tables: int


class Backend(Protocol):
    """One database of one kind. Everything blocks."""

    @property
    def name(self) -> str:
        """How people are told of it; no secret is in it."""

    @property
    def if_foreign(self) -> str:
        """What to do when it is some other program's."""

    @property
    def if_newer(self) -> str:
        """What to do when a newer program wrote it."""

    # --- opening ---------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Make what is needed before it can be looked at. Raises StoreError, OSError."""

    def look(self) -> Found:
        """What is there. Raises StoreError."""

    def alone(self) -> AbstractContextManager[None]:
        """Hold the right to migrate it: one program at a time. Raises OSError, StoreError when another does not end."""

    def migrating_engine(self) -> Engine:
        """An engine for one transaction that migrates."""

    def before_migration(self, revision: str) -> None:
        """Make a copy of what is there, where that can be done here. Raises OSError, StoreError."""

    def after_migration(self, connection: Connection) -> None:
        """In its transaction: bring in line what the steps leave open. Raises StoreError to take them all back."""

    # --- working ---------------------------------------------------------------------------------------------------

    def writing_engine(self) -> Engine:
        """An engine with one connection. Of all writing transactions on this database one is open at a time, so what
        it reads stays true until it ends, and events get their numbers in the order of their commits."""

    def reading_engine(self, *, connections: int) -> Engine:
        """An engine with up to `connections` connections that cannot write and see one moment of the data."""

    def transaction_is_open(self, connection: Connection) -> bool:
        """Whether the database has our transaction still: some faults end it, such as a full disk or a lost line."""

    def sign(self, connection: Connection, batch: int) -> None:
        """Note in the open transaction which batch of this writer it is, where a commit's outcome can be unknown."""

    def was_stored(self, connection: Connection, batch: int) -> bool:
        """In a new writing transaction, after a commit without an answer: whether that batch is there."""

    def is_away(self, error: Exception) -> bool:
        """Whether it does not answer now, and may again by itself."""

    def may_come(self, error: DBAPIError) -> bool:
        """Whether who could not connect may get through a little later, with the settings as they are."""

    def explain(self, error: DBAPIError) -> MachineError:
        """What a fault means for a person, with what to do about it."""

    def report(self, connection: Connection) -> dict[str, Any]:
        """`{"engine", "check"?}`: its kind and version, and where it can be looked at whole "ok" or what is wrong."""

    def size_bytes(self, connection: Connection) -> int:
        """What it takes on its disk."""
