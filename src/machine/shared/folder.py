"""The port `SharedFolder`, on a folder that all machines see.

`<shared>/snapshots/<conversation_id>/<sha256>`: manifests and archives, each under its own hash, so that a file is what
its name says or is worth nothing. A manifest names the archives of one version; which manifest counts, the database
says. Two versions may name the same archive.
"""

import asyncio
import contextlib
import re
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Final, TypeVar
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

from machine.domain.aio import spawn
from machine.domain.code import REPO_FOLDER
from machine.domain.errors import MachineError, SnapshotLost, StoreError, TooLarge
from machine.domain.snapshot import ClonePart, Snapshot
from machine.ports import CLONE_PACK, SET_ASIDE, Belongings, Local, Packed, Part, Unpacked
from machine.shared.archive import Archive, copy_checked, reading, stored, unpack
from machine.shared.bookkeeping import Bookkeeping, FilesOfAgents, NoOthers, swap
from machine.shared.selecting import of_session, selection
from machine.shared.walking import NOTHING, Abandoned, Abort, mark_of

MAX_MANIFEST_BYTES: Final = 16 * 1024 * 1024
_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]{1,80}")
T = TypeVar("T")


class _Manifest(BaseModel):
    model_config = ConfigDict(frozen=True)

    workspace: Part
    transcript: Part
    clone: ClonePart | None = None


