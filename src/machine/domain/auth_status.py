"""Whether Claude Code can work."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

LoginWord = Literal["ready", "expires_soon", "needs_login", "refused", "quota", "demo", "unknown"]
"""Whether Claude Code can work; tasks run in `ready`, `expires_soon` and `demo`."""


class AuthStatusData(BaseModel):
    model_config = ConfigDict(frozen=True)

    state: LoginWord
    message: str = ""
    hint: str = ""
    until: datetime | None = None
