"""What is to be done once in a fleet, by whoever is up: one process has the duty, the others wait to take it over."""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from typing import Any, Final, Protocol

from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.errors import MachineError
from machine.domain.steady_time import steady_seconds
from machine.ports import Duties

LEASE_SECONDS: Final = 30.0
BEAT_SECONDS: Final = 10.0
STOP_AFTER_SECONDS: Final = 20.0
"""Without the database's word for so long, it is left alone: soon somebody else may have it."""

_log = logging.getLogger(__name__)


class Watcher(Protocol):
    """Something that goes on."""

    def watch(self) -> Coroutine[Any, Any, None]:
        """Goes on for as long as the machine runs."""
        ...


class Once:
    """Lets `watchers` run while this process has the duty `name`."""

    def __init__(self, duties: Duties, *, name: str, holder: str, watchers: Sequence[Watcher]) -> None:
        self._duties = duties
        self._name = name
        self._holder = holder
        self._watchers = watchers

    async def watch(self) -> None:
        """Take the duty whenever nobody has it, for as long as the machine runs."""
        try:
            while True:
                if await self._held():
                    _log.info("this process attends to %s now", self._name)
                    await self._attend()
                await asyncio.sleep(BEAT_SECONDS)
        finally:
            try:
                await asyncio.shield(self._duties.lay_down(self._name, self._holder))
            except MachineError as error:
                _log.info("%s is left to whoever finds it: %s", self._name, error.message)

    async def _attend(self) -> None:
        """Until somebody else has it, or may have it."""
        async with AsyncExitStack() as stack:
            for watcher in self._watchers:
                watching = spawn(watcher.watch(), name=f"{type(watcher).__name__} watch")
                stack.push_async_callback(cancel_and_wait, watching)
            sure_at = steady_seconds()
            while (held := await self._held()) or (held is None and steady_seconds() - sure_at < STOP_AFTER_SECONDS):
                if held:
                    sure_at = steady_seconds()
                await asyncio.sleep(BEAT_SECONDS)
            _log.warning("this process does not attend to %s any more", self._name)

    async def _held(self) -> bool | None:
        """None: the database does not say."""
        try:
            return await self._duties.hold(self._name, self._holder, LEASE_SECONDS)
        except MachineError as error:
            _log.warning("whose duty %s is cannot be told: %s", self._name, error.message)
            return None