class SharedFiles:
    """One for the machine. Work on files runs in threads, and is given up when nobody waits for it any more."""

    def __init__(
        self,
        shared: Path,
        data: Path,
        *,
        max_mb: int,
        left_out: frozenset[str],
        of_agents: FilesOfAgents | None = None,
    ) -> None:
        """`left_out` are names in a workspace that belong to the agent's definition; `of_agents` is set where agents
        are users of their own."""
        self._shared = shared / "snapshots"
        self._data = data
        self._workspaces = data / "workspaces"
        self._books = Bookkeeping(data / "moving")
        self._max_bytes = max_mb * 1024 * 1024
        self._left_out = left_out
        self._of_agents = of_agents or NoOthers()

    def prepare(self) -> None:
        """Make the folders, and remove what a dead daemon left half made. Blocking. Raises OSError."""
        self._shared.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._books.prepare()

    async def local(self, belongings: Belongings) -> Local | None:
        """See `ports.SharedFolder.local`."""

        def look(_abort: Abort) -> Local | None:
            there = (self._workspaces / belongings.workspace).is_dir()
            return self._books.read(_name(belongings.conversation_id)) if there else None

        return await self._work(look)

    async def remember(self, belongings: Belongings, local: Local) -> None:
        """See `ports.SharedFolder.remember`."""
        await self._work(lambda _abort: self._books.write(_name(belongings.conversation_id), local))

    async def mark(self, belongings: Belongings) -> str:
        """See `ports.SharedFolder.mark`."""
        return await self._work(partial(self._mark, belongings))

    @asynccontextmanager
    async def packing(self) -> AsyncIterator[Path]:
        """See `ports.SharedFolder.packing`."""
        folder = await self._work(lambda _abort: self._books.new_folder())
        try:
            yield folder
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def pack(
        self, belongings: Belongings, folder: Path, *, mark: str, clone: ClonePart | None, former: Local | None
    ) -> Packed:
        """See `ports.SharedFolder.pack`."""
        return await self._work(partial(self._pack, belongings, folder, mark, clone, former))

    @asynccontextmanager
    async def unpacked(self, snapshot: Snapshot) -> AsyncIterator[Unpacked]:
        """See `ports.SharedFolder.unpacked`."""
        async with self.packing() as folder:
            yield await self._work(partial(self._unpack, snapshot, folder))

    async def put_in_place(self, belongings: Belongings, unpacked: Unpacked) -> str:
        """See `ports.SharedFolder.put_in_place`."""
        return await self._work(partial(self._put_in_place, belongings, unpacked))

    async def prune(self, conversation_id: str, kept: Sequence[Snapshot]) -> None:
        """See `ports.SharedFolder.prune`."""
        await self._work(partial(self._prune, conversation_id, kept))

    async def remove(self, conversation_id: str) -> None:
        """See `ports.SharedFolder.remove`."""

        def remove(_abort: Abort) -> None:
            self._books.forget(_name(conversation_id))
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(self._of(conversation_id))

        await self._work(remove)

    # --- in threads ------------------------------------------------------------------------------------------------

    def _of(self, conversation_id: str) -> Path:
        return self._shared / _name(conversation_id)

    def _mark(self, belongings: Belongings, abort: Abort) -> str:
        workspace = self._workspaces / belongings.workspace
        self._of_agents.open_up(workspace)  # before it is looked at: this changes files, too
        return mark_of(workspace, selection(self._left_out, without=f"{REPO_FOLDER}/.git/objects"), abort)

    def _said(self, belongings: Belongings, abort: Abort) -> str:
        self._of_agents.open_up(belongings.project)
        return mark_of(belongings.project, of_session(belongings.session_id), abort)

    def _is_stored(self, belongings: Belongings, abort: Abort) -> bool:
        """Whether all that is here was once made a version, or came from one."""
        book = self._books.read(_name(belongings.conversation_id)) or Local()
        try:
            mark, said = self._mark(belongings, abort), self._said(belongings, abort)
        except TooLarge:
            return False
        of_older_program = bool(book.mark) and not book.said  # which took down nothing of the transcript
        return mark in (NOTHING, book.mark) and (of_older_program or said in (NOTHING, book.said))

    def _put_in_place(self, belongings: Belongings, unpacked: Unpacked, abort: Abort) -> str:
        aside = "" if self._is_stored(belongings, abort) else f"{SET_ASIDE}{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
        name, workspace = _name(belongings.conversation_id), self._workspaces / belongings.workspace
        self._books.forget(name)  # first: half of it is no copy
        places = [(unpacked.workspace, workspace)]
        places += [
            (unpacked.transcript / part, belongings.project / part)
            for part in (f"{belongings.session_id}.jsonl", belongings.session_id)
        ]
        for new, place in places:
            kept = place.with_name(f"{place.name}{aside}") if aside else None
            swap(new, place, self._of_agents, aside=kept)
        known = {"mark": self._mark(belongings, abort), "said": self._said(belongings, abort)}
        self._books.write(name, unpacked.local.model_copy(update=known))
        return f"{workspace.name}{aside}" if aside else ""

    def _pack(
        self,
        belongings: Belongings,
        folder: Path,
        mark: str,
        clone: ClonePart | None,
        former: Local | None,
        abort: Abort,
    ) -> Packed:
        target = self._of(belongings.conversation_id)
        if not self._shared.is_dir():  # not made here: it may be the place where the shared folder is to be mounted
            raise StoreError(f"The shared folder {self._shared} is not there.", hint="Mount it again.")
        target.mkdir(mode=0o700, exist_ok=True)
        if former is not None and former.workspace is not None and former.mark == mark:
            workspace, clone = former.workspace, former.clone
        else:
            workspace = self._archived(target, partial(self._add_workspace, belongings, folder, clone), abort)
        said = self._said(belongings, abort)  # before it is read: what comes meanwhile counts as not stored
        transcript = self._archived(target, partial(_add_transcript, belongings), abort)
        manifest = _Manifest(workspace=workspace, transcript=transcript, clone=clone).model_dump_json().encode()
        sha256, length = stored(target, _draft(target), lambda file: _write(file, manifest))
        local = Local(sha256=sha256, mark=mark, said=said, workspace=workspace, clone=clone)
        return Packed(sha256=sha256, bytes=workspace.bytes + transcript.bytes + length, local=local)

    def _archived(self, target: Path, add: Callable[[Archive], None], abort: Abort) -> Part:
        content_bytes = 0

        def fill(file: IO[bytes]) -> None:
            nonlocal content_bytes
            with Archive(file, max_bytes=self._max_bytes, abort=abort) as archive:
                add(archive)
            content_bytes = archive.content_bytes

        sha256, length = stored(target, _draft(target), fill)
        return Part(sha256=sha256, bytes=length, content_bytes=content_bytes)

    def _add_workspace(self, belongings: Belongings, folder: Path, clone: ClonePart | None, archive: Archive) -> None:
        keeps = selection(self._left_out, clone=clone)
        archive.add(self._workspaces / belongings.workspace, "workspace", keeps)
        archive.add(folder, "clone")

    def _unpack(self, snapshot: Snapshot, folder: Path, abort: Abort) -> Unpacked:
        source = self._of(snapshot.conversation_id)
        manifest = _read_manifest(source, snapshot.sha256, folder / "manifest", abort)
        for name, part in (("work", manifest.workspace), ("said", manifest.transcript)):
            copy_checked(source / part.sha256, folder / "archive", part.sha256, abort)
            (folder / name).mkdir(mode=0o700)
            unpack(folder / "archive", folder / name, max_bytes=part.content_bytes, abort=abort)
            (folder / "archive").unlink()
        workspace, pack = folder / "work" / "workspace", folder / "work" / "clone" / CLONE_PACK
        workspace.mkdir(mode=0o700, exist_ok=True)
        return Unpacked(
            workspace=workspace,
            transcript=folder / "said" / "transcript",
            pack=pack if pack.is_file() else None,
            clone=manifest.clone,
            local=Local(version=snapshot.version, sha256=snapshot.sha256),
        )

    def _prune(self, conversation_id: str, kept: Sequence[Snapshot], abort: Abort) -> None:
        folder = self._of(conversation_id)
        names = {snapshot.sha256 for snapshot in kept}
        with self._books.folder() as scratch:
            for snapshot in kept:
                with contextlib.suppress(SnapshotLost):  # then it is worth nothing, and what it names as well
                    manifest = _read_manifest(folder, snapshot.sha256, scratch / snapshot.sha256, abort)
                    names |= {manifest.workspace.sha256, manifest.transcript.sha256}
        for path in folder.iterdir():
            if path.name not in names:
                path.unlink(missing_ok=True)

    async def _work(self, work: Callable[[Abort], T]) -> T:
        """In a thread, to its end: cancelled, it is asked to give up, and waited for."""
        abort = Abort()
        running = spawn(asyncio.to_thread(_translated, work, abort), name="files of a conversation")
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            abort.set()
            await asyncio.wait([running])
            raise


