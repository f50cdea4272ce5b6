"""What each day cost, kept up in the transaction that notes a task's cost."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.engine import Connection

from machine.domain.day_budget import Spending, day_of
from machine.store.budget_tables import day_costs
from machine.store.tables import tasks

_TASK: Final = select(tasks.c.user_id, tasks.c.assigned_agent, tasks.c.cost_kind, tasks.c.cost_usd).where(
    tasks.c.task_id == bindparam("id")
)
_ADD: Final = (
    update(day_costs)
    .where(day_costs.c.day == bindparam("of_day"), day_costs.c.user_id == bindparam("of_user"))
    .where(day_costs.c.agent == bindparam("of_agent"), day_costs.c.cost_kind == bindparam("of_kind"))
    .values(cost_usd=day_costs.c.cost_usd + bindparam("more"))
)
_INSERT: Final = insert(day_costs)


def note_cost(connection: Connection, task_id: str, cost_usd: float, at: datetime) -> None:
    """Add what a task has cost beyond what is stored of it, before that is replaced by `cost_usd`. An estimate that was
    too high is taken back."""
    task = connection.execute(_TASK, {"id": task_id}).one_or_none()
    if task is None or task.cost_usd == cost_usd:
        return
    place = {"of_day": day_of(at), "of_user": task.user_id, "of_agent": task.assigned_agent, "of_kind": task.cost_kind}
    more = cost_usd - task.cost_usd
    if connection.execute(_ADD, {**place, "more": more}).rowcount == 0:
        values = {name: place[f"of_{short}"] for name, short in _SHORT.items()}
        connection.execute(_INSERT, {**values, "cost_usd": more})


def spendings_of(connection: Connection, at: datetime) -> tuple[Spending, ...]:
    """What was spent in the day of that moment."""
    query = select(day_costs).where(day_costs.c.day == day_of(at))
    names = Spending.model_fields
    return tuple(Spending(**{name: row[name] for name in names}) for row in connection.execute(query).mappings())


_SHORT: Final = {"day": "day", "user_id": "user", "agent": "agent", "cost_kind": "kind"}
