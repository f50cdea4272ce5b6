"""Tables of budgets: what bounds a day, what was spent in it, who may go on all the same."""

from typing import Final

from sqlalchemy import Column, Float, ForeignKey, PrimaryKeyConstraint, Table, Text

from machine.store.types import Moment
from machine.store.webhook_tables import metadata

day_budgets: Final = Table(
    "day_budgets",
    metadata,
    Column("scope", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("daily_usd", Float, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", Moment, nullable=False),
    PrimaryKeyConstraint("scope", "name"),
)

# A few rows a day, kept up with every cost that is noted: a budget never adds up tasks.
day_costs: Final = Table(
    "day_costs",
    metadata,
    Column("day", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("cost_kind", Text, nullable=False),
    Column("cost_usd", Float, nullable=False),
    PrimaryKeyConstraint("day", "user_id", "agent", "cost_kind"),
)

budget_passes: Final = Table(
    "budget_passes",
    metadata,
    Column("day", Text, nullable=False),
    Column("task_id", Text, ForeignKey("tasks.task_id"), nullable=False),
    Column("given_by", Text, nullable=False),
    Column("given_at", Moment, nullable=False),
    PrimaryKeyConstraint("day", "task_id"),
)
