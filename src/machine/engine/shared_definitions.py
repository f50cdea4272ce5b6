"""The definitions of a fleet on one of its machines: fetched from the database, and what is changed here put there."""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from machine.auth.secrets import SUFFIX, Secrets
from machine.domain.definition_version import SEALED, DefinitionVersion, NewVersion, SharedKind
from machine.domain.definitions import DefinitionChange, DefinitionState
from machine.domain.errors import Conflict, MachineError, StoreError
from machine.domain.ids import new_id
from machine.ports import DefinitionStore, Notes, Pokes
from machine.ports.pokes import DEFINITIONS
from machine.registry.config_loader import ConfigLoader
from machine.registry.replica import Edit, Key, Placed, Replica

LOOK_SECONDS: Final = 2.0
"""Between two looks into the database, where no poke says that something changed."""
_WITHOUT_CONTENT: Final = (SharedKind.SWITCH, SharedKind.ORIGIN)

_log = logging.getLogger(__name__)


class SharedDefinitions:
    """One for the process. The database says what counts; `replica` is what lies here of it."""

    def __init__(
        self,
        *,
        store: DefinitionStore,
        replica: Replica,
        loader: ConfigLoader,
        sealed: Mapping[SharedKind, Secrets],
        pokes: Pokes,
        notes: Notes,
        machine_id: str,
    ) -> None:
        """`sealed` are those of each kind of `SEALED`; `notes` are those that all machines share."""
        self._store = store
        self._replica = replica
        self._loader = loader
        self._sealed = sealed
        self._pokes = pokes
        self._notes = notes
        self._machine_id = machine_id
        self._lock = asyncio.Lock()
        self._edited = False
        self._trouble = ""
        self._from_elsewhere: frozenset[tuple[str, str]] = frozenset()
        loader.listen_to_hands(self.by_hand)
        for kind, secrets in sealed.items():
            secrets.share_with(partial(self.share, kind))

    def version_of(self, kind: SharedKind, name: str) -> int:
        """The version that lies here; 0 when there never was one."""
        placed = self._replica.placed.get((kind, name))
        return 0 if placed is None else placed.version

    def versions(self) -> Iterable[tuple[Key, int]]:
        """Of everything that lies here, or lay here."""
        return [(key, placed.version) for key, placed in self._replica.placed.items()]

    def comes_from_elsewhere(self, change: DefinitionChange) -> bool:
        """Whether another machine has made a change that is coming into force here, and tells everybody of it."""
        is_theirs = (change.kind.value, change.name) in self._from_elsewhere
        return is_theirs and change.state is not DefinitionState.BROKEN

    @contextlib.asynccontextmanager
    async def steady(self) -> AsyncIterator[int]:
        """While the block runs, nothing new comes into force: all up to the version that it gets is."""
        async with self._lock:
            yield self._replica.up_to

    async def join(self) -> None:
        """At the start: fetch what there is. The first machine of a fleet brings its own; another one's own are set
        aside where they differ; one that was here before brings what was edited meanwhile. Raises StoreError."""
        fleet = await self._notes.settle("fleet", new_id("fleet"))
        async with self._lock, _disk_faults():
            newest = await self._store.newest()
            if await asyncio.to_thread(self._replica.open, fleet, newest):
                edits = await asyncio.to_thread(self._edits)
                for gone in (edit for edit in edits if edit.content is None):
                    del self._replica.placed[gone.kind, gone.name]  # is fetched again, and not deleted everywhere
                missed = [head for head in await self._store.changed(0) if self._was_missed(head)]
                newer = {head.key for head in missed}
                await self._bring([one for one in edits if one.content is not None and one.key not in newer])
                await self._put_in_force(missed)
            elif await self._store.found(self._origin()):
                _log.info("%s founds a fleet, with the definitions that it has", self._machine_id)
                await asyncio.to_thread(self._replica.keep)
                await self._bring(await asyncio.to_thread(self._edits))
            else:
                await self._catch_up()
                await self._set_aside()
            await self._catch_up()
            await asyncio.to_thread(self._replica.keep)

    async def catch_up(self) -> None:
        """Put in force what is newer in the database. Raises StoreError."""
        async with self._lock, _disk_faults():
            await self._catch_up()

    async def by_hand(self, _changes: Sequence[DefinitionChange]) -> None:
        """Somebody has edited files."""
        self._edited = True
        self._pokes.poke(DEFINITIONS)

    async def watch(self) -> None:
        """Keep up with the others, for as long as the machine runs."""
        listening = self._pokes.listen(DEFINITIONS)
        try:
            while True:
                await listening.wait(LOOK_SECONDS)
                try:
                    async with self._lock, _disk_faults():
                        await self._look()
                    self._trouble = ""
                except MachineError as error:
                    if error.message != self._trouble:
                        _log.warning("definitions are not up to date: %s", error.message)
                    self._trouble = error.message
        finally:
            listening.close()

    async def store(
        self, kind: SharedKind, name: str, digest: str, content: bytes | None, *, by: str, seen: int | None
    ) -> None:
        """Make a version, in force here when this returns. Raises StoreError, and Conflict as `DefinitionStore.add`."""
        try:
            await self._store.add(self._new(kind, name, digest, content, by=by), after=seen)
        except Conflict:
            await self.catch_up()  # who looks at it again sees what is there now
            raise
        self._pokes.poke(DEFINITIONS)
        await self.catch_up()

    async def share(self, kind: SharedKind, name: str, sealed: bytes | None, by: str) -> None:
        """A sealed file is about to be written here, or deleted. Raises StoreError, Conflict."""
        digest = "" if sealed is None else _digest(sealed)
        new = self._new(kind, name, digest, sealed, by=by)
        version = await self._store.add(new, after=self.version_of(kind, name))
        self._replica.placed[new.kind, name] = Placed(version=version, content_hash=digest)
        self._pokes.poke(DEFINITIONS)

    # --- under the lock ---

    async def _look(self) -> None:
        if self._edited:
            self._edited = False
            try:
                newer = {head.key for head in await self._store.changed(self._replica.up_to)}
                edits = await asyncio.to_thread(self._replica.edits)
                # What is to be put here yet may be missing for that reason.
                await self._bring([one for one in edits if one.content_hash or one.key not in newer])
            except BaseException:
                self._edited = True
                raise
        await self._catch_up()

    async def _bring(self, edits: Sequence[Edit]) -> None:
        """Make versions of what was edited here; they count whatever others have done meanwhile."""
        for edit in edits:
            new = self._new(edit.kind, edit.name, edit.content_hash, edit.content, by="")
            version = await self._store.add(new, after=None)
            self._replica.placed[edit.kind, edit.name] = Placed(version=version, content_hash=edit.content_hash)
            _log.info("%s %s of this machine is the fleet's version %d now", edit.kind, edit.name, version)
        if edits:
            self._pokes.poke(DEFINITIONS)

    async def _catch_up(self) -> None:
        await self._put_in_force(await self._store.changed(self._replica.up_to))

    async def _put_in_force(self, heads: Sequence[DefinitionVersion]) -> None:
        if not heads:
            return
        self._from_elsewhere = frozenset(_told_as(head) for head in heads if head.machine_id != self._machine_id)
        try:
            for head in heads:
                await self._place(head)
            await self._loader.refresh()
        finally:
            self._from_elsewhere = frozenset()
        self._replica.up_to = max(self._replica.up_to, heads[-1].version)
        await asyncio.to_thread(self._replica.keep)

    def _was_missed(self, head: DefinitionVersion) -> bool:
        """Also where the machine went past it: with an older program, which did not know its kind."""
        return head.version > min(self._replica.up_to, self.version_of(*head.key))

    async def _place(self, head: DefinitionVersion) -> None:
        if self.version_of(*head.key) > head.version:
            return  # somebody has changed it here in this moment
        wanted = not head.is_gone and head.kind not in _WITHOUT_CONTENT
        content = await self._store.content(head.version) if wanted else None
        if wanted and content is None:
            return  # there is a newer one by now, which the next look finds
        if head.kind in SEALED:
            await self._place_sealed(self._sealed[head.kind], head, content)
        else:
            await asyncio.to_thread(self._replica.place, head, content)

    async def _place_sealed(self, secrets: Secrets, head: DefinitionVersion, sealed: bytes | None) -> None:
        lies = (await asyncio.to_thread(secrets.sealed)).get(head.name)
        digest, before = "" if lies is None else _digest(lies), self._replica.placed.get(head.key)
        if digest != head.content_hash:
            if lies is not None and (before is None or before.content_hash != digest):
                await asyncio.to_thread(self._put_aside, secrets, head.name, lies)
            await secrets.take_in(head.name, sealed)
        self._replica.placed[head.key] = Placed(version=head.version, content_hash=head.content_hash)

    async def _set_aside(self) -> None:
        """What this machine has brought to a fleet that knows nothing of it."""
        known = {key for key, placed in self._replica.placed.items() if placed.content_hash}
        await asyncio.to_thread(self._replica.set_aside_all_but, known)
        await self._loader.refresh()
        for kind, secrets in self._sealed.items():
            for name, sealed in (await asyncio.to_thread(secrets.sealed)).items():
                if (kind, name) not in known:
                    await asyncio.to_thread(self._put_aside, secrets, name, sealed)
                    await secrets.take_in(name, None)

    def _put_aside(self, secrets: Secrets, name: str, sealed: bytes) -> None:
        self._replica.put_aside(secrets.folder.name, f"{name}{SUFFIX}", sealed)

    def _edits(self) -> list[Edit]:
        """What lies here otherwise than it was put here, sealed files as well. Blocking. Raises OSError."""
        return [*self._replica.edits(), *self._sealed_anew()]

    def _sealed_anew(self) -> Iterator[Edit]:
        for kind, secrets in self._sealed.items():
            placed = {of: said.content_hash for (its, of), said in self._replica.placed.items() if its is kind}
            lies = secrets.sealed()
            for name, sealed in lies.items():
                if placed.get(name) != (digest := _digest(sealed)):
                    yield Edit(kind, name, digest, sealed)
            for name in (name for name, digest in placed.items() if digest and name not in lies):
                yield Edit(kind, name, "", None)

    def _new(self, kind: SharedKind, name: str, digest: str, content: bytes | None, *, by: str) -> NewVersion:
        return NewVersion(
            kind=kind, name=name, content_hash=digest, content=content, author=by, machine_id=self._machine_id
        )

    def _origin(self) -> NewVersion:
        return self._new(SharedKind.ORIGIN, "", "founded", None, by="")


def _told_as(head: DefinitionVersion) -> tuple[str, str]:
    """Kind and name of the definition that others hear of when this comes into force."""
    if head.kind is not SharedKind.SWITCH:
        return head.kind.value, head.name
    plural, _, name = head.name.partition("/")
    return plural.removesuffix("s"), name


def _digest(sealed: bytes) -> str:
    return f"sha256:{hashlib.sha256(sealed).hexdigest()}"


@contextlib.asynccontextmanager
async def _disk_faults() -> AsyncIterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"The fleet's definitions cannot be written here: {error.strerror or error}.",
            hint="Free some disk space, or check the rights of the data folder.",
        ) from error
