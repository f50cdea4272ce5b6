"""A fleet's change to a new key, while its machines are started anew with it one after the other."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from machine.auth.fleet_keys import FleetKeys
from machine.auth.secrets import Secrets
from machine.domain.errors import MachineError
from machine.engine.shared_login import SharedLogin

LOOK_SECONDS: Final = 10.0

_log = logging.getLogger(__name__)


class KeyChange:
    """Seals anew, with this machine's newest key, what machines share, once all of them have that key."""

    def __init__(self, *, mark: str, fleet: FleetKeys, sealed: Sequence[Secrets], login: SharedLogin) -> None:
        """`mark` is that of the newest key."""
        self._mark = mark
        self._fleet = fleet
        self._sealed = sealed
        self._login = login
        self._done = False
        self._trouble = ""

    async def watch(self) -> None:
        """Keep up with who has which key, for as long as the machine runs."""
        while True:
            try:
                await self.look()
                self._trouble = ""
            except (MachineError, OSError) as error:
                if str(error) != self._trouble:
                    _log.warning("what an older key has sealed stays so for now: %s", error)
                self._trouble = str(error)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Raises MachineError, OSError."""
        await self._fleet.look()
        if self._done or not self._fleet.all_have(self._mark):
            return
        for secrets in self._sealed:
            await secrets.seal_anew()
        await self._login.seal_anew()
        self._done = True
