"""What people do with people: make, invite, change and delete them, and set passwords."""

from datetime import timedelta
from typing import Final

from machine.auth import tokens
from machine.auth.attempts import PasswordAttempts
from machine.auth.passwords import Passwords, check_password
from machine.auth.people import Authenticator, TooManyAttempts
from machine.domain.clock import Clock, utc_now
from machine.domain.errors import BadRequest, Forbidden, NotFound
from machine.domain.ids import new_id, new_secret
from machine.domain.principal import Principal, Role, Via, name_key
from machine.domain.session import Invitation
from machine.ports import PeopleStore, UserChange, UserRow

LONGEST_INVITATION: Final = timedelta(days=7)


class WrongPassword(Forbidden):
    """The password that was given to prove who asks is not theirs."""

    code = "wrong_password"


class Accounts:
    """For administrators, and for people about themselves; each method raises Forbidden or NotFound for others."""

    def __init__(
        self,
        people: PeopleStore,
        authenticator: Authenticator,
        *,
        passwords: Passwords,
        attempts: PasswordAttempts,
        clock: Clock = utc_now,
    ) -> None:
        self._people = people
        self._authenticator = authenticator
        self._passwords = passwords
        self._attempts = attempts
        self._clock = clock

    # --- users ---

    async def users(self, by: Principal) -> tuple[UserRow, ...]:
        _check_administrator(by)
        return await self._people.users()

    async def user(self, user_id: str, by: Principal) -> UserRow:
        """Oneself, or anybody for an administrator; others do not exist."""
        if not by.is_administrator and user_id != by.user_id:
            raise NotFound(f"There is no user {user_id}.")
        return await self._people.user(user_id)

    async def create(self, name: str, role: Role, password: str, by: Principal) -> UserRow:
        """Raises UnfitPassword, Conflict for a name that is taken."""
        _check_administrator(by)
        check_password(password, name)
        user = UserRow(user_id=new_id("user"), name=name, role=role, created_at=self._clock(), has_password=True)
        await self._people.add_user(user, await self._passwords.hashed(password))
        return user

    async def change(self, user_id: str, change: UserChange, password: str | None, by: Principal) -> UserRow:
        """Name, for oneself; rights, and a new password for who forgot theirs, for administrators.

        In force at once, on open connections too. Raises UnfitPassword, Conflict.
        """
        user = await self.user(user_id, by)
        if not by.is_administrator and (change.role is not None or change.disabled is not None):
            raise Forbidden("Only administrators may change rights.", hint="Ask an administrator.")
        if password is not None:
            if user_id == by.user_id:
                raise BadRequest("Your own password wants the old one.", hint="Use PUT /api/auth/password.")
            check_password(password, change.name or user.name)
            kept = await self._passwords.hashed(password)
        changed = await self._people.change_user(user_id, change, self._clock())
        if password is not None:
            await self._people.set_password(user_id, kept, self._clock())
        self._authenticator.check_soon()
        return await self._people.user(user_id) if password is not None else changed

    async def delete(self, user_id: str, by: Principal) -> None:
        """Their tasks stay; logins, tokens and open invitations end. Raises Conflict for the last administrator."""
        _check_administrator(by)
        await self._people.delete_user(user_id, self._clock())
        self._authenticator.check_soon()

    # --- one's own password ---

    async def set_password(self, old: str | None, new: str, by: Principal, *, address: str = "") -> None:
        """Ends one's other logins. Without a password so far, a browser's login is proof enough.

        Raises UnfitPassword, WrongPassword, TooManyAttempts.
        """
        check_password(new, by.user.name)
        kept = await self._people.password_of(by.user_id)
        if kept is None and by.via is not Via.BROWSER:
            raise Forbidden("A first password is set in the browser.", hint="Sign in with a one-time link.")
        if kept is not None:
            key = name_key(by.user.name)
            begin(self._attempts, address, key)
            if not await self._passwords.matches(old or "", kept):
                raise WrongPassword("The old password is another one.", hint="Try again, or ask an administrator.")
            self._attempts.succeeded(address, key)
        login = by.credential_id if by.via is Via.BROWSER else None
        hashed = await self._passwords.hashed(new)
        await self._people.set_password(by.user_id, hashed, self._clock(), keep_login=login)
        self._authenticator.check_soon()

    # --- invitations ---

    async def invite(self, name: str | None, role: Role, lifetime: timedelta, by: Principal) -> tuple[Invitation, str]:
        """(the invitation, its secret): the secret is shown this once."""
        _check_administrator(by)
        secret, at = new_secret(), self._clock()
        invitation = Invitation(
            invitation_id=new_id("invitation"),
            name=name,
            role=role,
            created_by=by.user_id,
            created_at=at,
            expires_at=at + min(lifetime, LONGEST_INVITATION),
        )
        await self._people.add_invitation(invitation, tokens.digest(secret))
        return invitation, secret

    async def invitations(self, by: Principal) -> tuple[Invitation, ...]:
        _check_administrator(by)
        return await self._people.invitations()

    async def revoke_invitation(self, invitation_id: str, by: Principal) -> None:
        _check_administrator(by)
        await self._people.revoke_invitation(invitation_id, self._clock())


def begin(attempts: PasswordAttempts, address: str, key: str) -> None:
    """Count an attempt before it is made. Raises TooManyAttempts."""
    if (wait := attempts.begin(address, key)) > 0:
        hint = f"Wait {wait:.0f} s, then retry; a one-time link works meanwhile."
        raise TooManyAttempts("Too many passwords were tried.", hint=hint)


def _check_administrator(by: Principal) -> None:
    if not by.is_administrator:
        raise Forbidden("Only administrators may manage people.", hint="Ask an administrator.")
