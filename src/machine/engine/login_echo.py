"""What a process that starts no CLI knows of the login: what those that do have said last."""

import asyncio
import logging
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from machine.domain.costs import CostKind
from machine.domain.errors import MachineError
from machine.domain.events import AuthStatusData
from machine.ports import Notes

LOOK_SECONDS: Final = 2.0

_log = logging.getLogger(__name__)


class LoginWords(BaseModel):
    """The state of a login, what work costs with it, and the CLI's own word for how it logs in."""

    model_config = ConfigDict(frozen=True)

    state: AuthStatusData
    cost_kind: CostKind
    method: str | None = None


class LoginEcho:
    """Kept in the database by those who know, the newest word for all."""

    def __init__(self, notes: Notes, *, name: str) -> None:
        self._notes = notes
        self._name = f"{name}, last heard"

    async def tell(self, words: LoginWords) -> None:
        """Raises StoreError."""
        await self._notes.put(self._name, words.model_dump_json())

    async def heard(self) -> LoginWords | None:
        """None: nobody has said anything yet, or it is not understood."""
        try:
            text = await self._notes.get(self._name)
            return None if text is None else LoginWords.model_validate_json(text)
        except (MachineError, ValidationError) as error:
            _log.warning("how the login of the workers is cannot be told: %s", error)
            return None

    async def pause(self) -> None:
        await asyncio.sleep(LOOK_SECONDS)
