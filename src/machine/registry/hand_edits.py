"""Tells what people change under `config/` by hand from what the machine writes there itself. Blocking."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from machine.domain.definitions import DefinitionChange, InvalidDefinition, content_hash
from machine.registry.file_shelf import ENDING
from machine.registry.folders import Fingerprint, fingerprint, read_files
from machine.registry.shelf import Shelf, Snapshot

Key = tuple[str, str]
"""The kind in plural, and the name."""


def key_of(plural: str, entry: str) -> Key:
    """By what a definition is known whose file or folder is called `entry`."""
    return plural, entry.removesuffix(ENDING)


class HandEdits:
    """Used by the loader, under its lock: `touched` is filled by every write of ours, and emptied by each look."""

    def __init__(self, shelves: Sequence[Shelf[Any]]) -> None:
        self._shelves = shelves
        self._marks: dict[Key, Fingerprint | None] = {}
        self.touched: set[Key] = set()

    def open(self) -> None:
        """Everything is as it is."""
        self._marks = {(shelf.plural, name): _mark(shelf, name) for shelf, name in self._entries()}

    def of(self, before: Mapping[str, Snapshot[Any]], changes: Sequence[DefinitionChange]) -> list[DefinitionChange]:
        """Those of the changes that somebody has made by hand. A definition that reads otherwise only because another
        one has changed was changed by nobody."""
        found = [change for change in changes if self._by_hand(before, change)]
        self.touched.clear()
        return found

    def digests(self) -> dict[str, str]:
        """What lies there now: a digest by `kind/name`, and of what is switched off."""
        found = {f"{shelf.kind}/{name}": digest for shelf, name in self._entries() if (digest := _digest(shelf, name))}
        off = {f"{shelf.kind}/{name}": "off" for shelf in self._shelves for name in shelf.current.disabled}
        return {name: f"{found.get(name, '')}{off.get(name, '')}" for name in {**found, **off}}

    def _by_hand(self, before: Mapping[str, Snapshot[Any]], change: DefinitionChange) -> bool:
        shelf = next(shelf for shelf in self._shelves if shelf.kind is change.kind)
        key, mark = (shelf.plural, change.name), _mark(shelf, change.name)
        switched = (change.name in before[shelf.plural].disabled) is not (change.name in shelf.current.disabled)
        is_other = self._marks.get(key) != mark
        self._marks[key] = mark
        return key not in self.touched and (is_other or switched)

    def _entries(self) -> Iterator[tuple[Shelf[Any], str]]:
        for shelf in self._shelves:
            for name in {*shelf.current.own, *filter(None, shelf.current.faults)}:
                yield shelf, name


def _mark(shelf: Shelf[Any], name: str) -> Fingerprint | None:
    with contextlib.suppress(OSError):
        return fingerprint(shelf.place(name))
    return None


def _digest(shelf: Shelf[Any], name: str) -> str:
    """Empty when it cannot be read."""
    with contextlib.suppress(OSError, InvalidDefinition):
        return content_hash(read_files(shelf.place(name)))
    return ""
