"""What `machine doctor` says, asked of the running daemon."""

import asyncio
from datetime import timedelta
from typing import Final

from machine.app import checks
from machine.app.ground import Ground
from machine.domain.errors import MachineError
from machine.domain.finding import Finding
from machine.domain.version import VERSION
from machine.ports import HealthReport, LoginSeen
from machine.store.health import report

LOOK_EVERY: Final = timedelta(seconds=10)
"""Asked again sooner, the answer is the last one: each look starts processes."""


class DaemonHealth:
    """The computer by its checks, in a thread; database and login as this daemon has them. One look at a time."""

    def __init__(self, ground: Ground, login: LoginSeen) -> None:
        self._settings = ground.settings
        self._database = ground.database
        self._login = login
        self._now = ground.clock
        self._looking = asyncio.Lock()
        self._last: HealthReport | None = None

    async def report(self) -> HealthReport:
        """A fresh one, or that of the last 10 s."""
        async with self._looking:
            if self._last is None or self._now() - self._last.at >= LOOK_EVERY:
                found = [*await asyncio.to_thread(self._computer), *await self._daemon()]
                self._last = HealthReport(at=self._now(), findings=tuple(found))
            return self._last

    def _computer(self) -> list[Finding]:
        """Blocking."""
        return [finding for check in checks.LOCAL_CHECKS for finding in checks.guarded(check, self._settings)]

    async def _daemon(self) -> list[Finding]:
        answers = Finding("daemon", "ok", f"answers, version {VERSION}")
        login = checks.login(self._login.state, self._login.method, demo=self._settings.demo)
        try:
            return [answers, checks.database(await report(self._database)), login]
        except MachineError as error:
            return [answers, Finding("database", "problem", error.message, error.hint), login]
