"""What somebody did that others may have to answer for."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from machine.domain.principal import Via


class AuditEntry(BaseModel):
    """One act. It is written down before it is done; how it ended is added when it has."""

    model_config = ConfigDict(frozen=True)

    audit_id: str
    at: datetime
    user_id: str
    user_name: str
    """As it was then."""
    via: Via
    credential_id: str
    """The login or token; empty for the command line on the data folder."""
    address: str
    action: str
    """Such as `agent.create`: the kind of object, and what was done."""
    object_id: str = ""
    """The name or id of what it was done to; empty for what had none yet."""
    summary: dict[str, Any] = Field(default_factory=dict)
    """What it was about, without secrets."""
    status: int | None = None
    """How it ended, as HTTP's status; None: under way, or the machine stopped meanwhile and nobody knows."""
    made_id: str = ""
    """The id of what came of it."""
