"""The variables that people give, sealed at rest: one file each under `config/env/`, for the daemon's user alone."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from machine.auth.fleet_keys import FleetKeys
from machine.auth.sealed_files import SealedFile, closed, content_of, is_due, look_at, parsed
from machine.auth.secret_key import (
    HOW_TO_GO_ON,
    KeyUnusable,
    Seal,
    SealBroken,
    given_seal,
    seal_of_file,
    sync_folder,
    write_private,
)
from machine.domain.clock import Clock
from machine.domain.errors import BadRequest, MachineError, NotFound, StoreError
from machine.domain.redaction import Redactor
from machine.domain.variable import MAX_VARIABLES, Variable, objection_to_name, objection_to_value

SUFFIX: Final = ".sealed"

Share = Callable[[str, bytes | None, str], Awaitable[None]]
"""Told the name, the sealed file (None: it is deleted) and who did it, before it is so."""

_log = logging.getLogger(__name__)


class Secrets:
    """Implements `machine.ports.Variables`. What is stored is kept in memory, readable, as long as the daemon runs.

    With a key that opens nothing of what is there, values are missing and nothing can be written: what another key
    sealed is never overwritten. Deleting stays possible.
    """

    def __init__(
        self,
        folder: Path,
        *,
        key: SecretStr | None,
        key_file: Path,
        clock: Clock,
        redactor: Redactor,
        kind: str = "variables",
        fleet: FleetKeys | None = None,
    ) -> None:
        """`kind` tells several folders of them apart for the redactor; `fleet` knows who else has to open them."""
        self.folder = folder
        self._kind = kind
        self._fleet = fleet
        self._redactor = redactor
        self._key = key
        self._key_file = key_file
        self._clock = clock
        self._writing = asyncio.Lock()
        self._known: dict[str, Variable] = {}
        self._values: dict[str, str] = {}
        self._files: dict[str, SealedFile] = {}
        """As they were read or written here, by name."""
        self._filing = threading.Lock()
        self._seal: Seal | None = None
        self._share: Share | None = None
        self._trouble: MachineError | None = None

    @property
    def trouble(self) -> MachineError | None:
        """Why no value can be read or written; None when they can."""
        return self._trouble

    def open(self) -> None:
        """Read all there is; what an older key sealed is sealed anew with the newest. Blocking.

        Never fails: what is wrong is `trouble`, and in the log.
        """
        try:
            self._read_all()
        except OSError as error:
            self._trouble = StoreError(
                f"The variables in {self.folder} cannot be read: {error.strerror or error}.",
                hint="Check the folder's rights and the disk, and restart.",
            )
        except MachineError as error:
            self._trouble = error
        self._redact()
        if self._trouble is not None:
            _log.error("variables are not available: %s %s", self._trouble.message, self._trouble.hint)

    async def values_of(self, names: Iterable[str]) -> Mapping[str, str]:
        """The values of those names that are known and can be read."""
        return {name: self._values[name] for name in names if name in self._values}

    def all(self) -> tuple[Variable, ...]:
        """What is known of each, by name; no values."""
        return tuple(self._known[name] for name in sorted(self._known))

    def has(self, name: str) -> bool:
        """Whether there is a value that can be given."""
        return name in self._values

    async def set(self, values: Mapping[str, str], *, by: str, made_for: str = "") -> tuple[Variable, ...]:
        """Store values under their names, in place of what was there. All are checked before the first is written.

        Raises BadRequest, KeyUnusable, StoreError.
        """
        for name, value in values.items():
            if objection := objection_to_name(name) or objection_to_value(value):
                raise BadRequest(f"The variable {name[:128]} is not taken: {objection}.")
        async with self._writing:
            if self._trouble is not None or self._seal is None:
                raise self._trouble or KeyUnusable("The variables were not opened.")
            if len(self._known.keys() | values.keys()) > MAX_VARIABLES:
                raise BadRequest(
                    f"There can be at most {MAX_VARIABLES} variables.", hint="Delete those that nothing names."
                )
            at = self._clock()
            new = [Variable(name=name, set_at=at, set_by=by, made_for=made_for) for name in values]
            try:
                for variable in new:
                    await self._put(self._seal, variable, values[variable.name], by=by)
                    self._known[variable.name] = variable
                    self._values[variable.name] = values[variable.name]
            finally:
                self._redact()
            return tuple(new)

    async def delete(self, name: str) -> None:
        """Raises NotFound, StoreError."""
        async with self._writing:
            if name not in self._known:
                raise NotFound(f"There is no variable {name[:128]}.")
            if self._share is not None:
                await self._share(name, None, "")
            await asyncio.to_thread(self._remove, name)
            del self._known[name]
            self._values.pop(name, None)
            self._redact()

    def share_with(self, share: Share) -> None:
        """From now on, ask `share` before each change: what it raises prevents it."""
        self._share = share

    def sealed(self) -> dict[str, bytes]:
        """The files as they lie there, by name. Blocking. Raises OSError."""
        found = {path.name.removesuffix(SUFFIX): path for path in sorted(self.folder.glob(f"*{SUFFIX}"))}
        named = [(name, path) for name, path in found.items() if objection_to_name(name) is None][:MAX_VARIABLES]
        return {name: content_of(path) for name, path in named}

    async def take_in(self, name: str, sealed: bytes | None) -> None:
        """Put a file here that another machine has sealed, or delete one. Raises OSError.

        Where the keys differ its value is missing, which is said in the log and where variables are listed.
        """
        if objection_to_name(name) is not None:
            return
        async with self._writing:
            self._known.pop(name, None)
            self._values.pop(name, None)
            try:
                await asyncio.to_thread(self._take_in, name, sealed)
            finally:
                self._redact()

    async def seal_anew(self) -> None:
        """With the newest key what an older one has sealed, where that is due. Raises MachineError, OSError."""
        async with self._writing:
            for name, value in [*self._values.items()]:
                seal = self._seal
                if seal is not None and await asyncio.to_thread(is_due, seal, self._path(name), name, value):
                    await self._put(seal, self._known[name], value, by=self._known[name].set_by)

    def changed_by_others(self) -> dict[str, str]:
        """Names of the variables whose files are not as they were left here: `new`, `changed` or `gone`. Each is told
        once. Blocking."""
        with self._filing:
            names = {path.name.removesuffix(SUFFIX) for path in self.folder.glob(f"*{SUFFIX}")}
            now = {
                name: look_at(self._path(name), self._files.get(name)) for name in sorted(names)[: 2 * MAX_VARIABLES]
            }
            before, self._files = self._files, {name: file for name, file in now.items() if file is not None}
        found = dict.fromkeys(before.keys() - self._files.keys(), "gone")
        for name, file in self._files.items():
            if name not in before:
                found[name] = "new"
            elif file.digest != before[name].digest:
                found[name] = "changed"
        return dict(sorted(found.items()))

    def digests(self) -> dict[str, str]:
        """Of the files as they were last seen, by name."""
        with self._filing:
            return {name: file.digest for name, file in self._files.items()}

    async def _put(self, seal: Seal, variable: Variable, value: str, *, by: str) -> None:
        content = closed(seal, variable, value)
        if self._share is not None:
            await self._share(variable.name, content, by)
        await asyncio.to_thread(self._write, variable, content)

    def _redact(self) -> None:
        self._redactor.know(self._kind, self._values)

    # --- files; blocking ---

    def _read_all(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        sealed: dict[str, str] = {}
        self.changed_by_others()
        for path in sorted(self.folder.glob(f"*{SUFFIX}"))[:MAX_VARIABLES]:
            name = path.name.removesuffix(SUFFIX)
            if objection_to_name(name) is None:
                self._known[name], sealed[name] = parsed(path, name)
        self._seal = seal = self._find_seal(may_make=not self._known)
        for name, text in sealed.items():
            self._open_one(seal, name, text)
        if sealed and not self._values:
            raise KeyUnusable("The variables were sealed with another key than the one in use.", hint=HOW_TO_GO_ON)

    def _find_seal(self, *, may_make: bool) -> Seal:
        if self._key is not None and (text := self._key.get_secret_value().strip()):
            return given_seal(text, self._fleet)
        return seal_of_file(self._key_file, self._fleet, may_make=may_make)

    def _open_one(self, seal: Seal, name: str, sealed: str, *, renew: bool = True) -> None:
        try:
            value = seal.open(name, sealed)
        except SealBroken as error:
            self._known[name] = self._known[name].model_copy(update={"problem": str(error)})
            _log.error("the variable %s cannot be read: %s", name, error)
            return
        self._values[name] = value
        if renew and seal.is_due(sealed):
            try:
                self._write(self._known[name], closed(seal, self._known[name], value))
            except StoreError as error:  # the old key opens it as well: the next start tries again
                _log.warning("%s It stays sealed with an older key.", error.message)

    def _take_in(self, name: str, sealed: bytes | None) -> None:
        if sealed is None:
            self._remove(name)
            return
        with self._filing:
            write_private(path := self._path(name), sealed)
            if (file := look_at(path, None)) is not None:
                self._files[name] = file
        self._known[name], text = parsed(path, name)
        if self._seal is not None:
            self._open_one(self._seal, name, text, renew=False)

    def _write(self, variable: Variable, content: bytes) -> None:
        try:
            with self._filing:
                write_private(path := self._path(variable.name), content)
                if (file := look_at(path, None)) is not None:
                    self._files[variable.name] = file
        except OSError as error:
            raise StoreError(
                f"The variable {variable.name} could not be written: {error.strerror or error}.",
                hint="Check the disk and the rights of the data folder.",
            ) from error

    def _remove(self, name: str) -> None:
        try:
            with self._filing:
                self._path(name).unlink(missing_ok=True)
                self._files.pop(name, None)
            sync_folder(self.folder)
        except OSError as error:
            raise StoreError(f"The variable {name} could not be deleted: {error.strerror or error}.") from error

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{SUFFIX}"


def open_secrets(
    folder: Path,
    *,
    key: SecretStr | None,
    key_file: Path,
    clock: Clock,
    redactor: Redactor,
    kind: str = "variables",
    fleet: FleetKeys | None = None,
) -> Secrets:
    """The variables of a data folder, read; `redactor` is told their values, now and later. Blocking."""
    found = Secrets(folder, key=key, key_file=key_file, clock=clock, redactor=redactor, kind=kind, fleet=fleet)
    found.open()
    return found
