"""Tells everybody who listens how it is with Claude's login on all machines of a fleet, once for all of them."""

import asyncio
import logging
from typing import Final

from machine.domain.errors import MachineError
from machine.domain.events import AuthStatus
from machine.engine.login_echo import FleetLogin
from machine.ports import Notes, TaskStore

LOOK_SECONDS: Final = 2.0
_NAME: Final = "login, as last told"

_log = logging.getLogger(__name__)


class LoginBoard:
    """Publishes `auth.status`. For the one process whose duty it is; what was told is noted for the next."""

    def __init__(self, *, login: FleetLogin, store: TaskStore, notes: Notes) -> None:
        """`notes` are those of all machines."""
        self._login = login
        self._store = store
        self._notes = notes

    async def watch(self) -> None:
        """Look for as long as this is whose duty it is."""
        while True:
            try:
                await self.look()
            except MachineError as error:
                _log.warning("could not tell how it is with the login: %s", error.message)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Publish what is new. Raises StoreError."""
        await self._login.look()
        text = self._login.state.model_dump_json()
        if await self._notes.get(_NAME) != text:
            await self._store.publish(AuthStatus(data=self._login.state))
            await self._notes.put(_NAME, text)
