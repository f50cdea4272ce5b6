"""Whether the machine may start CLIs: not without a login, not while a quota is used up."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from machine.domain.clock import Clock
from machine.domain.costs import CostKind
from machine.domain.errors import MachineError
from machine.domain.events import AuthStatus, AuthStatusData, LoginWord
from machine.domain.task import QueueReason
from machine.engine.login_echo import LoginEcho, LoginWords
from machine.engine.login_record import LoginRecord
from machine.engine.outcome import REFUSED, Parked
from machine.ports import ClaudeLogin, LoginState, LoginWays, TaskStore

LOOK_SECONDS: Final = 2.0
"""How often the login's evidence is looked at: a file's time and size, no process."""
CLOSED_LOOK: Final = timedelta(minutes=2)
"""How often a CLI is asked again that says it is not logged in."""
FIRST_RETRY: Final = timedelta(seconds=60)
LONGEST_RETRY: Final = timedelta(minutes=15)
UNKNOWN_QUOTA: Final = timedelta(minutes=15)

_log = logging.getLogger(__name__)


class LoginGate:
    """Open or closed, and why. What a task met (`heed`) counts more than what the CLI says of itself (`check`).

    A refused login is tried again when the login's own evidence changes, and now and then in any case.
    """

    def __init__(
        self,
        *,
        login: ClaudeLogin,
        store: TaskStore,
        record: LoginRecord,
        clock: Clock,
        opened: Callable[[], None],
        echo: LoginEcho | None = None,
    ) -> None:
        """`echo` is what reaches other machines; unset on one that works alone."""
        self.ways: Callable[[], LoginWays] | None = None
        """Which way the CLI logs in, where somebody can say."""
        self.state = AuthStatusData(state="unknown", message="The login was not checked yet.")
        self.cost_kind = CostKind.BILLED
        """What work costs with the present login."""
        self.method: str | None = None
        """The CLI's own word for how it logs in."""
        self._login = login
        self._store = store
        self._record = record
        self._now = clock
        self._opened = opened
        self._echo = echo
        self._closed_until: datetime | None = None
        self._patience = FIRST_RETRY
        self._renewed_at: datetime | None = None
        self._looked_at = clock()
        self._checked = False
        self._told = asyncio.Event()
        self._unsaid = False
        """Whether the last announcement could not be stored."""
        self._said_closed = False
        """Whether other machines were told that the API does not take the login, or have told so."""
        self._news: AuthStatusData | None = None
        """What other machines are to be told of the login that they may use, too."""
        self._last_words: LoginWords | None = None

    @property
    def last_worked_at(self) -> datetime | None:
        """When a real request last went through."""
        return self._record.moments.worked_at

    @property
    def last_refused_at(self) -> datetime | None:
        """When the API last refused the login."""
        return self._record.moments.refused_at

    @property
    def open(self) -> bool:
        """Also when nobody can say: then a task's own failure says most."""
        return self.state.state in _WORKS or (self.state.state == "unknown" and self._checked)

    def heed(self, parked: Parked) -> None:
        """A task was sent back by the API."""
        if parked.reason is QueueReason.QUOTA:
            self._closed_until = parked.until or self._now() + UNKNOWN_QUOTA
            state = AuthStatusData(state="quota", message=parked.message, until=self._closed_until, hint=_QUOTA_HINT)
        elif parked.reason is QueueReason.NOT_LOGGED_IN:
            self._closed_until = self._now() + self._patience
            self._patience = min(self._patience * 2, LONGEST_RETRY)
            self._record.refused()
            word: LoginWord = "refused" if parked.refused else "needs_login"
            state = AuthStatusData(state=word, message=parked.message or REFUSED, hint=_LOGIN_HINT)
        else:
            return
        self._become(state)
        self._news, self._said_closed = state, True
        self._told.set()

    def worked(self) -> None:
        """A real request went through. What was under way when the gate closed opens it for nobody."""
        self._patience = FIRST_RETRY
        self._record.worked()
        if self._said_closed and self.open:
            self._news, self._said_closed = self.state, False
            self._told.set()

    def renewed_since(self, moment: datetime) -> bool:
        """Whether the login of that time is not the one in force."""
        return self._renewed_at is not None and moment < self._renewed_at

    async def renew(self) -> None:
        """There is another login, or the one there is has worked again: what was met before counts no more."""
        self._closed_until, self._patience, self._renewed_at = None, FIRST_RETRY, self._now()
        was_closed, self._said_closed = self._said_closed, False
        try:
            await self._store.release_parked(QueueReason.QUOTA)
        except MachineError:
            _log.warning("tasks that a quota parked wait until it resets", exc_info=True)
        await self.check()
        if was_closed and self.open:
            self._news = self.state
            self._told.set()

    async def watch(self) -> None:
        """Check the login now and whenever it may have changed, for as long as the machine runs."""
        await self._record.open()
        try:
            await self._watch()
        finally:
            await self._record.keep(at_once=True)

    async def _watch(self) -> None:
        evidence = await self._login.evidence()
        await self.check()
        while True:
            await self._record.keep()
            if await self._heard_something():
                await self._announce()
            elif self._unsaid:
                await self._say()
            await self._exchange()
            seen = await self._login.evidence()
            if seen != evidence or self._worth_another_look():
                evidence, self._closed_until = seen, None
                await self.check()

    async def _exchange(self) -> None:
        """Tell other machines what was met, how it is here, and heed what they met."""
        if self._echo is None:
            return
        try:
            if self._news is not None:
                await self._echo.met(self._news)
                self._news = None
            if (said := await self._echo.news()) is not None:
                await self._heed_others(said)
            if self._words != self._last_words:
                await self._echo.tell(words := self._words)
                self._last_words = words
        except MachineError as error:
            _log.warning("other machines and this one do not hear of each other's logins: %s", error.message)

    async def _heed_others(self, said: AuthStatusData) -> None:
        """As if this machine had met it."""
        if said.state in _WORKS:
            self._said_closed, self._closed_until = False, None
            if not self.open:
                await self.check()
            return
        if said.until is not None and said.until <= self._now():
            return
        self._said_closed = True
        self._closed_until = said.until or self._now() + self._patience
        if said.state != "quota":
            self._patience = min(self._patience * 2, LONGEST_RETRY)
        self._become(said)
        await self._announce()

    @property
    def _words(self) -> LoginWords:
        kept = self._record.kept
        return LoginWords(
            state=self.state,
            cost_kind=self.cost_kind,
            method=self.method,
            worked_at=kept.worked_at,
            refused_at=kept.refused_at,
            ways=self.ways() if self.ways else None,
            open=self.open,
        )

    async def check(self) -> None:
        """Ask the CLI, and open or close accordingly."""
        try:
            found = await self._login.check()
        except MachineError as error:
            found = LoginState(state="unknown", message=error.message, hint=error.hint)
        self._looked_at, self._checked = self._now(), True
        self.method = found.method
        self.cost_kind = _COST_KINDS.get(found.state, _COST_KINDS.get(found.method or "", CostKind.BILLED))
        before = self.state
        self._become(AuthStatusData(state=found.state, message=found.message, hint=found.hint, until=found.until))
        if before != self.state:
            await self._announce()

    async def _heard_something(self) -> bool:
        """Wait a while for a task's word; whether there was one."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._told.wait()
        except TimeoutError:
            return False
        self._told.clear()
        return True

    def _worth_another_look(self) -> bool:
        """Closed, and the time is over for which that was certain: a quota has reset, a login may be good again."""
        if self.open:
            return False
        if self._closed_until is not None:
            return self._now() >= self._closed_until
        return self._now() - self._looked_at >= CLOSED_LOOK

    def _become(self, state: AuthStatusData) -> None:
        self.state = state
        if self.open:
            self._opened()

    async def _announce(self) -> None:
        _log.info("login: %s %s", self.state.state, self.state.message)
        if self._echo is None:  # else it is said once for all machines, by the one whose duty that is
            await self._say()

    async def _say(self) -> None:
        try:
            await self._store.publish(AuthStatus(data=self.state))
            self._unsaid = False
        except MachineError:
            if not self._unsaid:
                _log.warning("the state of the login is announced as soon as that can be stored", exc_info=True)
            self._unsaid = True


_COST_KINDS: Final = {
    "demo": CostKind.DEMO,
    "claude.ai": CostKind.SUBSCRIPTION,
    "oauth_token": CostKind.SUBSCRIPTION,
}
"""By the state of the login, or the CLI's own word for its method."""
_WORKS: Final = frozenset({"ready", "expires_soon", "demo"})
_LOGIN_HINT: Final = "Log in on the credentials page or with `machine login`; tasks wait and go on by themselves."
_QUOTA_HINT: Final = "Tasks wait and go on by themselves when the quota resets."
