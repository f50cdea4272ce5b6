"""`SqlBudgetStore`: the port `BudgetStore`."""

from datetime import datetime

from sqlalchemy import Delete, Select, delete, insert, select
from sqlalchemy.engine import Connection

from machine.domain.clock import Clock, utc_now
from machine.domain.day_budget import DayBudget, Spending, day_of
from machine.store.budget_tables import budget_passes, day_budgets
from machine.store.database import Database
from machine.store.day_costs import spendings_of
from machine.store.day_gate import stored_budgets
from machine.store.writer import Recorder


class SqlBudgetStore:
    """See `machine.ports.BudgetStore`."""

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def budgets(self) -> tuple[DayBudget, ...]:
        return tuple(await self._database.read(stored_budgets))

    async def put(self, budget: DayBudget, *, by: str) -> None:
        values = {**budget.model_dump(), "scope": budget.scope.value, "set_by": by, "set_at": self._clock()}

        def write(connection: Connection, _recorder: Recorder) -> None:
            connection.execute(_without(budget))
            connection.execute(insert(day_budgets).values(values))

        await self._database.write(write)

    async def remove(self, budget: DayBudget) -> None:
        await self._database.write(lambda connection, _: connection.execute(_without(budget)).rowcount)

    async def spendings(self, at: datetime) -> tuple[Spending, ...]:
        return await self._database.read(lambda connection: spendings_of(connection, at))

    async def let_through(self, task_id: str, *, by: str) -> None:
        at = self._clock()
        values = {"day": day_of(at), "task_id": task_id, "given_by": by, "given_at": at}

        def write(connection: Connection, _recorder: Recorder) -> None:
            if connection.execute(_passes(task_id, at)).first() is None:
                connection.execute(insert(budget_passes).values(values))

        await self._database.write(write)

    async def is_let_through(self, task_id: str, at: datetime) -> bool:
        query = _passes(task_id, at)
        return await self._database.read(lambda connection: connection.execute(query).first() is not None)


def _without(budget: DayBudget) -> Delete:
    return delete(day_budgets).where(day_budgets.c.scope == budget.scope.value, day_budgets.c.name == budget.name)


def _passes(task_id: str, at: datetime) -> Select[tuple[str]]:
    return select(budget_passes.c.task_id).where(budget_passes.c.day == day_of(at), budget_passes.c.task_id == task_id)
