"""Who acts: a person, a program with a token, or the machine itself."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Role(StrEnum):
    """What a person may do: an administrator everything, a member their own work, a viewer only look."""

    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    VIEWER = "viewer"


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

    @property
    def user_id(self) -> str:
        return self.user.user_id

    @property
    def may_write(self) -> bool:
        return self.user.role is not Role.VIEWER

    def sees(self, owner_id: str | None) -> bool:
        """Whether things that belong to `owner_id` exist for this principal; what belongs to nobody is for all."""
        return owner_id is None or self.user.role is Role.ADMINISTRATOR or self.user.user_id == owner_id
