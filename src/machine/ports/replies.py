"""Where the replies to webhooks' events are kept."""

from datetime import datetime
from typing import Protocol

from machine.domain.reply import Reply


class ReplyStore(Protocol):
    """Rows come into being with the end of their task. Every method raises StoreError when the database refuses."""

    async def due(self, at: datetime) -> tuple[Reply, ...]:
        """Of each webhook the one reply that is to be attended to next, if its time has come."""
        ...

    async def of(self, task_id: str) -> Reply | None:
        """The reply of a task; None where none was asked for, or the task has not ended."""
        ...

    async def save(self, old: Reply, new: Reply) -> Reply:
        """Replace a reply if state and attempts still are those of `old`; raises Conflict otherwise."""
        ...

    async def newest_ends(self, webhook: str, *, limit: int) -> tuple[Reply, ...]:
        """The newest of a webhook's replies that were sent or given up, newest first."""
        ...
