"""Connections and logins."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from machine.domain.principal import Role, Scope


class Session(BaseModel):
    """One connection of a dashboard or client. Its id is no secret; what it may see is decided by its user."""

    model_config = ConfigDict(frozen=True)

    session_id: str
    user_id: str
    machine_id: str
    connected_at: datetime
    disconnected_at: datetime | None = None
    total_cost_usd: float = 0.0
    active_tasks: tuple[str, ...] = Field(default=())


class Login(BaseModel):
    """A person's browser that is signed in. The cookie's secret is stored as a hash only."""

    model_config = ConfigDict(frozen=True)

    login_id: str
    user_id: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    user_agent: str = ""


class ApiToken(BaseModel):
    """A token of a program. The secret is stored as a hash only and shown once, when it is made."""

    model_config = ConfigDict(frozen=True)

    token_id: str
    user_id: str
    name: str
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    scopes: tuple[Scope, ...] = (Scope.ADMIN,)


class Invitation(BaseModel):
    """A one-time link by which somebody becomes a user. Its secret is stored as a hash only."""

    model_config = ConfigDict(frozen=True)

    invitation_id: str
    name: str | None
    """Whom it is for; whoever uses it may choose another name."""
    role: Role
    created_by: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    user_id: str | None = None
    """Who came of it."""
    revoked_at: datetime | None = None
