"""What became of a reply, over the wire."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from machine.domain.reply import Reply, ReplyState


class ReplyView(BaseModel):
    """What became of the answer to where a webhook's event came from."""

    model_config = ConfigDict(frozen=True)

    state: ReplyState
    attempts: int
    last_error: str
    """Why it is not there, or is not wanted."""
    url: str
    """Of the reply, where the provider says it; else empty."""
    next_at: datetime | None
    """When it is tried next; null when it is sent or over."""

    @classmethod
    def of(cls, reply: Reply) -> "ReplyView":
        is_open = reply.state in (ReplyState.DUE, ReplyState.SENDING)
        return cls.model_validate({**dict(reply), "next_at": reply.next_at if is_open else None})
