"""ConfigLoader: reads all definitions under `config/`, reports every fault with file and line, watches for changes."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from machine.domain.definitions import DefinitionChange, DefinitionFault
from machine.registry.folders import ConfigFolder
from machine.registry.hand_edits import HandEdits, key_of
from machine.registry.shelf import Shelf
from machine.registry.switches import Switches
from machine.registry.watching import FolderWatch

Listener = Callable[[Sequence[DefinitionChange]], Awaitable[None]]

_log = logging.getLogger(__name__)


class ConfigLoader:
    """Keeps shelves up to date. What is read becomes visible whole: a shelf's snapshot is replaced, never changed.

    One lock lies around every look and every write of our own, so that no look meets a folder between two renames.
    """

    def __init__(self, root: Path, shelves: Sequence[Shelf[Any]]) -> None:
        self._hands = HandEdits(shelves)
        self.folder = ConfigFolder(root, lambda kind, name: self._hands.touched.add(key_of(kind, name)))
        self.switches = Switches(root)
        self._shelves = tuple(shelves)
        self._listeners: list[Listener] = []
        self._hand_listeners: list[Listener] = []
        self._also: list[Callable[[], Awaitable[None]]] = []
        self._lock = threading.Lock()
        self._in_order = asyncio.Lock()

    @property
    def faults(self) -> tuple[DefinitionFault, ...]:
        """Everything that is wrong now."""
        found = [fault for shelf in self._shelves for faults in shelf.current.faults.values() for fault in faults]
        return (*self.switches.faults, *found)

    def faults_of(self, shelf: Shelf[Any]) -> tuple[DefinitionFault, ...]:
        """What is wrong with one kind of definition, and with what switches it off."""
        found = [fault for faults in shelf.current.faults.values() for fault in faults]
        return (*self.switches.faults, *found)

    def listen(self, listener: Listener) -> None:
        """Call `listener` with what became different, after it is in force."""
        self._listeners.append(listener)

    def listen_to_hands(self, listener: Listener) -> None:
        """Call `listener` with what was changed by hand, after those who listen to everything."""
        self._hand_listeners.append(listener)

    def also(self, look: Callable[[], Awaitable[None]]) -> None:
        """Call `look` whenever something below the folder may have changed."""
        self._also.append(look)

    def digests(self) -> dict[str, str]:
        """A digest of each definition that lies there, by `kind/name`. Blocking."""
        with self._lock:
            return self._hands.digests()

    def open(self) -> None:
        """Finish what a crash left, and read everything for the first time. Blocking. Raises OSError."""
        with self._lock:
            self.folder.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.recover()
            self._look()
            self._hands.open()

    @contextmanager
    def writing(self) -> Iterator[ConfigFolder]:
        """The folder, while nobody reads it. For use in a thread, never across an await."""
        with self._lock:
            yield self.folder

    async def refresh(self) -> None:
        """Look now, and tell the listeners. What is on the disk is in force when this returns."""
        async with self._in_order:
            changes, by_hand = await asyncio.to_thread(self._locked_look)
            if not changes:
                return
            for listener in self._listeners:
                await listener(changes)
            if by_hand:
                for listener in self._hand_listeners:
                    await listener(by_hand)

    async def watch(self) -> None:
        """Keep up with changes made by hand, for as long as the machine runs."""
        watch = FolderWatch(self.folder.root)
        try:
            while True:
                await watch.changed()
                try:
                    await self.refresh()
                    for look in self._also:
                        await look()
                except OSError as error:
                    _log.warning("cannot look at %s: %s", self.folder.root, error)
        finally:
            watch.close()

    def _locked_look(self) -> tuple[Sequence[DefinitionChange], Sequence[DefinitionChange]]:
        """What has become different, and what of it somebody did by hand."""
        with self._lock:
            before = {shelf.plural: shelf.current for shelf in self._shelves}
            changes = self._look()
            return changes, self._hands.of(before, changes)

    def _look(self) -> tuple[DefinitionChange, ...]:
        self.switches.refresh()
        return tuple(change for shelf in self._shelves for change in shelf.refresh(self.switches.off(shelf.plural)))
