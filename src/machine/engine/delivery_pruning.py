"""Deliveries are kept for a month; the tasks that they started stay."""

import asyncio
import logging
from datetime import timedelta
from typing import Final

from machine.domain.clock import Clock
from machine.domain.errors import MachineError
from machine.ports import DeliveryStore

KEPT: Final = timedelta(days=30)
EVERY_SECONDS: Final = 6 * 3600.0

_log = logging.getLogger(__name__)


class DeliveryPruning:
    """Deletes old deliveries now and then."""

    def __init__(self, deliveries: DeliveryStore, clock: Clock) -> None:
        self._deliveries = deliveries
        self._now = clock

    async def watch(self) -> None:
        """Prune for as long as the machine runs."""
        while True:
            try:
                if count := await self._deliveries.prune(self._now() - KEPT):
                    _log.info("deleted %d deliveries older than %d days", count, KEPT.days)
            except MachineError as error:
                _log.warning("could not delete old deliveries: %s", error.message)
            await asyncio.sleep(EVERY_SECONDS)
