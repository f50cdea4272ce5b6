"""Which queued task runs next: one statement that only reads."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Text, bindparam, text
from sqlalchemy.engine import Connection

from machine.store.day_gate import Closed
from machine.store.types import moment_text

# The sets are small, for what runs is bounded by the slots; the scan stays within the index `tasks_queue`.
_NEXT: Final = text(
    """
    SELECT task_id FROM tasks
    LEFT JOIN (SELECT user_id AS runner, count(*) AS running FROM tasks WHERE status = 'running' GROUP BY user_id)
           AS runners ON runner = user_id
    WHERE status = 'queued'
      AND lane IN :lanes
      AND (parked_until IS NULL OR parked_until <= :at)
      AND NOT awaits_routing
      AND (task_id IN :passes OR NOT (:all OR user_id IN :users OR assigned_agent IN :agents))
      AND assigned_agent NOT IN :unfit_agents
      AND (machine_id = :me OR machine_id NOT IN :members)
      AND conversation_id NOT IN (SELECT conversation_id FROM tasks WHERE status IN ('running', 'waiting_input'))
      AND (concurrency_key IS NULL OR NOT EXISTS (
            SELECT 1 FROM tasks AS other
            WHERE other.concurrency_key = tasks.concurrency_key AND other.status IN ('running', 'waiting_input')
          ))
    ORDER BY front DESC, priority DESC, coalesce(running, 0), task_id
    LIMIT 1
    """
).bindparams(
    *(
        bindparam(name, expanding=True, type_=Text)
        for name in ("lanes", "unfit_agents", "members", "passes", "users", "agents")
    )
)


class Asker(NamedTuple):
    """A machine that has a slot, and what it may not take."""

    machine_id: str
    lanes: Collection[str]
    """In which it has a slot."""
    unfit_agents: Collection[str]
    """Those that run as much as they may, and those that ask for another machine."""
    members: Collection[str]
    """Machines whose conversations stay with them."""


def next_task(connection: Connection, asker: Asker, closed: Closed, at: datetime) -> str | None:
    """The id of the task that comes first of those that may start now; None with none."""
    values = {
        "lanes": list(asker.lanes),
        "unfit_agents": list(asker.unfit_agents),
        "members": list(asker.members),
        "me": asker.machine_id,
        "at": moment_text(at),
    }
    return connection.execute(_NEXT, {**values, **closed.values()}).scalar_one_or_none()
