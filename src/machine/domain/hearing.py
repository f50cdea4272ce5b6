"""Whether a person has said what a task waits for."""

from collections.abc import Collection

from machine.domain.approval import ApprovalKind
from machine.domain.task import QueueReason, Task, TaskStatus, WaitingReason

WORDS = {QueueReason.INPUT: "A message arrived.", QueueReason.ANSWERED: "A person has answered."}
"""What is told of a task that goes on."""


def heard(task: Task, *, pending: Collection[ApprovalKind], unsent: bool) -> QueueReason | None:
    """Why a waiting task may go on; None: it waits. `pending` are its cards with no answer yet, `unsent` tells whether
    a message lies there for it."""
    if task.status is not TaskStatus.WAITING_INPUT or ApprovalKind.BUDGET in pending:
        return None  # whatever else was said waits until there is money for it
    if unsent:
        return QueueReason.INPUT
    if task.waiting_reason is not WaitingReason.APPROVAL or pending:
        return None
    return QueueReason.ANSWERED
