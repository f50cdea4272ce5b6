"""Telling other processes that there may be work, and hearing it from them."""

import asyncio
from typing import Final

from machine.engine.slots import Slots
from machine.ports import Pokes
from machine.ports.pokes import WORK

LOOK_SECONDS: Final = 2.0
"""Between two looks at the queue, where no poke says that something changed."""
PAUSE_SECONDS: Final = 0.05
"""Between two pokes: tasks that come by the hundred are one piece of news."""


class WorkBell:
    """Joins the bells of all processes of a fleet."""

    def __init__(self, slots: Slots, pokes: Pokes) -> None:
        self._slots = slots
        self._rung = slots.outward_bell()
        self._pokes = pokes

    async def watch(self) -> None:
        """Ring for as long as the machine runs."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tell(), name="work here")
            group.create_task(self._hear(), name="work elsewhere")

    async def _tell(self) -> None:
        while True:
            await self._rung.wait()
            self._rung.clear()
            self._pokes.poke(WORK)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _hear(self) -> None:
        listening = self._pokes.listen(WORK)
        try:
            while True:
                await listening.wait(LOOK_SECONDS)
                self._slots.look_again()
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            listening.close()
