"""Definitions that are kept with all machines of a fleet: each change is a version in the database."""

import asyncio
from typing import Any

from machine.domain.definition_version import SharedKind
from machine.domain.definitions import Files, content_hash
from machine.engine.keeping import check_free, nothing_before
from machine.engine.shared_definitions import SharedDefinitions
from machine.ports import DefinitionStore
from machine.registry.archives import packed
from machine.registry.replica import OFF, files_of, switch_of
from machine.registry.shelf import Shelf


class FleetKeeping:
    """`machine.engine.keeping.Keeping` says what each method promises."""

    def __init__(self, shared: SharedDefinitions, store: DefinitionStore) -> None:
        self._shared = shared
        self._store = store

    def mark(self, shelf: Shelf[Any], name: str) -> int:
        return self._shared.version_of(_kind(shelf), name)

    async def put(
        self, shelf: Shelf[Any], name: str, files: Files, *, by: str, seen: int, replace_it: bool = True
    ) -> None:
        if not replace_it:
            await asyncio.to_thread(check_free, shelf, name)
        digest, content = await asyncio.to_thread(lambda: (content_hash(files), packed("", files)))
        await self._shared.store(_kind(shelf), name, digest, content, by=by, seen=seen)

    async def take_away(self, shelf: Shelf[Any], name: str, *, by: str, seen: int) -> None:
        is_off = name not in shelf.builtin and name in shelf.current.disabled
        await self._shared.store(_kind(shelf), name, "", None, by=by, seen=seen)
        if is_off:
            await self.switch(shelf, name, by=by, enabled=True)

    async def switch(self, shelf: Shelf[Any], name: str, *, by: str, enabled: bool) -> None:
        switch = switch_of(shelf.plural, name)
        digest, content = ("", None) if enabled else (OFF, b"")
        await self._shared.store(SharedKind.SWITCH, switch, digest, content, by=by, seen=None)

    async def bring_back(self, shelf: Shelf[Any], name: str, *, by: str, seen: int) -> None:
        files = await self.previous(shelf, name)
        if files is None:
            raise nothing_before(name)
        await asyncio.to_thread(shelf.read, name, files)
        await self.put(shelf, name, files, by=by, seen=seen)

    async def previous(self, shelf: Shelf[Any], name: str) -> Files | None:
        versions = await self._store.last_two(_kind(shelf), name)
        content = await self._store.content(versions[1].version) if len(versions) > 1 else None
        return None if content is None else await asyncio.to_thread(files_of, content)

    async def has_previous(self, shelf: Shelf[Any], name: str) -> bool:
        return len(await self._store.last_two(_kind(shelf), name)) > 1


def _kind(shelf: Shelf[Any]) -> SharedKind:
    return SharedKind(shelf.kind.value)
