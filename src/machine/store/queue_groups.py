"""What queued tasks have in common, found by leaps through an index: in as many steps as there are such groups.

The statements are worded for the planners. The conditions are those of the partial indexes, word for word. SQLite knows
no statistics and is told which index; PostgreSQL may have made its plan while the queue was empty, and is left nothing
to join that could be scanned.
"""

from typing import Final, Literal

Dialect = Literal["sqlite", "postgresql"]

GROUP: Final = ("lane", "front", "priority", "user_id", "assigned_agent", "machine_id")
PARKED_GROUP: Final = (*GROUP, "parked_until")

_WAITS: Final = "status = 'queued' AND NOT awaits_routing AND parked_until"
_READY: Final = f"{_WAITS} IS NULL"
_PARKED: Final = f"{_WAITS} IS NOT NULL"
_BUDGET: Final = "status = 'queued' AND queue_reason = 'budget' AND parked_until IS NOT NULL"


def ready_tasks(dialect: Dialect) -> str:
    """What comes after FROM for those that are not parked, named `waits`."""
    return _those(dialect, "tasks_queue", _READY)


def parked_tasks(dialect: Dialect) -> str:
    return _those(dialect, "tasks_parked", _PARKED)


def budget_tasks(dialect: Dialect) -> str:
    """Those that a budget of the day holds back, or did until its day was over."""
    return _those(dialect, "tasks_parked_for_budget", _BUDGET)


def _those(dialect: Dialect, index: str, where: str) -> str:
    told = f" INDEXED BY {index}" if dialect == "sqlite" else ""
    return f"tasks AS waits{told} WHERE {where}"


def groups(dialect: Dialect, name: str, columns: tuple[str, ...], within: str, those: str) -> str:
    """A part of WITH RECURSIVE: the groups of `those`. `within` is the column that follows theirs in the index."""
    group = ", ".join(columns)
    last = ", ".join(_end(dialect, f"{name}.{column}") for column in columns)
    # Greater than all of the group: SQLite would find the first of what is not less, and walk on from there.
    behind = f"{those} AND ({group}, {within}) > ({last}, '~') ORDER BY {group}, {within} LIMIT 1"
    if dialect == "sqlite":
        leap = f"JOIN tasks AS leapt ON leapt.task_id = (SELECT task_id FROM {behind})"  # noqa: S608 - all of it is ours
    else:
        leap = f"CROSS JOIN LATERAL (SELECT {group} FROM {behind}) AS leapt"  # noqa: S608 - all of it is ours
    return f"""
    {name} ({group}) AS (
      SELECT * FROM (SELECT {group} FROM {those} ORDER BY {group}, {within} LIMIT 1) AS first_{name}
      UNION ALL
      SELECT {", ".join(f"leapt.{column}" for column in columns)} FROM {name} {leap}
    )"""  # noqa: S608 - all of it is ours


def _end(dialect: Dialect, column: str) -> str:
    """To leap from. Behind what is parked for later there is nothing to be had of its kind; "~" is greater than any
    moment, and than any id."""
    if column.endswith(".parked_until"):
        return f"CASE WHEN {column} > :at THEN '~' ELSE {column} END"
    # SQLite seeks by the first columns only, unless the others have no type of their own.
    return f"+{column}" if dialect == "sqlite" else column


def queue_groups(dialect: Dialect) -> str:
    """`WITH RECURSIVE ready, due`: the groups of what is not parked, and of what is parked, up to the moment `:at`."""
    ready = groups(dialect, "ready", GROUP, "task_id", ready_tasks(dialect))
    due = groups(dialect, "due", PARKED_GROUP, "task_id", parked_tasks(dialect))
    return f"WITH RECURSIVE {ready}, {due}"


def same_group(name: str, columns: tuple[str, ...]) -> str:
    return " AND ".join(f"waits.{column} = {name}.{column}" for column in columns)
