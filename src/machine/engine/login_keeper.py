"""Keeps this machine's login what all machines share, and renews that when it is this machine's turn."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from typing import Final
from uuid import uuid4

from machine.auth.credentials_file import CredentialsInvalid, parse_login_file
from machine.domain.aio import to_its_end
from machine.domain.clock import Clock
from machine.domain.errors import MachineError, StoreError
from machine.engine.auth_manager import AuthManager
from machine.engine.shared_account import SharedAccount
from machine.engine.shared_login import FILE, NOTHING, SharedLogin
from machine.ports import Duties, Pokes
from machine.ports.pokes import LOGIN

LOOK_SECONDS: Final = 2.0
RENEW_SECONDS: Final = 1800.0
"""A login whose access token has less time left than that is renewed."""
DUTY_SECONDS: Final = 300.0
"""How long nobody else tries to renew it, also where it did not work."""
RETRY_SECONDS: Final = 2.0
END_SECONDS: Final = 20.0
"""How long a shutdown waits for a renewal that is under way."""
REFUSED_SECONDS: Final = 900.0
"""How long nobody tries again to mend a login that is refused by renewing it."""
_MENDING: Final = "renewal of a refused login"
_DUTY: Final = "renewal of the login"
_SECTION: Final = "claudeAiOauth"

_log = logging.getLogger(__name__)


class LoginKeeper:
    """One for a process that starts CLIs."""

    def __init__(
        self,
        *,
        shared: SharedLogin,
        account: SharedAccount,
        manager: AuthManager,
        duties: Duties,
        pokes: Pokes,
        process_id: str,
        clock: Clock,
        refused: Callable[[], bool],
    ) -> None:
        """`refused`: whether the API does not take the login that this machine uses."""
        self._refused = refused
        self._shared = shared
        self._account = account
        self._manager = manager
        self._duties = duties
        self._pokes = pokes
        self._process_id = process_id
        self._now = clock
        self._used = NOTHING
        self._mend_after = float("-inf")
        self._trouble = ""

    async def watch(self) -> None:
        """Follow and renew, for as long as the machine runs."""
        listening = self._pokes.listen(LOGIN)
        try:
            while True:
                try:
                    await self.follow()
                    await self.renew_if_due()
                    self._trouble = ""
                except MachineError as error:
                    if error.message != self._trouble:  # once is enough of what lasts
                        _log.error("the login of all machines: %s %s", error.message, error.hint)
                    self._trouble = error.message
                await listening.wait(LOOK_SECONDS)
        finally:
            listening.close()

    async def follow(self) -> None:
        """Use what all share, if it is not what is used already. Raises KeyUnusable, StoreError."""
        now = await self._shared.look()
        if now.version == self._used.version:
            return
        await self._account.lend_here()
        is_new = now.login != self._used.login
        self._used = now
        await self._manager.follow(is_new=is_new)

    async def renew_if_due(self) -> None:
        """Renew the login if it is time, and nobody else does. Raises KeyUnusable, StoreError."""
        content = self._shared.opened(FILE)
        if content is None or not (self._is_due(content) or await self._may_mend()):
            return
        if not await self._duties.hold(_DUTY, self._process_id, DUTY_SECONDS):
            return
        await self._shared.look()  # the one who had the duty before may just have done it
        if self._shared.opened(FILE) != content:
            return
        await to_its_end(self._renew(content), name="renewal of the login", seconds=END_SECONDS)

    async def _renew(self, content: str) -> None:
        """The token that comes of it is there once: what has begun is not given up half-way if that can be helped."""
        _, left = await self._account.try_file(_expired(content))
        if _refresh_token(left.decode(errors="replace")) == _refresh_token(content):
            _log.warning("Claude's login could not be renewed; it is tried again in %g s", DUTY_SECONDS)
            return
        await self._keep(left.decode(), of=content)
        await self._duties.lay_down(_DUTY, self._process_id)

    async def _keep(self, content: str, *, of: str) -> None:
        """What renewed it before is worth nothing now, so this is tried until it is stored, or superseded."""
        while True:
            try:
                if await self._shared.renewed(content, of=of):
                    _log.info("Claude's login was renewed for all machines")
                self._pokes.poke(LOGIN)
                return
            except StoreError as error:
                _log.error("the renewed login is not stored yet: %s", error.message)
                await asyncio.sleep(RETRY_SECONDS)

    async def _may_mend(self) -> bool:
        """Whether a renewal may help where time does not ask for one: a token may be called back before its time."""
        if not self._refused() or time.monotonic() < self._mend_after:
            return False
        self._mend_after = time.monotonic() + DUTY_SECONDS
        return await self._duties.hold(_MENDING, str(uuid4()), REFUSED_SECONDS)  # whoever it was, once for that time

    def _is_due(self, content: str) -> bool:
        try:
            expires = parse_login_file(content.encode()).access_expires_at
        except CredentialsInvalid:
            return False
        return expires is not None and (expires - self._now()).total_seconds() < RENEW_SECONDS


def _expired(content: str) -> bytes:
    """Called expired, the CLI renews it before it uses it."""
    data = json.loads(content)
    return json.dumps({**data, _SECTION: {**data[_SECTION], "expiresAt": int(time.time() * 1000) - 1000}}).encode()


def _refresh_token(content: str) -> object:
    try:
        return json.loads(content)[_SECTION]["refreshToken"]
    except (ValueError, KeyError, TypeError):
        return None
