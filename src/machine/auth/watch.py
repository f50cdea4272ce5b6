"""Rights that change while a connection is open."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import NamedTuple

from machine.domain.aio import spawn
from machine.domain.errors import MachineError
from machine.domain.principal import Principal, Via

_log = logging.getLogger(__name__)

Change = Callable[[Principal | None], None]
"""Told the principal as it is now; None: the credential is not valid any more."""


class Credential(NamedTuple):
    """What was presented: through which door, and the digest of its secret. The secret itself is not kept."""

    via: Via
    digest: str


class CredentialWatch:
    """Looks the credentials of open connections up, each once in a while, as long as there are any.

    Polling, because another process may revoke too: `machine token` works on the data folder beside the daemon.
    """

    def __init__(self, lookup: Callable[[Credential], Awaitable[Principal | None]], *, every_seconds: float) -> None:
        self._lookup = lookup
        self._every_seconds = every_seconds
        self._watchers: dict[Credential, list[Change]] = {}
        self._soon = asyncio.Event()
        self._poller: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def watching(self, credential: Credential, changed: Change) -> Iterator[None]:
        """Call `changed` after each look-up, until the block ends."""
        self._watchers.setdefault(credential, []).append(changed)
        if self._poller is None or self._poller.done():
            self._poller = spawn(self._poll(), name="credential watch")
        try:
            yield
        finally:
            self._watchers[credential].remove(changed)
            if not self._watchers[credential]:
                del self._watchers[credential]
                self._soon.set()

    def count(self, credential: Credential) -> int:
        """How many connections are open with it."""
        return len(self._watchers.get(credential, ()))

    def check_soon(self) -> None:
        """Look at once: something was revoked in this process."""
        self._soon.set()

    async def _poll(self) -> None:
        while self._watchers:
            self._soon.clear()
            for credential in tuple(self._watchers):
                await self._check(credential)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._soon.wait(), self._every_seconds)

    async def _check(self, credential: Credential) -> None:
        try:
            principal = await self._lookup(credential)
        except MachineError as error:
            _log.warning("could not look a credential up, it stays as it was: %s", error.message)
            return
        for changed in tuple(self._watchers.get(credential, ())):
            changed(principal)
