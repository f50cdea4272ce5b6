"""Where users, logins, tokens, one-time links and connections are kept."""

from datetime import datetime
from typing import Literal, Protocol

from machine.domain.session import ApiToken, Login, Session
from machine.ports.values import Value


class UserRow(Value):
    """A person as stored."""

    user_id: str
    name: str
    role: Literal["administrator", "member", "viewer"]
    created_at: datetime


class PeopleStore(Protocol):
    """Users, logins, tokens, one-time links and connections. Secrets come in as SHA-256 hex digests only."""

    async def local_administrator(self) -> UserRow: ...

    async def user(self, user_id: str) -> UserRow: ...

    async def add_link(self, digest: str, *, created_at: datetime, expires_at: datetime) -> None: ...

    async def use_link(self, digest: str, at: datetime) -> bool:
        """Use a one-time link up; False when it is unknown, used or expired. Atomic."""
        ...

    async def add_login(self, login: Login, digest: str) -> None: ...

    async def login_by(self, digest: str, at: datetime) -> Login | None:
        """The login with this cookie if it is neither expired nor revoked. `last_seen_at` is the time before this one,
        kept to the minute: a login that was idle for too long can be told."""
        ...

    async def logins(self, user_id: str | None = None) -> tuple[Login, ...]: ...

    async def end_login(self, login_id: str, at: datetime) -> None: ...

    async def add_token(self, token: ApiToken, digest: str) -> None: ...

    async def token_by(self, digest: str, at: datetime) -> ApiToken | None: ...

    async def tokens(self, user_id: str | None = None) -> tuple[ApiToken, ...]: ...

    async def revoke_token(self, token_id: str, at: datetime) -> None: ...

    async def add_session(self, session: Session) -> None: ...

    async def session(self, session_id: str) -> Session:
        """With `total_cost_usd` and `active_tasks` of the tasks that this session made."""
        ...

    async def sessions(self, user_id: str | None = None) -> tuple[Session, ...]: ...

    async def end_session(self, session_id: str, at: datetime) -> None: ...
