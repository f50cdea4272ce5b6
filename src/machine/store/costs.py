"""What work costs, added up by the database, from the index `tasks_costs`, and of deleted tasks `past_costs`, alone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.engine import Connection

from machine.domain.costs import CostGroup, CostItem, Span
from machine.store.database import Database
from machine.store.people_tables import users
from machine.store.types import moment_text

_COLUMNS: Final[Mapping[CostGroup, str]] = {
    CostGroup.AGENT: "assigned_agent",
    CostGroup.SOURCE: "source",
    CostGroup.USER: "user_id",
}
_ALL: Final = (
    "cost_kind, sum(cost_usd) AS cost_usd, sum(tasks) AS tasks, "
    "sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens"
)
_SUMS: Final = {"tasks": _ALL.replace("sum(tasks)", "count(*)"), "past_costs": _ALL}
# As an expression, so that the range of `created_at` is what is searched, and the other index of users is left alone.
_OWN: Final = "AND user_id || '' = :user_id"
_CENTS: Final = 9
"""Decimals that are kept: enough for a single token, too few for what adding floats leaves behind."""


class Costs:
    """Sums of tasks' costs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def items(
        self, group: CostGroup, spans: Sequence[Span], *, user_id: str | None = None
    ) -> tuple[CostItem, ...]:
        """See `TaskStore.costs`."""
        sql, values = statement(group, spans, user_id)

        def read(connection: Connection) -> tuple[CostItem, ...]:
            rows = [dict(row) for row in connection.execute(text(sql), values).mappings()]
            names = _names(connection, (row["key"] for row in rows)) if group is CostGroup.USER else {}
            return tuple(_item(row, names.get(row["key"], row["key"])) for row in rows)

        return await self._database.read(read)


def statement(group: CostGroup, spans: Sequence[Span], user_id: str | None) -> tuple[str, dict[str, Any]]:
    """The one statement of a report, with its values."""
    own = "" if user_id is None else _OWN
    values: dict[str, Any] = {} if user_id is None else {"user_id": user_id}
    if group is not CostGroup.DAY:
        values |= {"begins": moment_text(spans[0].begins_at), "ends": moment_text(spans[-1].ends_at)}
        where = f"WHERE created_at >= :begins AND created_at < :ends {own}"
        sums = _summed(f"{_COLUMNS[group]} AS key", "FROM {table} " + where)
        return f"{sums} ORDER BY cost_usd DESC, key, cost_kind", values
    for number, span in enumerate(spans):
        values[f"k{number}"] = span.key
        values[f"b{number}"], values[f"e{number}"] = moment_text(span.begins_at), moment_text(span.ends_at)
    days = ", ".join(f"(:k{number}, :b{number}, :e{number})" for number in range(len(spans)))
    found = "FROM days CROSS JOIN {table} WHERE created_at >= begins AND created_at < ends " + own
    sums = _summed("key", found)
    return f"WITH days(key, begins, ends) AS (VALUES {days}) {sums} ORDER BY key, cost_kind", values


def _summed(key: str, found: str) -> str:
    """The sums of the tasks that there are, and of those that there were."""
    parts = (f"SELECT {key}, {_SUMS[table]} {found.format(table=table)} GROUP BY 1, 2" for table in _SUMS)
    return f"SELECT key, {_ALL} FROM ({' UNION ALL '.join(parts)}) AS parts GROUP BY key, cost_kind"  # noqa: S608 - all of it is ours


def _names(connection: Connection, user_ids: Iterable[str]) -> dict[str, str]:
    query = select(users.c.user_id, users.c.name).where(users.c.user_id.in_(set(user_ids)))
    return {row.user_id: row.name for row in connection.execute(query)}


def _item(row: Mapping[str, Any], label: str) -> CostItem:
    return CostItem.model_validate({**row, "cost_usd": round(row["cost_usd"], _CENTS), "label": label})
