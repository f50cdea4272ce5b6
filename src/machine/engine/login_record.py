"""When real requests last went through and were last refused, remembered over restarts."""

import logging
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from machine.domain.clock import Clock
from machine.domain.errors import MachineError
from machine.ports import Notes

KEEP_EVERY: Final = timedelta(minutes=1)
"""Every turn of every task is a request: not each is worth a write."""

_log = logging.getLogger(__name__)


class Moments(BaseModel):
    model_config = ConfigDict(frozen=True)

    worked_at: datetime | None = None
    refused_at: datetime | None = None

    @property
    def last_worked(self) -> bool:
        """Whether the newest of both is that it worked."""
        return self.worked_at is not None and (self.refused_at is None or self.worked_at >= self.refused_at)


class LoginRecord:
    """Kept at once when it turns, else once a minute and at the end. What cannot be kept is only forgotten."""

    def __init__(self, notes: Notes, clock: Clock, *, name: str) -> None:
        self._notes = notes
        self._now = clock
        self._name = name
        self.moments = Moments()
        self._kept = Moments()
        self._kept_at: datetime | None = None

    @property
    def kept(self) -> Moments:
        """As it was last written down."""
        return self._kept

    def worked(self) -> None:
        """A real request went through, now."""
        self.moments = self.moments.model_copy(update={"worked_at": self._now()})

    def refused(self) -> None:
        """A real request was refused, now."""
        self.moments = self.moments.model_copy(update={"refused_at": self._now()})

    async def open(self) -> None:
        """Bring back what was kept; what has happened since then stays."""
        try:
            text = await self._notes.get(self._name)
            self._kept = Moments() if text is None else Moments.model_validate_json(text)
        except (MachineError, ValidationError) as error:
            _log.warning("when the login last worked is forgotten: %s", error)
            return
        self.moments = Moments(
            worked_at=self.moments.worked_at or self._kept.worked_at,
            refused_at=self.moments.refused_at or self._kept.refused_at,
        )

    async def keep(self, *, at_once: bool = False) -> None:
        """Write down what is new, if it is time for that."""
        moments, now = self.moments, self._now()
        if moments == self._kept:
            return
        turned = moments.last_worked is not self._kept.last_worked
        if not (at_once or turned or self._kept_at is None or now - self._kept_at >= KEEP_EVERY):
            return
        try:
            await self._notes.put(self._name, moments.model_dump_json())
        except MachineError as error:
            _log.warning("when the login last worked is not kept: %s", error.message)
            return
        self._kept, self._kept_at = moments, now
