"""What the database of a fleet holds of definitions, as it lies under this machine's `config/`. Everything blocks.

A file beside them, `.fleet.json`, says which version of each was put there last: what differs from it was changed by
hand. What a newer version would replace before anybody has taken it in is set aside, under `.aside/`, and not lost.
"""

import json
import logging
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from machine.domain.definition_version import DefinitionVersion, SharedKind
from machine.domain.definitions import Files, InvalidDefinition, content_hash, invalid
from machine.registry.archives import packed, unpacked
from machine.registry.config_loader import ConfigLoader
from machine.registry.folders import ASIDE, ConfigFolder, read_files, replace_file, write_file
from machine.registry.shelf import Shelf
from machine.registry.switches import FILE_NAME

STATE_FILE: Final = ".fleet.json"
OFF: Final = "off"
"""Stands for the content of a switch."""
_SWITCHED: Final = ("agents", "skills", "webhooks")
_UNREADABLE: Final = "unreadable"

Key = tuple[SharedKind, str]

_log = logging.getLogger(__name__)


class Placed(BaseModel):
    """A version as it was put here. An empty hash: nothing of that name."""

    version: int
    content_hash: str


class _State(BaseModel):
    """What `.fleet.json` says. A key is `kind/name`."""

    fleet: str
    up_to: int
    placed: dict[str, Placed]


@dataclass(frozen=True)
class Edit:
    """What somebody has changed here by hand. Without `files`, it was taken away, or switched on."""

    kind: SharedKind
    name: str
    content_hash: str
    content: bytes | None

    @property
    def key(self) -> Key:
        return self.kind, self.name


