"""The ways in that make a login: a one-time link, a password, an invitation."""

from machine.auth import tokens
from machine.auth.accounts import begin
from machine.auth.attempts import PasswordAttempts
from machine.auth.passwords import MAX_PASSWORD, Passwords, check_password
from machine.auth.people import Authenticator, SignedIn
from machine.domain.clock import Clock, utc_now
from machine.domain.errors import BadRequest, Conflict, NotSignedIn
from machine.domain.ids import new_id
from machine.domain.principal import name_key
from machine.ports import PeopleStore, UserChange, UserRow


class SignIn:
    """For people who are not known yet: each method costs a stranger at least what it costs the machine."""

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

    async def by_link(self, secret: str, *, user_agent: str, address: str) -> SignedIn:
        """Use a login link up. Raises NotSignedIn, TooManyAttempts."""
        return await self._authenticator.log_in(secret, user_agent=user_agent, address=address)

    async def by_password(self, name: str, password: str, *, user_agent: str, address: str) -> SignedIn:
        """Who there is, and who is disabled, cannot be told from the answer. Raises NotSignedIn, TooManyAttempts."""
        key = name_key(name)
        begin(self._attempts, address, key)
        user = await self._people.user_named(name)
        kept = None if user is None or user.disabled_at else await self._people.password_of(user.user_id)
        if not await self._passwords.matches(password, kept) or user is None or len(password) > MAX_PASSWORD:
            raise NotSignedIn("This name and password do not go together.", hint="Try again, or ask an administrator.")
        self._attempts.succeeded(address, key)
        return await self._authenticator.sign_in(user.user_id, user_agent)

    async def set_up(self, secret: str, name: str, password: str, *, user_agent: str, address: str) -> SignedIn:
        """Use a login link up to give the machine's own administrator a name and a password; other logins end.

        Raises NotSignedIn, TooManyAttempts, UnfitPassword, Conflict for a name that is taken.
        """
        check_password(password, name)
        self._authenticator.guard(address, tokens.digest(secret))
        owner = await self._people.local_administrator()
        await self._check_free(name, owner)
        kept = await self._passwords.hashed(password)
        await self._authenticator.use_link(secret, address)
        await self._people.change_user(owner.user_id, UserChange(name=name), self._clock())
        await self._people.set_password(owner.user_id, kept, self._clock())
        self._authenticator.check_soon()
        return await self._authenticator.sign_in(owner.user_id, user_agent)

    async def accept(self, secret: str, name: str | None, password: str, *, user_agent: str, address: str) -> SignedIn:
        """Use an invitation up. Raises NotSignedIn, TooManyAttempts, UnfitPassword, Conflict for a name that is taken,
        BadRequest without a name where the invitation names nobody."""
        digest = tokens.digest(secret)
        self._authenticator.guard(address, digest)
        found = await self._people.invitation_by(digest, self._clock()) if tokens.plausible(secret) else None
        if found is None:
            raise self._authenticator.refused_link(address)
        if (chosen := name or found.name) is None:
            raise BadRequest("Say what you want to be called.", hint="Send a name.")
        check_password(password, chosen)
        await self._check_free(chosen)
        kept = await self._passwords.hashed(password)
        user = UserRow(user_id=new_id("user"), name=chosen, role=found.role, created_at=self._clock())
        if not await self._people.accept_invitation(found.invitation_id, user, kept):
            raise self._authenticator.refused_link(address)
        return await self._authenticator.sign_in(user.user_id, user_agent)

    async def _check_free(self, name: str, owner: UserRow | None = None) -> None:
        """Before anything is used up. The store checks it again."""
        taken = await self._people.user_named(name)
        if taken is not None and (owner is None or taken.user_id != owner.user_id):
            raise Conflict(f"Somebody is called {name} already.", hint="Choose another name.")
