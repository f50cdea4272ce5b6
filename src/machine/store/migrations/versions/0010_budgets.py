"""Budgets of a day, and what each day cost, by person, agent and kind of dollars."""

import sqlalchemy as sa
from alembic import op

from machine.store.migrations.support import state_oldest_program

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "day_budgets",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("daily_usd", sa.Float(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "name"),
    )
    op.create_table(
        "day_costs",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("day", "user_id", "agent", "cost_kind")),
        sa.Column("cost_usd", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("day", "user_id", "agent", "cost_kind"),
    )
    op.create_table(
        "budget_passes",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), sa.ForeignKey("tasks.task_id"), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", "task_id"),
    )
    parked = sa.text("status = 'queued' AND queue_reason = 'budget'")
    op.create_index(
        "tasks_parked_for_budget",
        "tasks",
        ["parked_until", "task_id", "user_id", "assigned_agent"],
        sqlite_where=parked,
        postgresql_where=parked,
    )
    # What was spent before is counted on the day on which its task was made: nobody knows better.
    op.execute(
        "INSERT INTO day_costs (day, user_id, agent, cost_kind, cost_usd) "
        "SELECT substr(created_at, 1, 10), user_id, assigned_agent, cost_kind, sum(cost_usd) FROM tasks "
        "WHERE cost_usd > 0 GROUP BY 1, 2, 3, 4"
    )
    # Programs before it count no days; a day that they work on is bounded by less than it cost, and nothing is lost.
    state_oldest_program(op.get_bind(), revision, "0.1.0")
