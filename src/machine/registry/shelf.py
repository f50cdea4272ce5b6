"""One kind of definition: what lies in its folder under `config/`, what comes with the program, what is in force."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Generic

from machine.domain.definitions import (
    Definition,
    DefinitionChange,
    DefinitionFault,
    DefinitionKind,
    DefinitionState,
    Files,
    InvalidDefinition,
    Model,
)
from machine.registry.folders import ConfigFolder, Fingerprint, fingerprint, read_files

MAX_DEFINITIONS: Final = 1_000
_TRIES: Final = 3
_NOTES: Final = frozenset({"README.md", "LICENSE"})
"""What people put beside definitions for each other."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Snapshot(Generic[Model]):
    """What is in force at one moment. Never changed, only replaced."""

    known: Mapping[str, Definition[Model]] = field(default_factory=dict)
    """All that could be in force, disabled ones included, by name."""
    own: Mapping[str, Definition[Model]] = field(default_factory=dict)
    """Those of them that lie under `config/`."""
    disabled: frozenset[str] = frozenset()
    faults: Mapping[str, tuple[DefinitionFault, ...]] = field(default_factory=dict)
    """What is wrong with the newest version of a definition, by name."""

    @property
    def active(self) -> Mapping[str, Definition[Model]]:
        return {name: found for name, found in self.known.items() if name not in self.disabled}


@dataclass
class _Read(Generic[Model]):
    """One entry of the folder as it was last read."""

    mark: Fingerprint | None
    good: Definition[Model] | None = None
    faults: tuple[DefinitionFault, ...] = ()


class Shelf(Generic[Model]):
    """Reads one folder of definitions again and again, and keeps the last good version of each.

    `read(name, files)` makes the model or raises InvalidDefinition. The methods that read block; `current` does not.
    """

    def __init__(
        self,
        kind: DefinitionKind,
        folder: Path,
        read: Callable[[str, Files], Definition[Model]],
        *,
        builtin: Mapping[str, Definition[Model]],
        is_name: Callable[[str], bool],
    ) -> None:
        self.kind = kind
        self.folder = folder
        self.builtin = builtin
        self.current: Snapshot[Model] = Snapshot(known=dict(builtin))
        self.read = read
        self.is_name = is_name
        self._entries: dict[str, _Read[Model]] = {}

    @property
    def plural(self) -> str:
        return self.folder.name

    def place(self, name: str) -> Path:
        """Where a definition of that name lies."""
        return self.folder / name

    def save(self, to: ConfigFolder, name: str, files: Files) -> None:
        """Put a definition in place of the one there is. Raises OSError, and then nothing has changed."""
        to.save(self.plural, name, files)

    def refresh(self, disabled: frozenset[str]) -> tuple[DefinitionChange, ...]:
        """Look at the folder, put in force what is good, and say what became different."""
        before = self.current
        try:
            names = self._names()
        except OSError as error:
            fault = DefinitionFault(path=self.plural, reason=f"cannot be read: {error.strerror or error}")
            self.current = Snapshot(before.known, before.own, disabled, {**before.faults, "": (fault,)})
            return self._changes(before)
        self._entries = {name: self._entry(name) for name in names}
        own = {name: entry.good for name, entry in self._entries.items() if entry.good is not None}
        faults = {name: entry.faults for name, entry in self._entries.items() if entry.faults}
        known = dict(sorted({**self.builtin, **own}.items()))
        self.current = Snapshot(known, own, disabled, faults)
        return self._changes(before)

    def read_all_anew(self) -> None:
        """Let the next look read every file, changed or not: what they are checked against has changed."""
        self._entries = {name: replace(entry, mark=None) for name, entry in self._entries.items()}

    def _names(self) -> list[str]:
        if not self.folder.exists():
            return []
        found = (
            path.name for path in self.folder.iterdir() if not path.name.startswith(".") and path.name not in _NOTES
        )
        return sorted(found)[:MAX_DEFINITIONS]

    def _entry(self, name: str) -> _Read[Model]:
        old = self._entries.get(name, _Read(mark=None))
        try:
            for _ in range(_TRIES):
                mark = fingerprint(self.place(name))
                if mark == old.mark:
                    return old
                entry = self._fresh(name, mark, old)
                if fingerprint(self.place(name)) == mark:
                    return entry
        except OSError as error:
            return self._broken(name, None, old, (DefinitionFault(path="", reason=error.strerror or str(error)),))
        return _Read(None, old.good, old.faults)  # it is being written at this moment: the next look reads it

    def _fresh(self, name: str, mark: Fingerprint, old: _Read[Model]) -> _Read[Model]:
        try:
            self._check_place(name)
            return _Read(mark, self.read(name, read_files(self.place(name))))
        except InvalidDefinition as error:
            return self._broken(name, mark, old, error.faults)

    def _check_place(self, name: str) -> None:
        if not self.is_name(name):
            reason = "is no name: lower case letters, digits and inner hyphens, at most 64 characters"
            raise InvalidDefinition([DefinitionFault(path="", reason=reason)])
        if not self.place(name).is_dir() or self.place(name).is_symlink():
            raise InvalidDefinition([DefinitionFault(path="", reason=f"is no folder; each {self.kind} is one")])

    def _placed(self, name: str, fault: DefinitionFault) -> DefinitionFault:
        """A fault of a definition, with its path seen from `config/`."""
        return fault.under(f"{self.plural}/{name}")

    def _broken(
        self, name: str, mark: Fingerprint | None, old: _Read[Model], faults: tuple[DefinitionFault, ...]
    ) -> _Read[Model]:
        placed = tuple(self._placed(name, fault) for fault in faults)
        if placed != old.faults:
            stays = "the last good version stays in force" if old.good or name in self.builtin else "it is left out"
            for fault in placed:
                _log.warning("definition refused, %s: %s", stays, fault)
        return _Read(mark, old.good, placed)

    def _changes(self, before: Snapshot[Model]) -> tuple[DefinitionChange, ...]:
        now = self.current
        names = sorted({*before.known, *before.faults, *now.known, *now.faults})
        return tuple(self._change(name) for name in names if _face(before, name) != _face(now, name))

    def _change(self, name: str) -> DefinitionChange:
        found = self.current.known.get(name)
        faults = self.current.faults.get(name, ())
        state = DefinitionState.READY
        if faults:
            state = DefinitionState.BROKEN
        elif found is None:
            state = DefinitionState.DELETED
        elif name in self.current.disabled:
            state = DefinitionState.DISABLED
        description = str(getattr(found.model, "description", "")) if found else ""
        builtin = found.builtin if found else False
        return DefinitionChange(
            kind=self.kind, name=name, state=state, description=description, builtin=builtin, faults=faults
        )


def _face(snapshot: Snapshot[Model], name: str) -> tuple[object, ...]:
    """What tells whether somebody who looks at a definition sees another one than before."""
    return (snapshot.known.get(name), name in snapshot.disabled, snapshot.faults.get(name, ()))
