"""Which queued task runs next: one statement that only reads, and whose cost does not grow with the queue.

The rules tell tasks apart by little: lane, place, priority, user, agent, machine. Of all that have these in common,
only the oldest that can start may come next. So the statement leaps from one such group to the next, looks up the first
of each, and orders those few. What is parked is in groups of its own, by the time for which it is.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Text, TextClause, bindparam, text
from sqlalchemy.engine import Connection

from machine.store.day_gate import Closed
from machine.store.queue_groups import GROUP, PARKED_GROUP, Dialect, parked_tasks, queue_groups, ready_tasks, same_group
from machine.store.types import moment_text

_FREE: Final = """
      NOT EXISTS (SELECT 1 FROM tasks AS busy
                  WHERE busy.conversation_id = waits.conversation_id AND busy.status IN ('running', 'waiting_input'))
      AND (waits.concurrency_key IS NULL OR NOT EXISTS (
            SELECT 1 FROM tasks AS busy
            WHERE busy.concurrency_key = waits.concurrency_key AND busy.status IN ('running', 'waiting_input')))"""
_FITS: Final = """
      lane IN :lanes AND assigned_agent NOT IN :unfit_agents
      AND (machine_id = :me OR machine_id NOT IN :members OR assigned_agent || '/' || machine_id IN :strays)"""
_STORED: Final = """EXISTS (
            SELECT 1 FROM snapshots
            WHERE snapshots.conversation_id = waits.conversation_id AND snapshots.machine_id = waits.machine_id
              AND snapshots.at >= (SELECT coalesce(max(former.started_at), '') FROM tasks AS former
                                   WHERE former.conversation_id = waits.conversation_id))"""
_MAY_COME: Final = f"(waits.machine_id = :me OR waits.machine_id NOT IN :members OR {_STORED})"
_OPEN: Final = "NOT (:all OR user_id IN :users OR assigned_agent IN :agents)"


def _heads(name: str, columns: tuple[str, ...], those: str) -> str:
    """The first of each group that this machine may take; NULL where none of it is free."""
    free = f"{those} AND {same_group(name, columns)} AND {_FREE} AND {_MAY_COME}"
    return f"""
      SELECT front, priority, user_id, (SELECT waits.task_id FROM {free} ORDER BY waits.task_id LIMIT 1) AS task_id
      FROM {name} WHERE {_FITS} AND {_OPEN}"""  # noqa: S608 - all of it is ours


def _next(dialect: Dialect) -> str:
    return f"""
    {queue_groups(dialect)}
    SELECT task_id FROM (
      {_heads("ready", GROUP, ready_tasks(dialect))}
      UNION ALL
      {_heads("due", PARKED_GROUP, parked_tasks(dialect))} AND parked_until <= :at
      UNION ALL
      SELECT front, priority, user_id, task_id FROM tasks AS waits
      WHERE task_id IN :passes AND status = 'queued' AND NOT awaits_routing AND {_FITS} AND {_FREE} AND {_MAY_COME}
        AND (parked_until IS NULL OR parked_until <= :at)
    ) AS heads
    LEFT JOIN (SELECT user_id AS runner, count(*) AS running FROM tasks WHERE status = 'running' GROUP BY user_id)
           AS runners ON runner = user_id
    ORDER BY task_id IS NULL, front DESC, priority DESC, coalesce(running, 0), task_id
    LIMIT 1"""  # noqa: S608 - all of it is ours


class Asker(NamedTuple):
    """A machine that has a slot, and what it may not take."""

    machine_id: str
    lanes: Collection[str]
    """In which it has a slot."""
    unfit_agents: Collection[str]
    """Those that run as much as they may, and those that ask for another machine."""
    members: Collection[str]
    """Machines whose conversations stay with them."""
    strays: Collection[str] = ()
    """`AGENT/MACHINE`: tasks of that agent whose conversation is on that one of the members, which cannot run it, may
    come to this machine, if the conversation is stored as that machine left it."""


def _listing(sql: str) -> TextClause:
    lists = ("lanes", "unfit_agents", "members", "strays", "passes", "users", "agents")
    return text(sql).bindparams(*(bindparam(name, expanding=True, type_=Text) for name in lists))


_QUERIES: Final[Mapping[str, TextClause]] = {
    "sqlite": _listing(_next("sqlite")),
    "postgresql": _listing(_next("postgresql")),
}


def next_task(connection: Connection, asker: Asker, closed: Closed, at: datetime) -> str | None:
    """The id of the task that comes first of those that may start now; None with none."""
    query = _QUERIES[connection.dialect.name]
    return connection.execute(query, _values(asker, closed, at)).scalar_one_or_none()


def is_stored(connection: Connection, task_id: str) -> bool:
    """Whether what its machine has of a task's conversation is stored for others."""
    query = text(f"SELECT 1 FROM tasks AS waits WHERE task_id = :task_id AND {_STORED}")  # noqa: S608 - all of it is ours
    return connection.execute(query, {"task_id": task_id}).first() is not None


def plan_of_next(connection: Connection, asker: Asker, closed: Closed, at: datetime) -> list[str]:
    """How the database goes about it, in its own words: for tests and measurements."""
    dialect = connection.dialect.name
    explained = _listing(f"EXPLAIN {'QUERY PLAN' if dialect == 'sqlite' else ''} {_QUERIES[dialect].text}")
    return [str(row[-1]) for row in connection.execute(explained, _values(asker, closed, at))]


def _values(asker: Asker, closed: Closed, at: datetime) -> dict[str, Any]:
    given = {
        "lanes": list(asker.lanes),
        "unfit_agents": list(asker.unfit_agents),
        "members": list(asker.members),
        "strays": list(asker.strays),
        "me": asker.machine_id,
        "at": moment_text(at),
    }
    return {**given, **closed.values()}
