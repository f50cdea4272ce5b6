"""A login made in the browser: Claude Code's own `auth login`, whose address and code a person carries to and fro."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from machine.auth.credentials_file import CredentialsInvalid
from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.clock import Clock
from machine.domain.errors import Conflict, SignInFailed
from machine.domain.principal import Principal
from machine.engine.auth_manager import AuthManager, Taken
from machine.ports import ClaudeAccount, SignIn

OPEN_FOR: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class Begun:
    """Where to get the code, and until when it is waited for."""

    url: str
    until: datetime


class GuidedLogin:
    """One at a time; beginning anew ends the one before, whose page may have been closed."""

    def __init__(self, *, manager: AuthManager, account: ClaudeAccount, clock: Clock) -> None:
        self._manager = manager
        self._account = account
        self._now = clock
        self._one = asyncio.Lock()
        self._sign_in: SignIn | None = None
        self._expiry: asyncio.Task[None] | None = None

    async def begin(self) -> Begun:
        """Start it; its process ends after 10 minutes at the latest. Raises Conflict, SignInFailed, CliMissing."""
        self._manager.check_file_may_change()
        async with self._one:
            await self._end()
            self._sign_in = await self._account.sign_in()
            self._expiry = spawn(self._expire(), name="end of the guided login")
            return Begun(self._sign_in.url, self._now() + OPEN_FOR)

    async def complete(self, code: str, by: Principal) -> Taken:
        """Hand the code over, and put the login that comes of it in force, once a request has worked with it.

        Raises Conflict (none was begun), CredentialsInvalid (not a whole code: try again), SignInFailed (begin again),
        and what `AuthManager.upload_credentials` does.
        """
        code = code.strip()
        if not code.isascii() or not code.isprintable():  # a line end would answer the CLI's next question, too
            raise CredentialsInvalid("The code holds characters that none has.", hint="Copy it again.")
        async with self._one:
            if self._sign_in is None:
                raise Conflict("No login is waiting for a code.", hint="Begin again: a login waits for 10 minutes.")
            try:
                again = await self._sign_in.answer(code)
                content = b"" if again else await self._sign_in.login()
            except SignInFailed:
                await self._end()
                raise
            if again:
                raise CredentialsInvalid(again, hint="The login still waits for the code.")
            await self._end()
            # There is no second chance to fetch it, so it is kept where nobody answers who could say that it is good.
            return await self._manager.upload_credentials(content, by, force=True)

    async def close(self) -> None:
        """End it, whatever it does."""
        async with self._one:
            await self._end()

    async def _expire(self) -> None:
        await asyncio.sleep(OPEN_FOR.total_seconds())
        async with self._one:
            self._expiry = None
            await self._end()

    async def _end(self) -> None:
        expiry, self._expiry = self._expiry, None
        await cancel_and_wait(expiry)
        sign_in, self._sign_in = self._sign_in, None
        if sign_in is not None:
            await sign_in.close()
