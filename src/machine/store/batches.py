"""What the writer is asked for, and what it stores together."""

import asyncio
import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.engine import Connection

from machine.domain.events import StoredEvent

T = TypeVar("T")


class Recorder:
    """Gathers the events that operations store; they are handed on once they are committed."""

    def __init__(self) -> None:
        self.events: list[StoredEvent] = []

    def add(self, event: StoredEvent) -> None:
        self.events.append(event)


WriteOperation = Callable[[Connection, Recorder], T]


@dataclass(slots=True)
class Asked:
    """One operation, and what became of it. `since`: when it was asked for, by the monotonic clock;
    `unguarded`: it is done whatever the guard says; `apart`: it, or another of its batch, has failed once. It may be
    run more than once, and has to say the same each time."""

    run: WriteOperation[Any]
    answer: asyncio.Future[Any]
    since: float
    unguarded: bool = False
    apart: bool = False
    value: Any = None
    error: Exception | None = None


@dataclass(slots=True)
class Batch:
    """What one transaction stores."""

    number: int
    asked: list[Asked]
    recorder: Recorder


class Sign(enum.Enum):
    """What stands in the writer's queue and is no operation."""

    URGENT = enum.auto()
    """Something is to be done before all that waits."""
    END = enum.auto()
