"""Where definitions are kept: on this machine's disk, or with all machines of a fleet in their database."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

from machine.domain.definitions import Files
from machine.domain.errors import Conflict, NotFound, StoreError
from machine.registry.config_loader import ConfigLoader
from machine.registry.folders import read_files
from machine.registry.shelf import Shelf

_DISK_HINT: Final = "Free some disk space, or check the rights of the data folder; nothing was changed."


class Keeping(Protocol):
    """Changes definitions; what was changed is in force here when a method returns. `by` is the id of a user.

    `seen` is what `mark` gave when the definition was looked at. All raise StoreError, and Conflict where somebody
    else has changed the definition since.
    """

    def mark(self, shelf: Shelf[Any], name: str) -> int:
        """Tells which version is in force here."""
        ...

    async def put(
        self, shelf: Shelf[Any], name: str, files: Files, *, by: str, seen: int, replace_it: bool = True
    ) -> None:
        """Raises Conflict for a name that is taken, unless it may be replaced."""
        ...

    async def take_away(self, shelf: Shelf[Any], name: str, *, by: str, seen: int) -> None:
        """And what switches it off, unless one that comes with the program is left."""
        ...

    async def switch(self, shelf: Shelf[Any], name: str, *, by: str, enabled: bool) -> None: ...

    async def bring_back(self, shelf: Shelf[Any], name: str, *, by: str, seen: int) -> None:
        """Raises NotFound when there is none before it, InvalidDefinition when that has faults."""
        ...

    async def previous(self, shelf: Shelf[Any], name: str) -> Files | None:
        """The version before the last change. Raises InvalidDefinition for one that is none."""
        ...

    async def has_previous(self, shelf: Shelf[Any], name: str) -> bool: ...


class OnDisk:
    """For a machine that works alone: its files are all there is."""

    def __init__(self, loader: ConfigLoader) -> None:
        self._loader = loader
        self._one_at_a_time = asyncio.Lock()

    def mark(self, shelf: Shelf[Any], name: str) -> int:  # noqa: ARG002 - nobody else changes them
        return 0

    async def put(
        self,
        shelf: Shelf[Any],
        name: str,
        files: Files,
        *,
        by: str,  # noqa: ARG002 - files do not say who wrote them
        seen: int,  # noqa: ARG002 - as in `mark`
        replace_it: bool = True,
    ) -> None:
        def write() -> None:
            with self._loader.writing() as folder:
                if not replace_it:
                    check_free(shelf, name)
                shelf.save(folder, name, files)

        await self._change(shelf, write)

    async def take_away(self, shelf: Shelf[Any], name: str, *, by: str, seen: int) -> None:  # noqa: ARG002 - as in `put`
        def remove() -> None:
            with self._loader.writing() as folder:
                folder.delete(shelf.plural, shelf.place(name).name)
                if name not in shelf.builtin and name in shelf.current.disabled:
                    self._loader.switches.set(shelf.plural, name, disabled=False)

        await self._change(shelf, remove)

    async def switch(self, shelf: Shelf[Any], name: str, *, by: str, enabled: bool) -> None:  # noqa: ARG002 - as in `put`
        def switch() -> None:
            with self._loader.writing() as folder:
                folder.touched(shelf.plural, name)
                self._loader.switches.set(shelf.plural, name, disabled=not enabled)

        await self._change(shelf, switch)

    async def bring_back(self, shelf: Shelf[Any], name: str, *, by: str, seen: int) -> None:  # noqa: ARG002 - as in `put`
        def bring() -> None:
            with self._loader.writing() as folder:
                previous = self._previous(shelf, name)
                if not os.path.lexists(previous):
                    raise nothing_before(name)
                files = read_files(previous)
                shelf.read(name, files)
                if os.path.lexists(shelf.place(name)):
                    shelf.save(folder, name, files)
                else:
                    folder.bring_back(shelf.plural, previous.name)

        await self._change(shelf, bring)

    async def previous(self, shelf: Shelf[Any], name: str) -> Files | None:
        def read() -> Files | None:
            try:
                return read_files(self._previous(shelf, name))
            except OSError:
                return None

        return await asyncio.to_thread(read)

    async def has_previous(self, shelf: Shelf[Any], name: str) -> bool:
        return await asyncio.to_thread(os.path.lexists, self._previous(shelf, name))

    async def _change(self, shelf: Shelf[Any], write: Callable[[], None]) -> None:
        """Write in a thread, then put in force. What is wrong with the disk becomes a StoreError."""
        async with self._one_at_a_time:
            try:
                await asyncio.to_thread(write)
            except OSError as error:
                message = f"The {shelf.kind} could not be saved: {error.strerror or error}."
                raise StoreError(message, hint=_DISK_HINT) from error
            await self._loader.refresh()

    def _previous(self, shelf: Shelf[Any], name: str) -> Path:
        return self._loader.folder.previous(shelf.plural, shelf.place(name).name)


def check_free(shelf: Shelf[Any], name: str) -> None:
    """Raises Conflict. Blocking."""
    if name in shelf.builtin or os.path.lexists(shelf.place(name)):
        raise Conflict(f"There is {shelf.kind} {name} already.", hint="Take another name, or replace it.")


def nothing_before(name: str) -> NotFound:
    return NotFound(f"There is no version of {name} before this one.", hint="Export versions to keep them.")
