"""Who acts: a person, a program with a token, or the machine itself."""

import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

NAME_OF_PERSON: Final = r"^[\w.@+-]+( [\w.@+-]+)*$"
MAX_NAME: Final = 64


def name_key(name: str) -> str:
    """A person's name as it is compared: letters of any case and width are the same."""
    return unicodedata.normalize("NFKC", name).casefold()


class Role(StrEnum):
    """What a person may do: an administrator everything, a member their own work, a viewer only look."""

    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    VIEWER = "viewer"


class Scope(StrEnum):
    """What a credential may be used for, at most. Each includes those before it; none gives more than the role does."""

    METRICS = "metrics"
    READ = "read"
    TASKS = "tasks"
    ADMIN = "admin"


_REACH: Final = {Scope.METRICS: 0, Scope.READ: 1, Scope.TASKS: 2, Scope.ADMIN: 3}
_STANDING: Final = {Role.VIEWER: 0, Role.MEMBER: 1, Role.ADMINISTRATOR: 2}
SCOPE_OF_ROLE: Final = {Role.ADMINISTRATOR: Scope.ADMIN, Role.MEMBER: Scope.TASKS, Role.VIEWER: Scope.READ}
"""What a token gets when nothing else is said."""


class Rights(BaseModel):
    """What somebody may do through one door: as who they are, and as far as their credential reaches."""

    model_config = ConfigDict(frozen=True)

    role: Role = Role.MEMBER
    scope: Scope = Scope.TASKS

    def covers(self, other: "Rights") -> bool:
        """Whether these allow all that the others do."""
        return self.narrower(other) == other

    def narrower(self, other: "Rights") -> "Rights":
        """What both allow."""
        return Rights(
            role=min(self.role, other.role, key=_STANDING.__getitem__),
            scope=min(self.scope, other.scope, key=_REACH.__getitem__),
        )


class Via(StrEnum):
    """How a principal proved who it is."""

    BROWSER = "browser"
    TOKEN = "token"  # noqa: S105 - the word, not a secret
    INTERNAL = "internal"


class User(BaseModel):
    """A person known to the machine."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    name: str
    role: Role


class Principal(BaseModel):
    """The user on whose behalf something happens, and the door they came through."""

    model_config = ConfigDict(frozen=True)

    user: User
    via: Via
    credential_id: str
    """The login or token that was presented; revoking it ends this principal's connections."""
    scopes: tuple[Scope, ...] = (Scope.ADMIN,)
    """A token's; a browser's login is good for all that its person may do."""
    expires_at: datetime | None = None
    """The end of a token; None: it has none, or this is a login."""

    @property
    def user_id(self) -> str:
        return self.user.user_id

    @property
    def is_administrator(self) -> bool:
        """Whether they may do what only administrators may, with the credential that was presented."""
        return self.user.role is Role.ADMINISTRATOR and self.allows(Scope.ADMIN)

    @property
    def how_to_administer(self) -> str:
        """What to do for who is refused because they are not, or their credential is not good for it."""
        if self.user.role is Role.ADMINISTRATOR:
            return f"What this came with reaches as far as `{self.rights.scope}`; it takes a token with `admin`."
        return "Ask an administrator."

    @property
    def rights(self) -> Rights:
        """What they may do now; a credential that is good for nothing reads."""
        reach = max(self.scopes, key=_REACH.__getitem__, default=Scope.READ)
        return Rights(role=self.user.role, scope=min(reach, SCOPE_OF_ROLE[self.user.role], key=_REACH.__getitem__))

    @property
    def may_write(self) -> bool:
        return self.user.role is not Role.VIEWER and self.allows(Scope.TASKS)

    def allows(self, scope: Scope) -> bool:
        """Whether the credential reaches as far as `scope`."""
        return any(_REACH[own] >= _REACH[scope] for own in self.scopes)

    def sees(self, owner_id: str | None) -> bool:
        """Whether things that belong to `owner_id` exist for this principal; what belongs to nobody is for all."""
        return owner_id is None or self.user.role is Role.ADMINISTRATOR or self.user.user_id == owner_id
