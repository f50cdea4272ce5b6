"""Conversations that go on elsewhere: when what belongs to one is stored for all machines, and when it is fetched.

Stored after every turn and at the end of every run, so that what the transcript says and what the files hold are of one
moment. Fetched before a run, where this machine has no copy, or one that is older than the newest version in the
database. A copy that is as new, or newer because a turn was cut off here, stays. What could not be stored where the
conversation was last is missing then, which is said.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from machine.domain.agent import SubAgent, WorkspaceKind
from machine.domain.aio import spawn
from machine.domain.clock import Clock
from machine.domain.errors import MachineError, SnapshotLost, TooLarge
from machine.domain.snapshot import Snapshot, Turn
from machine.domain.task import Task
from machine.engine.task_code import TaskCode
from machine.ports import CLONE_PACK, Belongings, Local, Packed, SharedFolder, SnapshotStore

SAVE_SECONDS: Final = 300.0
"""A run waits no longer than this for its snapshot."""
HASTY_SECONDS: Final = 10.0
"""The same, where a person has stopped the task, or the machine shuts down: both wait."""
TRANSCRIPT_LAG_SECONDS: Final = 0.2
"""The CLI writes its transcript up to 0.1 s after it has said something."""
AT_ONCE: Final = 2
MOST_GONE: Final = 500

Tell = Callable[[str], Awaitable[None]]
_log = logging.getLogger(__name__)


class Moving:
    """One for the machine. Without a shared folder it moves nothing, and everything stays where it is."""

    def __init__(
        self,
        *,
        shared: SharedFolder | None,
        in_fleet: bool,
        snapshots: SnapshotStore,
        code: TaskCode,
        belongings_of: Callable[[Task], Belongings],
        machine_id: str,
        clock: Clock,
    ) -> None:
        self._shared = shared
        self._has_others = in_fleet or shared is not None
        self._snapshots = snapshots
        self._code = code
        self._belongings_of = belongings_of
        self._machine_id = machine_id
        self._now = clock
        self._free = asyncio.Semaphore(AT_ONCE)

    def of(self, task: Task, agent: SubAgent, tell: Tell) -> "Journey":
        """What moves with one run. An agent's lasting workspace is many conversations', and moves with none."""
        stays = self._shared is None or agent.workspace is WorkspaceKind.SHARED
        return Journey(self, None if stays else self._belongings_of(task), task, tell)

    @property
    def moves(self) -> bool:
        """Whether conversations are stored for other machines at all."""
        return self._shared is not None

    async def stored(self, task: Task) -> Snapshot | None:
        """The version that holds all of a conversation before this run of `task`; None where something is missing in
        the newest, or nobody knows. Raises StoreError."""
        turn = await self._snapshots.last_turn(task)
        versions = await self._snapshots.newest(task.conversation_id)
        return versions[0] if turn is not None and _is_stored(turn, versions) else None

    async def arrive(self, task: Task, belongings: Belongings | None, tell: Tell) -> None:
        """See that this machine has the newest there is, and say what is missing. Raises StoreError, CodeFault."""
        if not self._has_others:
            return
        versions: Sequence[Snapshot] = ()
        if self._shared is not None and belongings is not None:
            versions = await self._snapshots.newest(belongings.conversation_id)
            await self._fetch(self._shared, task, belongings, versions, tell)
        turn = await self._snapshots.last_turn(task)
        if turn is not None and turn.machine_id != self._machine_id and not _is_stored(turn, versions):
            since = f" since {turn.began_at:%Y-%m-%d %H:%M:%S} UTC" if versions else ""
            where = f"on {turn.machine_id}{since}"
            await tell(
                f"What this conversation said and made {where} is not stored for other machines: it is missing here"
            )

    async def _fetch(
        self, shared: SharedFolder, task: Task, belongings: Belongings, versions: Sequence[Snapshot], tell: Tell
    ) -> None:
        local = await shared.local(belongings) if versions else None
        if not versions or (local is not None and _is_as_new(local, versions[0])):
            return
        for version in versions:
            try:
                aside = await self._put_in_place(shared, task, belongings, version, newest=versions[0])
            except SnapshotLost as error:
                _log.error("version %d of %s: %s", version.version, version.conversation_id, error.message)
                await tell(f"Version {version.version} of its files cannot be read: {error.message}")
            else:
                await tell(f"The files and the conversation were fetched as {version.machine_id} left them")
                if aside:
                    kept = f"is kept beside its workspace, on {self._machine_id}: {aside}"
                    await tell(f"What was here before and was never stored {kept}")
                return
        await shared.remember(belongings, Local(version=versions[0].version, sha256=versions[0].sha256))
        await tell("Nothing of its files and its conversation can be read: it starts over")

    async def store(self, task: Task, belongings: Belongings, *, seconds: float = SAVE_SECONDS) -> None:
        """Make a version of this machine's copy, if it has changed. Raises MachineError, TimeoutError."""
        if (shared := self._shared) is None:
            return
        async with asyncio.timeout(seconds), self._free, shared.packing() as folder:
            former = await shared.local(belongings)
            mark = await shared.mark(belongings)
            unchanged = former is not None and former.workspace is not None and former.mark == mark
            clone = None if unchanged else await self._code.pack(belongings.workspace, folder / CLONE_PACK)
            packed = await shared.pack(belongings, folder, mark=mark, clone=clone, former=former)
            announcing = self._announce(shared, belongings, packed, former or Local())
            await _to_its_end(announcing, name=f"snapshot of {task.task_id}")

    async def tidy(self) -> bool:
        """Remove what is stored of conversations that are gone, and tell whether that was all of it. Raises
        StoreError."""
        if (shared := self._shared) is None:
            return True
        gone = await self._snapshots.gone(limit=MOST_GONE)
        for conversation_id in gone:
            await shared.remove(conversation_id)
            await self._snapshots.forget(conversation_id)
        return len(gone) < MOST_GONE

    async def _put_in_place(
        self, shared: SharedFolder, task: Task, belongings: Belongings, version: Snapshot, *, newest: Snapshot
    ) -> str:
        """What `SharedFolder.put_in_place` returns."""
        async with shared.unpacked(version) as unpacked:
            await self._code.put_back(
                task, belongings.workspace, unpacked.clone, folder=unpacked.workspace, pack=unpacked.pack
            )
            # Whichever could be read: the next version is made after the newest.
            local = unpacked.local.model_copy(update={"version": newest.version, "sha256": newest.sha256})
            return await shared.put_in_place(belongings, unpacked.model_copy(update={"local": local}))

    async def _announce(self, shared: SharedFolder, belongings: Belongings, packed: Packed, former: Local) -> None:
        """From here on it counts: the database refuses a machine that has lost the conversation to another one."""
        if packed.sha256 == former.sha256:
            await shared.remember(belongings, packed.local.model_copy(update={"version": former.version}))
            return
        snapshot = Snapshot(
            conversation_id=belongings.conversation_id,
            version=former.version + 1,
            machine_id=self._machine_id,
            at=self._now(),
            bytes=packed.bytes,
            sha256=packed.sha256,
        )
        kept = await self._snapshots.add(snapshot)
        await shared.remember(belongings, packed.local.model_copy(update={"version": snapshot.version}))
        await shared.prune(belongings.conversation_id, kept)


