"""Whether the machine may start CLIs: not without a login, not while a quota is used up."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from machine.domain.clock import Clock
from machine.domain.errors import MachineError
from machine.domain.events import AuthStatus, AuthStatusData
from machine.domain.task import QueueReason
from machine.engine.outcome import Parked
from machine.ports import ClaudeLogin, LoginState, TaskStore

CHECK_SECONDS: Final = 5.0
FIRST_RETRY: Final = timedelta(seconds=60)
LONGEST_RETRY: Final = timedelta(minutes=15)
UNKNOWN_QUOTA: Final = timedelta(minutes=15)

_log = logging.getLogger(__name__)


class LoginGate:
    """Open or closed, and why. What a task met (`heed`) counts more than what the CLI says of itself (`check`).

    A refused login is tried again when the login's own evidence changes, and now and then in any case.
    """

    def __init__(self, *, login: ClaudeLogin, store: TaskStore, clock: Clock, opened: Callable[[], None]) -> None:
        self.state = AuthStatusData(state="unknown", message="The login was not checked yet.")
        self._login = login
        self._store = store
        self._now = clock
        self._opened = opened
        self._refused_until: datetime | None = None
        self._refused_evidence: str | None = None
        self._patience = FIRST_RETRY
        self._told = asyncio.Event()
        self._announced = self.state

    @property
    def open(self) -> bool:
        return self.state.state in ("ready", "demo")

    def heed(self, parked: Parked) -> None:
        """A task was sent back by the API."""
        if parked.reason is QueueReason.QUOTA:
            until = parked.until or self._now() + UNKNOWN_QUOTA
            self._become(AuthStatusData(state="quota", message=parked.message, until=until, hint=_QUOTA_HINT))
        elif parked.reason is QueueReason.NOT_LOGGED_IN:
            self._refused_until = self._now() + self._patience
            self._patience = min(self._patience * 2, LONGEST_RETRY)
            self._refused_evidence = None
            message = parked.message or "The API refused this machine's login."
            self._become(AuthStatusData(state="needs_login", message=message, hint=_LOGIN_HINT))
        self._told.set()

    def worked(self) -> None:
        """A real request went through."""
        self._patience = FIRST_RETRY

    async def watch(self) -> None:
        """Check the login now and whenever it may have changed, for as long as the machine runs."""
        while True:
            await self.check()
            self._told.clear()
            try:
                async with asyncio.timeout(CHECK_SECONDS):
                    await self._told.wait()
            except TimeoutError:
                continue

    async def check(self) -> None:
        """Ask the CLI, open or close accordingly, and tell everybody what has changed, by this or by a task."""
        await self._look()
        if self.state != self._announced:
            await self._announce()

    async def _look(self) -> None:
        if self.open and self.state.state == "demo":
            return
        if self.state.state == "quota" and self.state.until and self._now() < self.state.until:
            return
        try:
            found = await self._login.check()
        except MachineError as error:
            found = LoginState(state="unknown", message=error.message, hint=error.hint)
        if found.state == "ready" and self._still_refused(found):
            return
        self._become(AuthStatusData(state=found.state, message=found.message, hint=found.hint, until=found.until))

    def _still_refused(self, found: LoginState) -> bool:
        """The CLI believes in a login that the API has refused: wait for another login, or for the retry's time."""
        if self._refused_until is None:
            return False
        evidence = found.evidence
        if self._refused_evidence is None:
            self._refused_evidence = evidence
        if evidence == self._refused_evidence and self._now() < self._refused_until:
            return True
        self._refused_until = self._refused_evidence = None
        return False

    def _become(self, state: AuthStatusData) -> None:
        was_open = self.open
        self.state = state
        if self.open and not was_open:
            self._opened()

    async def _announce(self) -> None:
        state = self.state
        _log.info("login: %s %s", state.state, state.message)
        try:
            await self._store.publish(AuthStatus(data=state))
            self._announced = state  # not stored: the next look tries again
        except MachineError:
            _log.warning("could not announce the state of the login", exc_info=True)


_LOGIN_HINT: Final = "Log Claude Code in on this machine; tasks wait and go on by themselves afterwards."
_QUOTA_HINT: Final = "Tasks wait and go on by themselves when the quota resets."
