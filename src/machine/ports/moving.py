"""Conversations on their way from one machine to another: the shared folder, and what the database says of it."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from machine.domain.snapshot import ClonePart, Snapshot, Turn
from machine.domain.task import Task
from machine.ports.values import Value

CLONE_PACK = "clone.pack"
"""Name of the file with a clone's own objects, in the folder for what is to be packed."""
SET_ASIDE = ".set-aside-"
"""In the name of what was in a workspace's place, after the workspace's own: it was stored nowhere."""


class Part(Value):
    """A file in the shared folder, under its own hash."""

    sha256: str
    bytes: int
    content_bytes: int
    """Of the files in it."""


class Local(Value):
    """What is known of a conversation's copy on this machine, out of the agents' reach."""

    version: int = 0
    """The version that it comes from, or that was made of it; 0: none."""
    sha256: str = ""
    mark: str = ""
    """Tells whether the workspace has changed since; empty: it may have."""
    said: str = ""
    """The same of the transcript; empty: nobody knows."""
    workspace: Part | None = None
    clone: ClonePart | None = None


class Belongings(Value):
    """Of one conversation: names of its workspace, of the CLI's folder of its project, and of its session there."""

    conversation_id: str
    workspace: str
    project: Path
    session_id: str


class Packed(Value):
    """What was put into the shared folder, not announced yet."""

    sha256: str
    bytes: int
    local: Local
    """As it has to be remembered, once there is a version for it."""


class Unpacked(Value):
    """What was fetched from the shared folder and lies beside the workspaces."""

    workspace: Path
    transcript: Path
    """With what belongs into the CLI's folder of the project; may be missing."""
    clone: ClonePart | None
    pack: Path | None
    """The objects of the clone that its server does not have."""
    local: Local
    """As it has to be remembered, once it is in place."""


class SharedFolder(Protocol):
    """Files. Every method may raise StoreError. Nothing in the folder is believed that the database does not name."""

    async def local(self, belongings: Belongings) -> Local | None:
        """What is known of the copy here; None where there is no copy, or nothing is known of it."""
        ...

    async def remember(self, belongings: Belongings, local: Local) -> None: ...

    async def mark(self, belongings: Belongings) -> str:
        """A text that changes when the workspace does; looks at every file, and reads none."""
        ...

    def packing(self) -> AbstractAsyncContextManager[Path]:
        """A new folder for what is to be packed, gone afterwards."""
        ...

    async def pack(
        self, belongings: Belongings, folder: Path, *, mark: str, clone: ClonePart | None, former: Local | None
    ) -> Packed:
        """Store what has changed since `former`. Raises TooLarge, Conflict when files change while they are read."""
        ...

    def unpacked(self, snapshot: Snapshot) -> AbstractAsyncContextManager[Unpacked]:
        """Everything of a version, checked; gone afterwards. Raises SnapshotLost."""
        ...

    async def put_in_place(self, belongings: Belongings, unpacked: Unpacked) -> str:
        """Put an unpacked copy where the one of this machine was, its transcript included. What of that was stored
        nowhere is set aside; returns the name of its folder beside the workspace, empty where there was none."""
        ...

    async def prune(self, conversation_id: str, kept: Sequence[Snapshot]) -> None:
        """Remove all other versions of a conversation."""
        ...

    async def remove(self, conversation_id: str) -> None:
        """Remove everything of a conversation that is gone."""
        ...


class SnapshotStore(Protocol):
    """The versions there are."""

    async def newest(self, conversation_id: str) -> tuple[Snapshot, ...]:
        """Those that are kept, the newest first."""
        ...

    async def add(self, snapshot: Snapshot) -> tuple[Snapshot, ...]:
        """Make it the newest, and forget all but two, which are returned. Raises Conflict when it is not newer."""
        ...

    async def last_turn(self, task: Task) -> Turn | None:
        """The newest turn of the conversation before this run of `task`. None: there was none, or nobody knows."""
        ...

    async def is_stored(self, task: Task) -> bool:
        """Whether what the task's machine has of its conversation is stored for others."""
        ...

    async def let_go(self, snapshot: Snapshot, machine_id: str) -> int:
        """Let any machine take what is queued in a conversation on this one, if nothing of it is at work or waits, and
        this is its newest version. Returns how many tasks."""
        ...

    async def gone(self, *, limit: int) -> tuple[str, ...]:
        """Conversations with versions and without tasks."""
        ...

    async def forget(self, conversation_id: str) -> None: ...