class Journey:
    """What moves with one run of a task."""

    def __init__(self, moving: Moving, belongings: Belongings | None, task: Task, tell: Tell) -> None:
        self._moving = moving
        self._belongings = belongings
        self._task = task
        self._tell = tell
        self._told = False

    async def arrive(self) -> None:
        """Before the CLI starts. Raises StoreError, CodeFault."""
        await self._moving.arrive(self._task, self._belongings, self._tell)

    async def rest(self) -> None:
        """After a turn, while the CLI waits. Given up when it is cancelled; the next turn's end comes."""
        if self._belongings is not None:
            await asyncio.sleep(TRANSCRIPT_LAG_SECONDS)
            await self.leave()

    async def leave(self, *, hasty: bool = False) -> None:
        """At the end of a run, when nothing of it is left that could change files. What fails is said, and ends no
        task: the conversation stays where it is. `hasty`: somebody waits for the end of the run."""
        seconds = HASTY_SECONDS if hasty else SAVE_SECONDS
        if self._belongings is None:
            return
        try:
            await self._moving.store(self._task, self._belongings, seconds=seconds)
        except TooLarge as error:
            said = f"{error.message} (MACHINE_SNAPSHOT_MAX_MB)"
            await self._say(f"The files of this conversation cannot be stored for other machines: {said}")
        except MachineError as error:
            _log.warning("no snapshot of %s: %s", self._task.task_id, error.message)
            await self._say(f"The files of this conversation were not stored for other machines: {error.message}")
        except TimeoutError:
            _log.warning("no snapshot of %s: it took more than %g s", self._task.task_id, seconds)
            await self._say(f"The files of this conversation were not stored within {seconds:g} seconds")

    async def _say(self, text: str) -> None:
        if self._told:
            return
        self._told = True
        try:
            await self._tell(text)
        except MachineError as error:
            _log.warning("that of %s is not stored either: %s", self._task.task_id, error.message)


def _is_stored(turn: Turn, versions: Sequence[Snapshot]) -> bool:
    """Both moments are by the clock of the machine that had the turn."""
    return bool(versions) and versions[0].machine_id == turn.machine_id and versions[0].at >= turn.began_at


def _is_as_new(local: Local, newest: Snapshot) -> bool:
    if local.version == newest.version:
        return local.sha256 == newest.sha256
    return local.version > newest.version


async def _to_its_end(work: Awaitable[None], *, name: str) -> None:
    """Also when nobody waits for it any more: what the database was told has to be remembered here as well."""

    async def carry_out() -> None:
        await work

    running = spawn(carry_out(), name=name)
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise
