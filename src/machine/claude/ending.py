"""How a CLI is brought to its end: end of input, SIGTERM, SIGKILL, each with its patience, for the whole tree."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from machine.claude.transport import DividingTransport
from machine.claude.wardens import KILL_LADDER, Ladder, Warden, WardenError
from machine.domain.aio import cancel_and_wait, spawn

DEFAULT_PATIENCE_SECONDS: Final = 8.0
_INPUT_SHARE: Final = 5 / 8
"""Of the patience: how much the CLI gets after the end of its input, to finish and to write its transcript."""

_LAST_REPORT_SECONDS: Final = 2.0
_REAP_SECONDS: Final = 5.0
_KILLED: Final = 137
_NEVER_STARTED: Final = 125  # as the warden says it

_log = logging.getLogger(__name__)


class Ending:
    """The end of one CLI. It is asked for once or more; `reach` is run once, by the CLI's owner."""

    def __init__(self, transport: DividingTransport, warden: Warden, sweep: Callable[[], Awaitable[int]]) -> None:
        self._transport, self._warden, self._sweep = transport, warden, sweep
        self._asked = asyncio.Event()
        self._hurry = asyncio.Event()
        self._patience = float("inf")
        self._stopping = False

    @property
    def begun(self) -> bool:
        """Whether the end was asked for."""
        return self._asked.is_set()

    def ask(self, patience_seconds: float | None) -> None:
        """Ask for the end, with so much patience for its polite steps; the least patience asked for counts."""
        patience = DEFAULT_PATIENCE_SECONDS if patience_seconds is None else max(0.0, patience_seconds)
        if patience >= self._patience:
            return
        if self.begun and patience == 0:
            self._hurry.set()
            if self._stopping:
                spawn(self._kill(), name=f"claude: kill of {self._warden.run_id}")
        self._patience = patience
        self._asked.set()

    async def asked(self) -> None:
        """Wait until the end is asked for."""
        await self._asked.wait()

    async def abort_when_asked(self) -> None:
        """Kill a CLI that has not answered its handshake yet, so that whoever waits for it gets to know."""
        await self._asked.wait()
        await self._kill()

    async def reach(self) -> int:
        """Walk the steps. Returns the CLI's exit code when its tree is empty and the warden has been reaped."""
        self._transport.inbox.let_go()
        if not self._transport.started:
            self._warden.close()
            return _NEVER_STARTED
        if self._patience > 0:
            await self._transport.hang_up()
            await self._gone_or_hurried(self._patience * _INPUT_SHARE)
        code = await self._stopped()
        if await self._transport.wait_gone(_REAP_SECONDS) is None and self._transport.exit_code is None:
            _log.error("the warden of run %s has not ended after its tree", self._warden.run_id)
        return code

    async def _stopped(self) -> int:
        self._stopping = True
        try:
            if self._transport.exit_code is None:
                return (await self._warden.stop(self._ladder())).code
            async with asyncio.timeout(_LAST_REPORT_SECONDS):
                return (await self._warden.exited()).code
        except (WardenError, TimeoutError) as error:
            _log.warning("the warden of run %s is lost: %s", self._warden.run_id, error)
            self._warden.close()
            swept = await self._sweep()
            _log.warning("swept %d processes of run %s", swept, self._warden.run_id)
        code = self._transport.exit_code
        return _KILLED if code is None else code if code >= 0 else 128 - code

    def _ladder(self) -> Ladder:
        if self._patience == 0:
            return KILL_LADDER
        return (("TERM", self._patience * (1 - _INPUT_SHARE)), *KILL_LADDER)

    async def _kill(self) -> None:
        with contextlib.suppress(WardenError):  # who waits for the end sees that, too
            await self._warden.stop(KILL_LADDER)

    async def _gone_or_hurried(self, seconds: float) -> None:
        gone = spawn(self._transport.wait_gone(seconds), name="claude: wait for its end")
        hurried = spawn(self._hurry.wait(), name="claude: wait for haste")
        try:
            await asyncio.wait({gone, hurried}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await cancel_and_wait(gone)
            await cancel_and_wait(hurried)
