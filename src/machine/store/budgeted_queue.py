"""Queued tasks that budgets of a day hold back, or should: looked up group by group, however many there are."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Text, TextClause, bindparam, text
from sqlalchemy.engine import Connection

from machine.store.queue_groups import (
    GROUP,
    PARKED_GROUP,
    Dialect,
    budget_tasks,
    groups,
    parked_tasks,
    queue_groups,
    ready_tasks,
    same_group,
)
from machine.store.types import moment_text

IsClosed = Callable[[str, str], object]
"""Of a person's id and an agent's name: whether a budget holds back that work."""

_HELD_GROUP: Final = ("user_id", "assigned_agent")
_PASSES: Final = bindparam("passes", expanding=True, type_=Text)


def startable(connection: Connection, is_closed: IsClosed, passes: Sequence[str], at: datetime, most: int) -> list[str]:
    """Ids of tasks of closed groups that are not parked, at most `most`; `passes` may start all the same."""
    queries = _QUERIES[connection.dialect.name]
    moment = {"at": moment_text(at)}
    found: list[str] = []
    for group in connection.execute(queries["groups"], moment).mappings().all():
        if len(found) < most and is_closed(group["user_id"], group["assigned_agent"]):
            of_group = queries["ready" if group["parked_until"] is None else "due"]
            values = {**group, "passes": list(passes), "most": most - len(found)}
            found += connection.execute(of_group, values).scalars()
    return found


def held(connection: Connection, is_closed: IsClosed, passes: Sequence[str], at: datetime, most: int) -> list[str]:
    """Ids of tasks that are parked for a budget which holds them back no longer, at most `most`."""
    queries = _QUERIES[connection.dialect.name]
    moment = {"at": moment_text(at), "most": most}
    found: list[str] = []
    for user_id, agent in connection.execute(queries["held groups"], moment).all():
        if len(found) < most and not is_closed(user_id, agent):
            values = {**moment, "user_id": user_id, "assigned_agent": agent, "most": most - len(found)}
            found += connection.execute(queries["held"], values).scalars()
    if passes and len(found) < most:
        let_through = connection.execute(queries["held passes"], {**moment, "passes": list(passes)}).scalars()
        found += [task_id for task_id in let_through if task_id not in found]
    return found[:most]


def _queries(dialect: Dialect) -> dict[str, TextClause]:
    group, budget = ", ".join(GROUP), budget_tasks(dialect)
    in_order, later = "ORDER BY waits.task_id LIMIT :most", "waits.parked_until > :at"
    some = f"SELECT waits.task_id FROM {budget} AND {later}"  # noqa: S608 - all of it is ours

    def tasks_of(those: str, columns: tuple[str, ...]) -> TextClause:
        same = " AND ".join(f"waits.{column} = :{column}" for column in columns)
        query = f"SELECT waits.task_id FROM {those} AND {same} AND waits.task_id NOT IN :passes {in_order}"  # noqa: S608 - ours
        return text(query).bindparams(_PASSES)

    return {
        "groups": text(
            f"{queue_groups(dialect)} SELECT {group}, NULL AS parked_until FROM ready "  # noqa: S608 - all of it is ours
            f"UNION ALL SELECT {group}, parked_until FROM due WHERE parked_until <= :at"
        ),
        "ready": tasks_of(ready_tasks(dialect), GROUP),
        "due": tasks_of(parked_tasks(dialect), PARKED_GROUP),
        "held groups": text(
            f"WITH RECURSIVE {groups(dialect, 'held', _HELD_GROUP, 'parked_until', budget)} "  # noqa: S608 - ours
            f"SELECT user_id, assigned_agent FROM held WHERE EXISTS ({some} AND {same_group('held', _HELD_GROUP)})"
        ),
        "held": text(
            f"{some} AND waits.user_id = :user_id AND waits.assigned_agent = :assigned_agent "
            "ORDER BY waits.parked_until, waits.task_id LIMIT :most"
        ),
        "held passes": text(
            "SELECT task_id FROM tasks WHERE task_id IN :passes AND status = 'queued' AND queue_reason = 'budget' "
            "AND parked_until > :at"
        ).bindparams(_PASSES),
    }


_QUERIES: Final[Mapping[str, Mapping[str, TextClause]]] = {
    "sqlite": _queries("sqlite"),
    "postgresql": _queries("postgresql"),
}
