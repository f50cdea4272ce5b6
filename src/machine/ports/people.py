"""Where users, logins, tokens, one-time links and connections are kept."""

from datetime import datetime
from typing import Protocol

from machine.domain.principal import Role
from machine.domain.session import ApiToken, Invitation, Login, Session
from machine.ports.values import Value


class UserRow(Value):
    """A person as stored."""

    user_id: str
    name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None = None
    has_password: bool = False


class UserChange(Value):
    """What is to be different about a person; None: nothing."""

    name: str | None = None
    role: Role | None = None
    disabled: bool | None = None


class PeopleStore(Protocol):
    """Users, logins, tokens, one-time links and connections. Secrets come in as SHA-256 hex digests only."""

    async def local_administrator(self) -> UserRow:
        """Who owns the data folder, or else the oldest administrator who is not disabled; made on first use."""
        ...

    async def user(self, user_id: str) -> UserRow:
        """Raises NotFound, also for one that was deleted."""
        ...

    async def users(self) -> tuple[UserRow, ...]: ...

    async def user_named(self, name: str) -> UserRow | None: ...

    async def password_of(self, user_id: str) -> str | None:
        """The hash of a person's password; None without one."""
        ...

    async def add_user(self, user: UserRow, password: str) -> None:
        """`password`: its hash. Raises Conflict for a name that is taken."""
        ...

    async def change_user(self, user_id: str, change: UserChange, at: datetime) -> UserRow:
        """Who is disabled is signed out; who loses rights loses the invitations they made.

        Raises NotFound, and Conflict for a name that is taken and for the last administrator.
        """
        ...

    async def delete_user(self, user_id: str, at: datetime) -> None:
        """Ends logins, tokens, open invitations; tasks stay. Raises NotFound, Conflict for the last administrator."""
        ...

    async def set_password(self, user_id: str, password: str, at: datetime, *, keep_login: str | None = None) -> None:
        """`password`: its hash. Ends the person's logins but `keep_login`. Raises NotFound."""
        ...

    async def add_invitation(self, invitation: Invitation, digest: str) -> None: ...

    async def invitations(self) -> tuple[Invitation, ...]: ...

    async def invitation_by(self, digest: str, at: datetime) -> Invitation | None:
        """One that is neither used nor revoked nor expired."""
        ...

    async def accept_invitation(self, invitation_id: str, user: UserRow, password: str) -> bool:
        """Use it up and make the user, both or neither; False when it is not open any more. Raises Conflict."""
        ...

    async def revoke_invitation(self, invitation_id: str, at: datetime) -> None:
        """Raises NotFound."""
        ...

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
