"""Replies to where a task's event came from: whether they are there, and what kept them away."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class ReplyState(StrEnum):
    """`sending`: an attempt is being made, or was when its daemon died. The last three are ends."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    GIVEN_UP = "given_up"
    NOT_WANTED = "not_wanted"


class Reply(BaseModel):
    """The one reply of a task. It is stored as `due` in the transaction in which the task ends."""

    model_config = ConfigDict(frozen=True)

    task_id: str
    webhook: str
    delivery_id: str
    state: ReplyState = ReplyState.DUE
    attempts: int = 0
    unsure: bool = False
    """An attempt was made of which nobody knows whether it arrived: look before the next one."""
    next_at: datetime
    """Not before this moment is it attended to."""
    last_error: str = ""
    """Why it was not sent, or is not wanted; no secret is in it."""
    url: str = ""
    """Of the reply itself, where the provider says it."""
    created_at: datetime
    changed_at: datetime

    def changed(self, at: datetime, **changes: object) -> "Reply":
        """This reply, changed at a moment."""
        return self.model_copy(update={"changed_at": at, **changes})
