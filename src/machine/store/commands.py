"""`SqlCommandStore` and `SqlDuties`: the ports `CommandStore` and `Duties`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.engine import Connection

from machine.domain.command import Command, NewCommand, Outcome
from machine.domain.problem import Problem
from machine.store.clock import NowOf, database_now
from machine.store.command_tables import commands, duties
from machine.store.database import Database
from machine.store.small_tables import first_row
from machine.store.writer import Recorder

_UNANSWERED: Final = commands.c.answered_at.is_(None)
_OPEN: Final = (_UNANSWERED, commands.c.taken_at.is_(None))
_TOO_LATE: Final = Problem(
    code="unavailable",
    status=503,
    message="The machine that has the task was away for too long: nothing was done.",
    hint="Look at the task, and ask again.",
)
FURTHEST: Final = 2
"""A duty that lasts for more than so many times what it is taken for was taken before the database's clock was set
back: it is nobody's, and not everybody has to wait until that time comes again."""


class SqlCommandStore:
    """`machine.ports.CommandStore` says what each method promises."""

    def __init__(self, database: Database, *, now: NowOf = database_now) -> None:
        self._database = database
        self._now = now

    async def ask(self, new: NewCommand) -> int:
        values = {
            "machine_id": new.machine_id,
            "task_id": new.wish.task_id,
            "kind": new.wish.kind,
            "body": new.wish.model_dump(mode="json"),
            "caller": None if new.caller is None else new.caller.model_dump(mode="json"),
            "asked_by": new.asked_by,
        }

        def write(connection: Connection, _recorder: Recorder) -> int:
            statement = insert(commands).values(**values, asked_at=self._now(connection))
            return int(connection.execute(statement.returning(commands.c.command_id)).scalar_one())

        return await self._database.write(write)

    async def are_waiting(self, machine_id: str) -> bool:
        query = select(commands.c.command_id).where(commands.c.machine_id == machine_id, *_OPEN).limit(1)
        return await first_row(self._database, query) is not None

    async def take(self, machine_id: str, *, limit: int, fresh_seconds: float) -> Sequence[Command]:
        of_it = select(commands).where(commands.c.machine_id == machine_id, *_OPEN)
        query = of_it.order_by(commands.c.command_id).limit(limit)

        def write(connection: Connection, _recorder: Recorder) -> Sequence[Command]:
            now = self._now(connection)
            found = []
            for row in connection.execute(query).mappings().all():
                try:
                    found.append(_command_of(row))
                except ValidationError:  # asked by a process of another release; nothing behind it has to wait for that
                    outcome = Outcome(problem=_unknown(machine_id, row["kind"]))
                    _answer(connection, commands.c.command_id == row["command_id"], outcome, now)
            fresh = [one for one in found if now - one.asked_at <= timedelta(seconds=fresh_seconds)]
            for late in (one for one in found if one not in fresh):
                _answer(connection, commands.c.command_id == late.command_id, Outcome(problem=_TOO_LATE), now)
            taken = commands.c.command_id.in_([one.command_id for one in fresh])
            connection.execute(update(commands).where(taken).values(taken_at=now))
            return fresh

        return await self._database.write(write)

    async def answer(self, command_id: int, outcome: Outcome) -> None:
        def write(connection: Connection, _recorder: Recorder) -> None:
            _answer(connection, commands.c.command_id == command_id, outcome, self._now(connection))

        await self._database.write(write)

    async def outcome(self, command_id: int) -> Outcome | None:
        query = select(commands.c.answer, commands.c.problem)
        query = query.where(commands.c.command_id == command_id, commands.c.answered_at.is_not(None))
        row = await first_row(self._database, query)
        return None if row is None else Outcome.model_validate(dict(row))

    async def withdraw(self, command_id: int) -> bool:
        statement = delete(commands).where(commands.c.command_id == command_id, *_OPEN)

        def write(connection: Connection, _recorder: Recorder) -> bool:
            return connection.execute(statement).rowcount == 1

        return await self._database.write(write)

    async def give_up(self, machine_id: str, problem: Problem) -> int:
        left = (commands.c.machine_id == machine_id, commands.c.taken_at.is_not(None))

        def write(connection: Connection, _recorder: Recorder) -> int:
            return _answer(connection, left, Outcome(problem=problem), self._now(connection))

        return await self._database.write(write)

    async def prune(self, older_than_seconds: float) -> int:
        def write(connection: Connection, _recorder: Recorder) -> int:
            since = self._now(connection) - timedelta(seconds=older_than_seconds)
            return connection.execute(delete(commands).where(commands.c.asked_at < since)).rowcount

        return await self._database.write(write)


class SqlDuties:
    """`machine.ports.Duties` says what each method promises."""

    def __init__(self, database: Database, *, now: NowOf = database_now) -> None:
        self._database = database
        self._now = now

    async def hold(self, name: str, holder: str, seconds: float) -> bool:
        time = timedelta(seconds=seconds)

        def write(connection: Connection, _recorder: Recorder) -> bool:
            now = self._now(connection)
            row = connection.execute(select(duties).where(duties.c.name == name)).mappings().one_or_none()
            if row is not None and row["holder"] != holder and now < row["until"] <= now + FURTHEST * time:
                return False
            connection.execute(delete(duties).where(duties.c.name == name))
            connection.execute(insert(duties).values(name=name, holder=holder, until=now + time))
            return True

        return await self._database.write(write)

    async def lay_down(self, name: str, holder: str) -> None:
        statement = delete(duties).where(duties.c.name == name, duties.c.holder == holder)

        def write(connection: Connection, _recorder: Recorder) -> None:
            connection.execute(statement)

        await self._database.write(write)


def _answer(connection: Connection, which: Any, outcome: Outcome, at: datetime) -> int:
    """What is answered already keeps its answer. Returns how many were answered."""
    problem = None if outcome.problem is None else outcome.problem.model_dump()
    values = {"answered_at": at, "answer": outcome.answer, "problem": problem}
    conditions = which if isinstance(which, tuple) else (which,)
    return connection.execute(update(commands).where(*conditions, _UNANSWERED).values(**values)).rowcount


def _unknown(machine_id: str, kind: str) -> Problem:
    return Problem(
        code="unavailable",
        status=503,
        message=f"The machine {machine_id} does not know what is wanted of it here ({kind}): nothing was done.",
        hint="It runs another release than the process that asked: let all machines of a fleet run the same.",
    )


def _command_of(row: RowMapping) -> Command:
    return Command.model_validate(
        {
            "command_id": row["command_id"],
            "machine_id": row["machine_id"],
            "wish": row["body"],
            "caller": row["caller"],
            "asked_by": row["asked_by"],
            "asked_at": row["asked_at"],
        }
    )
