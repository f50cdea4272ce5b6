"""The login that all machines of a fleet share: kept in the database, sealed, renewed by one of them.

The tokens that renew a login can be used once. So they stay here: a machine that runs tasks gets a copy of the login
file without them, which works as long as its access token does, and gets the next one in time.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

from machine.auth.secret_key import KeyUnusable, Seal, SealBroken
from machine.domain.clock import Clock
from machine.domain.errors import NotFound, StoreError
from machine.domain.redaction import Redactor
from machine.domain.variable import Variable
from machine.ports import Notes

FILE: Final = "FILE"
FORMER: Final = "FORMER"
"""What is sealed beside keys and tokens: the login file, and the one that it took the place of untried."""
_NOTE: Final = "login of all machines"
_KEY_NOTE: Final = "key of all machines"
OTHER_KEY: Final = "This machine's MACHINE_SECRET_KEY is another one than that of the machines with its database."
_TRIES: Final = 5

_log = logging.getLogger(__name__)


class Kept(BaseModel):
    """As it stands in the database. `login` changes when a person changes it, `version` also when it is renewed."""

    model_config = ConfigDict(frozen=True)

    login: str
    version: str
    sealed: Mapping[str, str] = {}
    set_by: str = ""
    set_at: datetime | None = None


NOTHING: Final = Kept(login="", version="")


class SharedLogin:
    """One for a process. `now` is what was last read; secrets are opened when they are wanted."""

    def __init__(self, notes: Notes, seal: Seal | None, *, clock: Clock, redactor: Redactor) -> None:
        """`notes` are those of all machines; `seal` is unset where MACHINE_SECRET_KEY is."""
        self.now = NOTHING
        self._notes = notes
        self._seal = seal
        self._clock = clock
        self._redactor = redactor
        self._text: str | None = None

    async def look(self) -> Kept:
        """Read it anew. Raises StoreError."""
        self._text = await self._notes.get(_NOTE)
        try:
            self.now = NOTHING if self._text is None else Kept.model_validate_json(self._text)
        except ValidationError as error:
            raise StoreError("The login that machines share is not understood.", hint=_NEWER) from error
        return self.now

    def check_usable(self) -> Seal:
        """Raises KeyUnusable where nothing can be sealed for other machines."""
        if self._seal is None:
            raise KeyUnusable("Machines that share a login need one MACHINE_SECRET_KEY, and this has none.", hint=_KEY)
        return self._seal

    async def check_key(self) -> Seal:
        """Whether this machine's key is that of all: the first machine decides, and a key that is put before the former
        one takes its place when all have it. Raises KeyUnusable, StoreError."""
        seal = self.check_usable()
        text = await self._notes.settle(_KEY_NOTE, seal.close(_KEY_NOTE, _KEY_NOTE))
        try:
            seal.open(_KEY_NOTE, text)
        except SealBroken as error:
            raise KeyUnusable(OTHER_KEY, hint=_KEY) from error
        if seal.is_due(text):
            await self._notes.replace(_KEY_NOTE, text, seal.close(_KEY_NOTE, _KEY_NOTE))
        return seal

    def opened(self, name: str) -> str | None:
        """What is kept under a name, as last read; None where there is none. Raises KeyUnusable."""
        if (sealed := self.now.sealed.get(name)) is None:
            return None
        try:
            value = self.check_usable().open(_sealed_as(name), sealed)
        except SealBroken as error:
            raise KeyUnusable(OTHER_KEY, hint=_KEY) from error
        if name not in (FILE, FORMER):
            self._redactor.know(f"login of all machines {name}", {name: value})
        return value

    async def change(self, changes: Mapping[str, str | None], *, by: str) -> None:
        """What a person wants: another login. None forgets. Raises KeyUnusable, StoreError."""
        seal = await self.check_key()
        for _ in range(_TRIES):
            await self.look()
            new = {"login": str(uuid4()), "set_by": by, "set_at": self._clock()}
            if await self._written(_changed(self.now, changes, seal).model_copy(update=new)):
                return
        raise StoreError("The login was changed by others at the same time.", hint="Look at it, then try again.")

    async def renewed(self, content: str, *, of: str) -> bool:
        """Store what the renewal of the login file `of` came to. False: it is not the login any more.

        Raises KeyUnusable, StoreError."""
        while True:
            await self.look()
            if self.opened(FILE) != of:
                return False
            if await self._written(_changed(self.now, {FILE: content}, self.check_usable())):
                return True

    async def seal_anew(self) -> None:
        """With the newest key what an older one has sealed, where that is due: it stays the login that it is. Raises
        KeyUnusable, StoreError."""
        seal = await self.check_key()
        for _ in range(_TRIES):
            now = await self.look()
            due = {name: self.opened(name) for name, text in now.sealed.items() if seal.is_due(text)}
            if not due or await self._written(_changed(now, due, seal).model_copy(update={"version": now.version})):
                return
        raise StoreError("The login was changed by others at the same time.", hint="It is tried again.")

    async def _written(self, new: Kept) -> bool:
        text = new.model_dump_json()
        if not await self._notes.replace(_NOTE, self._text, text):
            return False
        self._text, self.now = text, new
        return True


class SharedSecrets:
    """`ports.KeptSecrets` of all machines together."""

    def __init__(self, shared: SharedLogin) -> None:
        self._shared = shared

    def has(self, name: str) -> bool:
        return name in self._shared.now.sealed

    def all(self) -> tuple[Variable, ...]:
        now = self._shared.now
        names = sorted(now.sealed.keys() - {FILE, FORMER})
        return tuple(Variable(name=name, set_at=now.set_at or _NEVER, set_by=now.set_by) for name in names)

    async def values_of(self, names: Iterable[str]) -> Mapping[str, str]:
        found = {name: self._shared.opened(name) for name in names}
        return {name: value for name, value in found.items() if value is not None}

    async def set(self, values: Mapping[str, str], *, by: str) -> None:
        await self._shared.change(values, by=by)

    async def delete(self, name: str) -> None:
        if not self.has(name):
            raise NotFound(f"There is no {name} that machines share.")
        await self._shared.change({name: None}, by=self._shared.now.set_by)


def _changed(now: Kept, changes: Mapping[str, str | None], seal: Seal) -> Kept:
    sealed = {name: text for name, text in now.sealed.items() if name not in changes}
    sealed |= {name: seal.close(_sealed_as(name), value) for name, value in changes.items() if value is not None}
    return now.model_copy(update={"sealed": sealed, "version": str(uuid4())})


def _sealed_as(name: str) -> str:
    """So that none passes for a variable of the same name."""
    return f"login of all machines {name}"


_NEVER: Final = datetime.fromtimestamp(0, UTC)
_KEY: Final = (
    "Start every machine with the same MACHINE_SECRET_KEY (or MACHINE_SECRET_KEY_FILE). How to change to a new one: "
    "docs/fleet.md."
)
_NEWER: Final = "A newer version of this program may have written it: update this machine."
