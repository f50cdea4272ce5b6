"""The card of a task that has used up its own budget."""

from datetime import datetime
from typing import Final

from machine.domain.approval import Approval, ApprovalKind, fingerprint
from machine.domain.budget import card_input, money
from machine.domain.ids import new_id
from machine.domain.task import Task

TOOL_NAME: Final = "Budget"
"""Where an agent's request names its tool."""


def budget_card(task: Task, at: datetime) -> Approval:
    """A request to the task's person: may it cost more? No CLI waits for the answer, so it may take for ever."""
    told = card_input(task)
    return Approval(
        approval_id=new_id("appr"),
        task_id=task.task_id,
        user_id=task.user_id,
        agent=task.assigned_agent,
        kind=ApprovalKind.BUDGET,
        tool_name=TOOL_NAME,
        input=told,
        fingerprint=fingerprint(TOOL_NAME, told),
        title=f"The budget of {money(task.limits.max_budget_usd or 0)} is used up",
        requested_at=at,
    )