class Replica:
    """Used by one at a time."""

    def __init__(self, loader: ConfigLoader, shelves: Sequence[Shelf[Any]]) -> None:
        self._loader = loader
        self._shelves: Mapping[SharedKind, Shelf[Any]] = {SharedKind(shelf.kind.value): shelf for shelf in shelves}
        self._file = loader.folder.root / STATE_FILE
        self._fleet = ""
        self.up_to = 0
        """All versions up to this one were put in place."""
        self.placed: dict[Key, Placed] = {}

    def open(self, fleet: str, newest: int) -> bool:
        """Recall what was put here last. False where that was of another fleet, of a later time, or nothing."""
        self._fleet, self.up_to, self.placed = fleet, 0, {}
        try:
            state = _State.model_validate_json(self._file.read_bytes())
            placed = {key: said for name, said in state.placed.items() if (key := _key_of(name)) is not None}
        except FileNotFoundError:
            return False
        except (OSError, ValidationError) as error:
            _log.warning("%s cannot be read, and is made anew: %s", self._file, error)
            return False
        if state.fleet != fleet or state.up_to > newest:
            return False
        self.up_to, self.placed = state.up_to, placed
        return True

    def keep(self) -> None:
        """Write down what lies here. Raises OSError."""
        placed = {f"{kind}/{name}": said for (kind, name), said in dict(self.placed).items()}
        state = _State(fleet=self._fleet, up_to=self.up_to, placed=placed)
        replace_file(self._file, (json.dumps(state.model_dump(), indent=1, sort_keys=True) + "\n").encode())

    def place(self, version: DefinitionVersion, content: bytes | None) -> None:
        """Put a version in its place. Raises OSError. One that cannot be read here leaves all as it is."""
        lies = version.content_hash
        try:
            with self._loader.writing() as folder:
                if version.kind is SharedKind.SWITCH:
                    self._switch(folder, version)
                elif (shelf := self._shelves.get(version.kind)) is not None:
                    lies = self._put(folder, shelf, version, content)
        except InvalidDefinition as error:
            _log.error("version %d of %s %s cannot be used: %s", version.version, *version.key, error.message)
            lies = self._lies(version.kind, version.name) or ""
        self.placed[version.key] = Placed(version=version.version, content_hash=lies)

    def edits(self) -> list[Edit]:
        """What lies here otherwise than it was put here, and is good, and what lies here no more."""
        with self._loader.writing():
            found = [edit for kind, shelf in self._shelves.items() for edit in self._edited(kind, shelf)]
            found += [Edit(*gone, "", None) for gone in self._gone()]
            return found + list(self._switched())

    def set_aside_all_but(self, known: Collection[Key]) -> None:
        """Set aside what lies here and the fleet does not know. Raises OSError."""
        with self._loader.writing() as folder:
            for kind, shelf in self._shelves.items():
                for name in {*shelf.current.own, *filter(None, shelf.current.faults)}:
                    if (kind, name) not in known and os.path.lexists(shelf.place(name)):
                        self._set_aside(folder, shelf.plural, shelf.place(name).name)
            if self._loader.switches.faults:
                self._set_aside_switches(folder)
            for plural, name in self._off():
                if (SharedKind.SWITCH, f"{plural}/{name}") not in known:
                    _log.warning("%s %s was switched off here, and is on in the fleet", plural, name)
                    folder.touched(plural, name)
                    self._loader.switches.set(plural, name, disabled=False)

    def put_aside(self, kind: str, name: str, content: bytes) -> None:
        """Keep what is about to be replaced in a file. Raises OSError."""
        target = self._loader.folder.root / ASIDE / _label() / kind / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file(target, content)
        _log.warning("%s %s differs from the fleet's, and is kept as %s", kind, name, target)

    # --- one definition ---

    def _put(self, folder: ConfigFolder, shelf: Shelf[Any], version: DefinitionVersion, content: bytes | None) -> str:
        """Returns the hash of what lies there then. Raises InvalidDefinition, OSError."""
        if not shelf.is_name(version.name):
            raise invalid("", "is no name for it")
        files = None if version.is_gone else files_of(content or b"")
        if files is not None and content_hash(files) != version.content_hash:
            raise invalid("", "it is not whole")
        lies, before = self._lies(version.kind, version.name), self.placed.get(version.key)
        if lies == version.content_hash:
            return lies
        place = shelf.place(version.name)
        if lies is not None and (before is None or lies != before.content_hash):
            self._set_aside(folder, shelf.plural, place.name)
        if files is not None:
            shelf.save(folder, version.name, files)
        elif os.path.lexists(place):
            folder.delete(shelf.plural, place.name)
        return version.content_hash

    def _lies(self, kind: SharedKind, name: str) -> str | None:
        """The hash of what lies there now; None: nothing."""
        shelf = self._shelves.get(kind)
        if shelf is None or not os.path.lexists(shelf.place(name)):
            return None
        try:
            return content_hash(read_files(shelf.place(name)))
        except (InvalidDefinition, OSError):
            return _UNREADABLE

    def _edited(self, kind: SharedKind, shelf: Shelf[Any]) -> Iterator[Edit]:
        for name, found in shelf.current.own.items():
            before = self.placed.get((kind, name))
            digest = found.content_hash
            if name in shelf.current.faults or (before is not None and before.content_hash == digest):
                continue
            if self._lies(kind, name) == digest:  # and not what was in force before this moment
                yield Edit(kind, name, digest, packed("", found.files))

    def _gone(self) -> Iterator[Key]:
        for (kind, name), before in tuple(self.placed.items()):
            shelf = self._shelves.get(kind)
            if shelf is None or not before.content_hash or "" in shelf.current.faults:
                continue
            if not os.path.lexists(shelf.place(name)):
                yield kind, name

    # --- what is switched off ---

    def _switched(self) -> Iterator[Edit]:
        if self._loader.switches.faults:
            return
        off = {f"{plural}/{name}" for plural, name in self._off()}
        placed = tuple(self.placed.items())
        known = {name for (kind, name), said in placed if kind is SharedKind.SWITCH and said.content_hash}
        for name in sorted(off - known):
            yield Edit(SharedKind.SWITCH, name, OFF, b"")
        for name in sorted(known - off):
            yield Edit(SharedKind.SWITCH, name, "", None)

    def _off(self) -> list[tuple[str, str]]:
        return [(plural, name) for plural in _SWITCHED for name in sorted(self._loader.switches.off(plural))]

    def _switch(self, folder: ConfigFolder, version: DefinitionVersion) -> None:
        plural, _, name = version.name.partition("/")
        switches = self._loader.switches
        switches.refresh()
        if switches.faults:
            self._set_aside_switches(folder)
        if plural in _SWITCHED and (name in switches.off(plural)) is version.is_gone:
            folder.touched(plural, name)
            switches.set(plural, name, disabled=not version.is_gone)

    def _set_aside_switches(self, folder: ConfigFolder) -> None:
        self._set_aside(folder, "", FILE_NAME)
        self._loader.switches.refresh()

    def _set_aside(self, folder: ConfigFolder, plural: str, entry: str) -> None:
        target = folder.set_aside(plural, entry, _label())
        _log.warning("config/%s differs from the fleet's, and is kept as %s", Path(plural, entry), target)


def files_of(content: bytes) -> Files:
    """The files of a version. Raises InvalidDefinition."""
    return unpacked(content, "what the fleet has stored")


def switch_of(plural: str, name: str) -> str:
    """What the switch of a definition is called."""
    return f"{plural}/{name}"


def _key_of(said: str) -> Key | None:
    """None: a newer program has put it there, and this one does not know what it is."""
    kind, _, name = said.partition("/")
    return (SharedKind(kind), name) if kind in set(SharedKind) else None


def _label() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S-%fZ")