def _translated(work: Callable[[Abort], T], abort: Abort) -> T:
    try:
        return work(abort)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise StoreError(
            f"The files of a conversation cannot be moved: {error.strerror or error}{where}.",
            hint="Look at the shared folder, MACHINE_SHARED_DIR, and at the room on both disks.",
        ) from error
    except Abandoned as error:
        raise _GivenUp("Nobody waits for it any more.") from error


class _GivenUp(MachineError):
    """Seen by nobody: who asked is gone."""


def _name(conversation_id: str) -> str:
    if not _PLAIN.fullmatch(conversation_id):
        raise StoreError(f"{conversation_id[:80]!r} is no id of a conversation.")
    return conversation_id


def _draft(folder: Path) -> Path:
    return folder / f".making-{uuid4().hex}"


def _write(file: IO[bytes], content: bytes) -> None:
    file.write(content)


def _add_transcript(belongings: Belongings, archive: Archive) -> None:
    archive.add(belongings.project, "transcript", of_session(belongings.session_id))


def _read_manifest(folder: Path, sha256: str, copy: Path, abort: Abort) -> _Manifest:
    """Raises SnapshotLost, OSError."""
    copy_checked(folder / sha256, copy, sha256, abort)
    with reading(copy) as file:
        content = file.read(MAX_MANIFEST_BYTES + 1)
    copy.unlink()
    try:
        return _Manifest.model_validate_json(content)
    except ValidationError as error:
        raise SnapshotLost("The manifest in the shared folder is none that this version understands.") from error
