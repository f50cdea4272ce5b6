"""Who may start today: budgets of a day, looked at in the transaction that hands out a slot.

What is held back is parked until the next day, what is held back no longer is let go: each look at the queue brings
both in line with the budgets as they are, so that nobody has to remember to.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.engine import Connection

from machine.domain.day_budget import BudgetScope, DayBudget, Standing, day_of, next_day, standing_of, why_closed
from machine.domain.events import ParkedData, TaskEvent, TaskParked, TaskQueued
from machine.domain.task import QueueReason
from machine.ports.budgets import DayRules
from machine.store.budget_tables import budget_passes, day_budgets
from machine.store.budgeted_queue import held, startable
from machine.store.day_costs import spendings_of
from machine.store.event_log import encoded
from machine.store.moves import read_task, write_move
from machine.store.writer import Recorder

MOST_MOVED: Final = 200
"""Tasks that one look parks, and lets go; the next look goes on."""


class Closed(NamedTuple):
    """Whose work may not start now, and which tasks may all the same."""

    standings: tuple[Standing, ...]
    passes: tuple[str, ...]

    def why(self, user_id: str, agent: str) -> Standing | None:
        """The budget that holds back the work of `agent` for that person; None: none does."""
        return next((one for one in self.standings if one.bounds(user_id, agent)), None)

    def values(self) -> dict[str, Any]:
        """For statements that hold back what is closed."""
        return {
            "all": any(one.scope is BudgetScope.MACHINE for one in self.standings),
            "users": [one.name for one in self.standings if one.scope is BudgetScope.USER],
            "agents": [one.name for one in self.standings if one.scope is BudgetScope.AGENT],
            "passes": list(self.passes),
        }


def closed_now(connection: Connection, rules: DayRules, at: datetime) -> Closed:
    """Which budgets are used up. Two small reads when there are none."""
    budgets = (*stored_budgets(connection), *rules.of_agents)
    if not budgets:
        return Closed((), ())
    spendings = spendings_of(connection, at)
    found = [standing_of(budget, spendings, rules.kinds) for budget in budgets]
    closed = tuple(one for one in found if one.state == "used_up")
    query = select(budget_passes.c.task_id).where(budget_passes.c.day == day_of(at))
    return Closed(closed, tuple(connection.execute(query).scalars()) if closed else ())


def stored_budgets(connection: Connection) -> Sequence[DayBudget]:
    """Those of the machine and of people."""
    rows = connection.execute(select(day_budgets.c.scope, day_budgets.c.name, day_budgets.c.daily_usd)).mappings()
    return [DayBudget.model_validate(dict(row)) for row in rows]


def is_in_line(connection: Connection, closed: Closed, at: datetime) -> bool:
    """Whether nothing is to be parked or let go."""
    if held(connection, closed.why, closed.passes, at, 1):
        return False
    return not closed.standings or not startable(connection, closed.why, closed.passes, at, 1)


def bring_in_line(connection: Connection, recorder: Recorder, closed: Closed, at: datetime) -> None:
    """Park what is held back, and let go what no longer is."""
    for task_id in held(connection, closed.why, closed.passes, at, MOST_MOVED):
        told = TaskQueued(data=ParkedData(reason=QueueReason.BUDGET, message="There is budget for it again."))
        _park(connection, recorder, task_id, None, told, at)
    if not closed.standings:
        return
    for task_id in startable(connection, closed.why, closed.passes, at, MOST_MOVED):
        task = read_task(connection, task_id)
        why = next(one for one in closed.standings if one.bounds(task.user_id, task.assigned_agent))
        until = next_day(at)
        data = ParkedData(reason=QueueReason.BUDGET, message=why_closed(why, at), until=until)
        _park(connection, recorder, task_id, until, TaskParked(data=data), at)


def _park(
    connection: Connection, recorder: Recorder, task_id: str, until: datetime | None, told: TaskEvent, at: datetime
) -> None:
    task = read_task(connection, task_id)
    new = task.model_copy(update={"queue_reason": QueueReason.BUDGET, "parked_until": until})
    write_move(connection, recorder, task, new, [encoded(told)], at)
