"""People on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StrictBool

from machine.auth.passwords import MAX_PASSWORD
from machine.domain.audit import AuditEntry
from machine.domain.principal import MAX_NAME, NAME_OF_PERSON, Role, Scope
from machine.domain.session import Invitation
from machine.ports import UserRow

PersonName = Annotated[str, Field(min_length=1, max_length=MAX_NAME, pattern=NAME_OF_PERSON)]
Password = Annotated[SecretStr, Field(min_length=1, max_length=MAX_PASSWORD)]
LinkSecret = Annotated[str, Field(min_length=1, max_length=200)]


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class UseLink(_In):
    """The secret of a one-time link: what stands behind `#`."""

    secret: LinkSecret


class UsePassword(_In):
    """A person's name and password."""

    name: PersonName
    password: Password


class SetUp(_In):
    """The secret of a login link, and what the machine's own administrator wants to be known by."""

    secret: LinkSecret
    name: PersonName
    password: Password


class AcceptInvitation(_In):
    """The secret of an invitation; `name` may be left out where the invitation names somebody."""

    secret: LinkSecret
    name: PersonName | None = None
    password: Password


class NewPassword(_In):
    """`old` may be left out by who has none so far and is signed in with a browser."""

    old: Password | None = None
    new: Password


class NewUser(_In):
    """A person, with a first password that an administrator tells them."""

    name: PersonName
    role: Role = Role.MEMBER
    password: Password


class UserPatch(_In):
    """What is to change. `role`, `disabled`, `password` (of others): by administrators."""

    name: PersonName | None = None
    role: Role | None = None
    disabled: StrictBool | None = None
    password: Password | None = None


class NewInvitation(_In):
    """An invitation by link."""

    name: PersonName | None = None
    role: Role = Role.MEMBER
    expires_in_hours: int = Field(72, ge=1, le=168, strict=True)


class NewToken(_In):
    """A token for a program. Without `scopes` it reaches as far as the role of who makes it, or their own token."""

    name: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")
    expires_in_days: int | None = Field(None, ge=1, le=3650, strict=True)
    scopes: list[Scope] | None = Field(None, min_length=1, max_length=4)


class UserView(BaseModel):
    """A person."""

    user_id: str
    name: str
    role: Role
    disabled: bool
    has_password: bool
    created_at: datetime

    @classmethod
    def of(cls, user: UserRow) -> "UserView":
        return cls(**user.model_dump(exclude={"disabled_at"}), disabled=user.disabled_at is not None)


class UserList(BaseModel):
    items: list[UserView]


class InvitationList(BaseModel):
    items: list[Invitation]


class InvitationMade(Invitation):
    link: str
    """The one-time link. It is shown this once."""


class AuditList(BaseModel):
    items: list[AuditEntry]
    next_cursor: str | None


class AuditActions(BaseModel):
    items: list[str]
