"""What the machines of a fleet tell each other of Claude's login.

Each says how it is with its own login, for those who watch. And what the API says of a login (refused, a quota used
up, good again) counts at once on every machine that uses the same one.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

from machine.domain.costs import CostKind
from machine.domain.errors import MachineError
from machine.domain.events import AuthStatusData
from machine.ports import LoginWays, Notes, Pokes
from machine.ports.pokes import LOGIN

LOOK_SECONDS: Final = 2.0

_log = logging.getLogger(__name__)


class LoginWords(BaseModel):
    """What one machine says: the state of its login, what work costs with it, the CLI's own word for how it logs in,
    and when real requests went through and were refused."""

    model_config = ConfigDict(frozen=True)

    state: AuthStatusData
    cost_kind: CostKind
    method: str | None = None
    worked_at: datetime | None = None
    refused_at: datetime | None = None
    ways: LoginWays | None = None
    open: bool = True
    """Whether tasks may start."""


class _News(BaseModel):
    """What the API said of a login."""

    model_config = ConfigDict(frozen=True)

    id: str
    by: str
    state: AuthStatusData


class LoginEcho:
    """Of one machine that starts CLIs."""

    def __init__(
        self, notes: Notes, pokes: Pokes, *, name: str, machine_id: str, identity: Callable[[], Awaitable[str]]
    ) -> None:
        """`notes` are those of all machines; `identity` is the same on all that use the same login."""
        self._notes = notes
        self._pokes = pokes
        self._name = name
        self._machine_id = machine_id
        self._identity = identity
        self._heard: str | None = None

    async def tell(self, words: LoginWords) -> None:
        """Say how it is here. Raises StoreError."""
        await self._notes.put(words_of(self._name, self._machine_id), words.model_dump_json())

    async def met(self, state: AuthStatusData) -> None:
        """Say what the API said of this machine's login to all that use it, too. Raises StoreError."""
        news = _News(id=str(uuid4()), by=self._machine_id, state=state)
        self._heard = news.id
        await self._notes.put(await self._place(), news.model_dump_json())
        self._pokes.poke(LOGIN)

    async def news(self) -> AuthStatusData | None:
        """What another machine met with the same login, once; None where there is nothing new. Raises StoreError."""
        text = await self._notes.get(await self._place())
        if text is None:
            return None
        try:
            news = _News.model_validate_json(text)
        except ValidationError as error:
            _log.warning("what another machine met with the login is not understood: %s", error)
            return None
        if news.id == self._heard:
            return None
        self._heard = news.id
        return None if news.by == self._machine_id else news.state

    async def _place(self) -> str:
        return f"{self._name} {await self._identity()}, as the API sees it"


class FleetLogin:
    """`ports.LoginSeen` of all machines that start CLIs, for those who watch."""

    def __init__(self, notes: Notes, *, name: str, workers: Callable[[], Awaitable[Sequence[str]]]) -> None:
        """`workers` names the machines that are there."""
        self.words = _UNHEARD
        self._notes = notes
        self._name = name
        self._workers = workers

    @property
    def state(self) -> AuthStatusData:
        return self.words.state

    @property
    def open(self) -> bool:
        """Whether tasks may start on one of them at least."""
        return self.words.open

    @property
    def cost_kind(self) -> CostKind:
        return self.words.cost_kind

    @property
    def method(self) -> str | None:
        return self.words.method

    @property
    def ways(self) -> LoginWays | None:
        """Which way the worst off of them logs in."""
        return self.words.ways

    @property
    def last_worked_at(self) -> datetime | None:
        return self.words.worked_at

    @property
    def last_refused_at(self) -> datetime | None:
        return self.words.refused_at

    async def watch(self) -> None:
        """Look for as long as the machine runs."""
        while True:
            try:
                await self.look()
            except MachineError as error:
                _log.warning("how it is with the login of the machines cannot be told: %s", error.message)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Hear what they say now. Raises StoreError."""
        names = await self._workers()
        texts = await self._notes.several([words_of(self._name, name) for name in names])
        said: dict[str, LoginWords] = {}
        for name in names:
            try:
                text = texts.get(words_of(self._name, name))
                if text is not None:
                    said[name] = LoginWords.model_validate_json(text)
            except ValidationError as error:
                _log.warning("what %s says of its login is not understood: %s", name, error)
        self.words = of_all(said) if said or not names else _UNHEARD


def of_all(said: dict[str, LoginWords]) -> LoginWords:
    """How it is with all of them: as with the one that is worst off, which is named unless all are alike."""
    if not said:
        return LoginWords(state=_NOBODY, cost_kind=CostKind.BILLED, open=False)
    worst = max(said, key=lambda name: _WORSE.index(said[name].state.state))
    words = said[worst]
    alike = [name for name in said if said[name].state.state == words.state.state]
    moments: dict[str, Any] = {
        "worked_at": max((one.worked_at for one in said.values() if one.worked_at), default=None),
        "open": any(one.open for one in said.values()),
        "refused_at": max((one.refused_at for one in said.values() if one.refused_at), default=None),
    }
    if len(alike) < len(said):
        others = ", ".join(sorted(said.keys() - set(alike))[:_MOST_NAMES])
        message = f"On {', '.join(sorted(alike)[:_MOST_NAMES])}: {words.state.message} Work goes on on {others}."
        words = words.model_copy(update={"state": words.state.model_copy(update={"message": message})})
    return words.model_copy(update=moments)


def words_of(name: str, machine_id: str) -> str:
    """The name of the note with a machine's words."""
    return f"{name} of {machine_id}"


_MOST_NAMES: Final = 10
_WORSE: Final = ("demo", "ready", "expires_soon", "unknown", "quota", "needs_login", "refused")
_NOBODY_YET: Final = AuthStatusData(state="unknown", message="No machine has said yet how it is with its login.")
_UNHEARD: Final = LoginWords(state=_NOBODY_YET, cost_kind=CostKind.BILLED)
_NOBODY: Final = AuthStatusData(
    state="unknown",
    message="No machine that runs tasks is there: what is queued waits.",
    hint="Start one: machine serve --role worker",
)
