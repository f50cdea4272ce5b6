"""Who comes in: from a cookie, a token or a one-time link to a principal, looked up anew at each use."""

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from machine.auth import tokens
from machine.auth.attempts import FailedAttempts
from machine.auth.watch import Change, Credential, CredentialWatch
from machine.domain.clock import Clock, utc_now
from machine.domain.errors import MachineError, NotFound, NotSignedIn
from machine.domain.ids import new_id, new_secret
from machine.domain.principal import Principal, Role, User, Via
from machine.domain.session import ApiToken, Login
from machine.ports import PeopleStore

LINK_LIFETIME: Final = timedelta(minutes=15)
LOGIN_LIFETIME: Final = timedelta(days=30)
LOGIN_IDLE: Final = timedelta(days=7)
HOW_TO_SIGN_IN: Final = (
    "Run `machine login-link` on the machine for a fresh link, or send a token as Authorization: Bearer."
)


class TooManyAttempts(MachineError):
    """Too many wrong secrets from one address."""

    code = "too_many_attempts"
    status = 429


class Known(NamedTuple):
    """A credential that is valid, and whose it is."""

    principal: Principal
    credential: Credential


class Authenticator:
    """The one place where a secret becomes a principal. Rights come from the store at each call."""

    def __init__(self, people: PeopleStore, clock: Clock = utc_now, *, recheck_seconds: float = 0.7) -> None:
        self._people = people
        self._clock = clock
        self._attempts = FailedAttempts(clock)
        self._watch = CredentialWatch(self.recheck, every_seconds=recheck_seconds)

    # --- coming in ---

    async def authenticate(self, *, bearer: str | None = None, cookie: str | None = None, address: str = "") -> Known:
        """Who this is; a bearer token goes before a cookie. Raises NotSignedIn, TooManyAttempts."""
        via, secret = (Via.TOKEN, bearer) if bearer is not None else (Via.BROWSER, cookie)
        if secret is None:
            raise NotSignedIn("You are not signed in.", hint=HOW_TO_SIGN_IN)
        credential = Credential(via, tokens.digest(secret))
        self._guard(address, credential.digest)
        principal = await self.recheck(credential) if tokens.plausible(secret) else None
        if principal is None:
            self._attempts.failed(address)
            what = "token" if via is Via.TOKEN else "login"
            raise NotSignedIn(f"This {what} is unknown, expired or revoked.", hint=HOW_TO_SIGN_IN)
        self._attempts.succeeded(credential.digest)
        return Known(principal, credential)

    async def recheck(self, credential: Credential) -> Principal | None:
        """The principal of a credential as it is now; None when it is not valid (any more)."""
        find = self._by_token if credential.via is Via.TOKEN else self._by_login
        try:
            found = await find(credential.digest, self._clock())
            return None if found is None else await self._principal(credential.via, *found)
        except NotFound:
            return None

    def watching(self, credential: Credential, changed: Change) -> AbstractContextManager[None]:
        """While the block lasts: `changed(principal or None)` is called within a second of any change of rights."""
        return self._watch.watching(credential, changed)

    # --- one-time links and logins ---

    async def new_link(self, base_url: str) -> str:
        """A fresh one-time link that signs the local administrator in; valid for 15 minutes."""
        secret = new_secret()
        at = self._clock()
        await self._people.add_link(tokens.digest(secret), created_at=at, expires_at=at + LINK_LIFETIME)
        return tokens.login_url(base_url, secret)

    async def log_in(self, secret: str, *, user_agent: str = "", address: str = "") -> tuple[Login, Principal, str]:
        """Use a link up: (the login, who it is, the secret for the cookie). Raises NotSignedIn, TooManyAttempts."""
        link = tokens.digest(secret)
        self._guard(address, link)
        at = self._clock()
        if not tokens.plausible(secret) or not await self._people.use_link(link, at):
            self._attempts.failed(address)
            raise NotSignedIn("This link was used already, has expired, or was never made.", hint=HOW_TO_SIGN_IN)
        row = await self._people.local_administrator()
        login = Login(
            login_id=new_id("login"),
            user_id=row.user_id,
            created_at=at,
            last_seen_at=at,
            expires_at=at + LOGIN_LIFETIME,
            user_agent=user_agent[:300],
        )
        cookie = new_secret()
        await self._people.add_login(login, tokens.digest(cookie))
        return login, await self._principal(Via.BROWSER, row.user_id, login.login_id), cookie

    async def end_login(self, login_id: str) -> None:
        """Sign a browser out at once, its open connections included. Raises NotFound."""
        await self._people.end_login(login_id, self._clock())
        self._watch.check_soon()

    # --- tokens ---

    async def new_token(self, user_id: str, name: str, *, expires_at: datetime | None = None) -> tuple[ApiToken, str]:
        """(the token as stored, its secret): the secret is shown this once."""
        secret = tokens.new_token()
        token = ApiToken(
            token_id=new_id("token"), user_id=user_id, name=name, created_at=self._clock(), expires_at=expires_at
        )
        await self._people.add_token(token, tokens.digest(secret))
        return token, secret

    async def revoke_token(self, token_id: str) -> None:
        """End a token at once, its open connections included. Raises NotFound."""
        await self._people.revoke_token(token_id, self._clock())
        self._watch.check_soon()

    # --- within ---

    def _guard(self, address: str, digest: str) -> None:
        wait = self._attempts.must_wait(address, digest)
        if wait > 0:
            raise TooManyAttempts(
                "Too many wrong secrets came from this address.", hint=f"Wait {wait:.0f} s, then retry."
            )

    async def _principal(self, via: Via, user_id: str, credential_id: str) -> Principal:
        row = await self._people.user(user_id)
        user = User(user_id=row.user_id, name=row.name, role=Role(row.role))
        return Principal(user=user, via=via, credential_id=credential_id)

    async def _by_token(self, digest: str, at: datetime) -> tuple[str, str] | None:
        token = await self._people.token_by(digest, at)
        if token is None or token.revoked_at is not None or (token.expires_at is not None and token.expires_at <= at):
            return None
        return token.user_id, token.token_id

    async def _by_login(self, digest: str, at: datetime) -> tuple[str, str] | None:
        login = await self._people.login_by(digest, at)
        if login is None or login.expires_at <= at:
            return None
        if at - login.last_seen_at >= LOGIN_IDLE:
            await self._people.end_login(login.login_id, at)
            return None
        return login.user_id, login.login_id
