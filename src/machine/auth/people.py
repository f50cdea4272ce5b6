"""Who comes in: from a cookie, a token or a one-time link to a principal, looked up anew at each use."""

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from machine.auth import tokens
from machine.auth.attempts import FailedAttempts
from machine.auth.watch import Change, Credential, CredentialWatch
from machine.domain.clock import Clock, utc_now
from machine.domain.errors import MachineError, NotFound, NotSignedIn
from machine.domain.ids import new_id, new_secret
from machine.domain.principal import Principal, Scope, User, Via
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


class SignedIn(NamedTuple):
    """A browser that has just signed in, and the secret for its cookie."""

    login: Login
    principal: Principal
    cookie: str


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
        self.guard(address, credential.digest)
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
            return await find(credential.digest, self._clock())
        except NotFound:
            return None

    def watching(self, credential: Credential, changed: Change) -> AbstractContextManager[None]:
        """While the block lasts: `changed(principal or None)` is called within a second of any change of rights."""
        return self._watch.watching(credential, changed)

    def connections(self, credential: Credential) -> int:
        """How many connections are open with it."""
        return self._watch.count(credential)

    # --- one-time links and logins ---

    async def new_link(self, base_url: str) -> str:
        """A fresh one-time link that signs the local administrator in; valid for 15 minutes."""
        secret = new_secret()
        at = self._clock()
        await self._people.add_link(tokens.digest(secret), created_at=at, expires_at=at + LINK_LIFETIME)
        return tokens.login_url(base_url, secret)

    async def log_in(self, secret: str, *, user_agent: str = "", address: str = "") -> SignedIn:
        """Use a link up. Raises NotSignedIn, TooManyAttempts."""
        await self.use_link(secret, address)
        return await self.sign_in((await self._people.local_administrator()).user_id, user_agent)

    async def use_link(self, secret: str, address: str) -> None:
        """Raises NotSignedIn, TooManyAttempts."""
        link = tokens.digest(secret)
        self.guard(address, link)
        if not tokens.plausible(secret) or not await self._people.use_link(link, self._clock()):
            raise self.refused_link(address)

    def refused_link(self, address: str) -> NotSignedIn:
        """What to raise for a one-time link that is none; counted."""
        self._attempts.failed(address)
        return NotSignedIn("This link was used already, has expired, or was never made.", hint=HOW_TO_SIGN_IN)

    async def sign_in(self, user_id: str, user_agent: str) -> SignedIn:
        """A fresh login of somebody who has proved who they are. Raises NotSignedIn for who is disabled."""
        at = self._clock()
        login = Login(
            login_id=new_id("login"),
            user_id=user_id,
            created_at=at,
            last_seen_at=at,
            expires_at=at + LOGIN_LIFETIME,
            user_agent=user_agent[:300],
        )
        principal = await self._principal(user_id, via=Via.BROWSER, credential_id=login.login_id)
        if principal is None:
            raise NotSignedIn("This person may not come in.", hint="Ask an administrator.")
        cookie = new_secret()
        await self._people.add_login(login, tokens.digest(cookie))
        return SignedIn(login, principal, cookie)

    async def end_login(self, login_id: str) -> None:
        """Sign a browser out at once, its open connections included. Raises NotFound."""
        await self._people.end_login(login_id, self._clock())
        self.check_soon()

    # --- tokens ---

    async def new_token(
        self,
        user_id: str,
        name: str,
        *,
        expires_at: datetime | None = None,
        scopes: tuple[Scope, ...] = (Scope.ADMIN,),
    ) -> tuple[ApiToken, str]:
        """(the token as stored, its secret): the secret is shown this once."""
        secret = tokens.new_token()
        token = ApiToken(
            token_id=new_id("token"),
            user_id=user_id,
            name=name,
            created_at=self._clock(),
            expires_at=expires_at,
            scopes=scopes,
        )
        await self._people.add_token(token, tokens.digest(secret))
        return token, secret

    async def revoke_token(self, token_id: str) -> None:
        """End a token at once, its open connections included. Raises NotFound."""
        await self._people.revoke_token(token_id, self._clock())
        self.check_soon()

    # --- for its kin ---

    def check_soon(self) -> None:
        """Rights have changed: look at open connections at once."""
        self._watch.check_soon()

    def guard(self, address: str, digest: str) -> None:
        wait = self._attempts.must_wait(address, digest)
        if wait > 0:
            raise TooManyAttempts(
                "Too many wrong secrets came from this address.", hint=f"Wait {wait:.0f} s, then retry."
            )

    # --- within ---

    async def _principal(self, user_id: str, **proof: Any) -> Principal | None:
        """None for who is disabled. Raises NotFound for who was deleted."""
        row = await self._people.user(user_id)
        if row.disabled_at is not None:
            return None
        return Principal(user=User(user_id=row.user_id, name=row.name, role=row.role), **proof)

    async def _by_token(self, digest: str, at: datetime) -> Principal | None:
        token = await self._people.token_by(digest, at)
        if token is None or token.revoked_at is not None or (token.expires_at is not None and token.expires_at <= at):
            return None
        proof = {"credential_id": token.token_id, "scopes": token.scopes, "expires_at": token.expires_at}
        return await self._principal(token.user_id, via=Via.TOKEN, **proof)

    async def _by_login(self, digest: str, at: datetime) -> Principal | None:
        login = await self._people.login_by(digest, at)
        if login is None or login.expires_at <= at:
            return None
        if at - login.last_seen_at >= LOGIN_IDLE:
            await self._people.end_login(login.login_id, at)
            return None
        return await self._principal(login.user_id, via=Via.BROWSER, credential_id=login.login_id)
