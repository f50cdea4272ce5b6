"""What can be done with one kind of definition, once its files are there: preview, save, switch, take back, export."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Generic

from machine.domain.definitions import (
    Definition,
    DefinitionFault,
    Files,
    Model,
    Preview,
    invalid,
)
from machine.domain.errors import ChangedMeanwhile, Conflict, Forbidden, NotFound
from machine.domain.principal import Principal
from machine.engine.keeping import Keeping
from machine.registry.archives import packed
from machine.registry.config_loader import ConfigLoader
from machine.registry.inspection import commands_of, file_infos
from machine.registry.shelf import Shelf
from machine.registry.uploads import Draft, Take, Upload

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seen(Generic[Model]):
    """What a draft would become."""

    definition: Definition[Model]
    preview: Preview


@dataclass(frozen=True)
class Standing(Generic[Model]):
    """A definition and how it stands: what is in force, and what is wrong with the newest version of its files."""

    definition: Definition[Model]
    preview: Preview
    enabled: bool
    revertible: bool
    """Whether there is a version before the last save."""
    faults: tuple[DefinitionFault, ...]


class DefinitionDesk(Generic[Model]):
    """One kind of definition. What changes something is for administrators and raises Forbidden for others."""

    def __init__(
        self,
        loader: ConfigLoader,
        shelf: Shelf[Model],
        *,
        keeping: Keeping,
        take: Take,
        tools: Callable[[Model], tuple[str, ...]] = lambda _: (),
        remarks: Callable[[Model], list[str]] = lambda _: [],
        needed: frozenset[str] = frozenset(),
    ) -> None:
        self._loader = loader
        self._shelf = shelf
        self._take = take
        self._tools = tools
        self._remarks = remarks
        self._needed = needed
        self._keeping = keeping
        self._one_save_at_a_time = asyncio.Lock()

    @property
    def known(self) -> dict[str, Definition[Model]]:
        """All there are, disabled ones included, by name."""
        return dict(self._shelf.current.known)

    @property
    def disabled(self) -> frozenset[str]:
        return self._shelf.current.disabled

    @property
    def faults(self) -> tuple[DefinitionFault, ...]:
        """What is wrong with the files of this kind, now."""
        return self._loader.faults_of(self._shelf)

    def overrides_builtin(self, name: str) -> bool:
        """Whether one of our own stands for one that comes with the program."""
        found = self._shelf.current.known.get(name)
        return found is not None and not found.builtin and name in self._shelf.builtin

    def get(self, name: str) -> Definition[Model]:
        """Raises NotFound."""
        found = self._shelf.current.known.get(name)
        if found is None:
            hint = f"There are: {', '.join(self.known)}." if self.known else "There is none yet."
            raise NotFound(f"There is no {self._shelf.kind} called {name!r}.", hint=hint)
        return found

    def check_there(self, name: str) -> None:
        """Raises NotFound unless there is one, be it broken."""
        if name not in self._shelf.current.faults:
            self.get(name)

    def files_of(self, name: str) -> Files:
        """The files in force; none for a name that is new."""
        found = self._shelf.current.known.get(name)
        return found.files if found is not None else {}

    async def standing(self, name: str) -> Standing[Model]:
        """Raises NotFound."""
        found = self.get(name)
        snapshot = self._shelf.current
        preview = await asyncio.to_thread(self._preview, found)
        revertible = await self._keeping.has_previous(self._shelf, name)
        faults = snapshot.faults.get(name, ())
        return Standing(found, preview, name not in snapshot.disabled, revertible, faults)

    async def taken(self, uploads: Sequence[Upload]) -> Draft:
        """The draft in what was sent. Raises InvalidDefinition."""
        return await asyncio.to_thread(self._take, uploads)

    async def look(self, draft: Draft, by: Principal) -> Seen[Model]:
        """What would be saved. Raises InvalidDefinition, Forbidden."""
        self.check_may_change(by)

        def seen() -> Seen[Model]:
            checked = self._checked(draft, by)
            return Seen(checked, self._preview(checked))

        return await asyncio.to_thread(seen)

    async def preview(self, draft: Draft, by: Principal) -> Preview:
        """What would be saved, without the model. Raises InvalidDefinition, Forbidden."""
        return (await self.look(draft, by)).preview

    async def save(
        self,
        draft: Draft,
        by: Principal,
        *,
        replace_it: bool = False,
        expected_hash: str | None = None,
        began_from: str | None = None,
    ) -> Definition[Model]:
        """Check a draft and put it in force. With `expected_hash`, only what a preview with that hash has shown.

        With `began_from`, only in place of the version with that hash. Raises InvalidDefinition, ChangedMeanwhile,
        Conflict when the name is taken and `replace_it` is not set, Forbidden, StoreError.
        """
        self.check_may_change(by)
        async with self._one_save_at_a_time:
            seen = self._keeping.mark(self._shelf, draft.name)
            if began_from is not None:
                await asyncio.to_thread(self._check_unchanged, draft.name, began_from)
            checked = await asyncio.to_thread(self._checked, draft, by)
            if expected_hash is not None and checked.content_hash != expected_hash:
                raise Conflict("This is not what the preview has shown.", hint="Look at the preview again.")
            async with self._kept(checked, by) as kept:
                name, files = kept.name, kept.files
                await self._keeping.put(self._shelf, name, files, by=by.user_id, seen=seen, replace_it=replace_it)
        _log.info("%s %s was saved by %s: %s", self._shelf.kind, checked.name, by.user_id, checked.content_hash)
        return self.get(checked.name)

    async def delete(self, name: str, by: Principal) -> None:
        """Take a definition away; one that comes with the program is in force again. Raises NotFound, Conflict."""
        self.check_may_change(by)
        seen = self._keeping.mark(self._shelf, name)
        if not await asyncio.to_thread(os.path.lexists, self._shelf.place(name)):
            self.get(name)
            raise Conflict(f"{name} comes with the program and cannot be deleted.", hint="Disable it instead.")
        if name not in self._shelf.builtin:
            self._check_not_needed(name)
        await self._keeping.take_away(self._shelf, name, by=by.user_id, seen=seen)
        _log.info("%s %s was deleted by %s", self._shelf.kind, name, by.user_id)

    async def switch(self, name: str, by: Principal, *, enabled: bool) -> Definition[Model]:
        """Disable or enable. Raises NotFound, Conflict for one that the machine needs."""
        self.check_may_change(by)
        found = self.get(name)
        if not enabled:
            self._check_not_needed(name)
        await self._keeping.switch(self._shelf, name, by=by.user_id, enabled=enabled)
        _log.info("%s %s was %s by %s", self._shelf.kind, name, "enabled" if enabled else "disabled", by.user_id)
        return found

    async def revert(self, name: str, by: Principal) -> Definition[Model]:
        """Bring back the version before the last save or deletion; once more, and the newer one is back.

        Raises NotFound when there is none, InvalidDefinition when it has faults itself.
        """
        self.check_may_change(by)
        seen = self._keeping.mark(self._shelf, name)
        await self._keeping.bring_back(self._shelf, name, by=by.user_id, seen=seen)
        _log.info("the previous version of %s %s was brought back by %s", self._shelf.kind, name, by.user_id)
        return self.get(name)

    async def export(self, name: str, by: Principal) -> bytes:
        """A zip of the version in force, in a folder of its name. Raises NotFound, Forbidden."""
        self.check_may_change(by)
        found = self.get(name)
        return await asyncio.to_thread(packed, name, found.files)

    @asynccontextmanager
    async def _kept(self, checked: Definition[Model], by: Principal) -> AsyncIterator[Definition[Model]]:  # noqa: ARG002 - as below
        """While the block saves it: what of a definition goes into its files, for kinds that keep a part elsewhere."""
        yield checked

    def _checked(self, draft: Draft, by: Principal) -> Definition[Model]:  # noqa: ARG002 - kinds with owners use it
        """What a draft is, found good. Blocking. Raises InvalidDefinition."""
        if not self._shelf.is_name(draft.name):
            reason = "has to be lower case letters, digits and inner hyphens, at most 64 characters"
            raise invalid("", f"{reason}; give a name" if not draft.name else reason, field="name")
        found = self._shelf.read(draft.name, draft.files)
        return replace(found, warnings=(*draft.warnings, *found.warnings))

    def _preview(self, found: Definition[Model]) -> Preview:
        model: Any = found.model
        infos = file_infos(found.files)
        return Preview(
            kind=self._shelf.kind,
            name=found.name,
            description=model.description,
            profile=getattr(model, "profile", None),
            files=infos,
            tools=self._tools(found.model),
            scripts=tuple(info.path for info in infos if info.script),
            executables=tuple(info.path for info in infos if info.executable),
            commands=commands_of(found.files),
            content_hash=found.content_hash,
            warnings=(*found.warnings, *self._remarks(found.model)),
            exists=found.name in self._shelf.current.known,
            overrides_builtin=not found.builtin and found.name in self._shelf.builtin,
        )

    def _check_unchanged(self, name: str, began_from: str) -> None:
        """Blocking. Raises ChangedMeanwhile."""
        found = self._shelf.current.known.get(name)
        if found is None or found.content_hash != began_from:
            message = f"The {self._shelf.kind} {name} was changed by somebody else since you began."
            raise ChangedMeanwhile(message, hint="Look at what is there now, and change that.")

    def _check_not_needed(self, name: str) -> None:
        if name in self._needed:
            raise Conflict(f"The machine needs the {self._shelf.kind} {name}.", hint="Choose another default first.")

    def check_may_change(self, by: Principal) -> None:
        """Raises Forbidden for all but administrators."""
        if not by.is_administrator:
            raise Forbidden(f"Only administrators may change {self._shelf.plural}.", hint=by.how_to_administer)
