"""Who and what a line of the log is about: ids that every line of the same work carries, whoever writes it."""

from structlog.contextvars import bind_contextvars


def about(**ids: str) -> None:
    """From here on, in this asyncio task and those it starts: `task_id`, `user_id`, `request_id`. Never a secret."""
    bind_contextvars(**ids)
