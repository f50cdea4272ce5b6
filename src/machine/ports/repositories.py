"""Repositories: clones for tasks, and what has become of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from machine.domain.code import Changes, CodeSource, Diff, Pushed
from machine.domain.snapshot import ClonePart


class Repositories(Protocol):
    """The clones in workspaces, each named by its workspace. Every method raises CodeFault, with what to do."""

    async def has(self, workspace: str, code: CodeSource) -> bool:
        """Whether a clone of that code was made there."""
        ...

    async def check_out(self, workspace: str, code: CodeSource, secret: SecretStr | None, *, task_id: str) -> str:
        """Make the clone, on a branch named after the task; one that is there stays as it is. Returns its branch."""
        ...

    async def changes(self, workspace: str, secret: SecretStr | None) -> Changes:
        """What stands in the clone now. Nothing that lies in it is run or believed."""
        ...

    async def diff(self, workspace: str) -> Diff:
        """The same in full, up to 2 MB."""
        ...

    async def push(self, workspace: str, secret: SecretStr | None) -> Pushed:
        """Push the branch that the clone was made with, under its own name."""
        ...

    async def unpushed(self, workspace: str, secret: SecretStr | None) -> bool:
        """Whether something in the clone would be lost with it. True as well when that cannot be found out."""
        ...

    async def forget(self, workspace: str) -> None:
        """The workspace is gone, and the clone with it."""
        ...

    async def pack(self, workspace: str, into: Path) -> ClonePart | None:
        """What of the clone has to be taken along to another machine, its own objects in the file `into`; None where
        there is no clone."""
        ...

    async def put_back(
        self, workspace: str, part: ClonePart | None, secret: SecretStr | None, *, folder: Path, pack: Path | None
    ) -> None:
        """Make the clone of it again in `folder`, which is to become the workspace of that name."""
        ...

    def environment(self, code: CodeSource, secret: SecretStr | None) -> Mapping[str, SecretStr]:
        """Variables with which an agent's own git can log in at the code's server, and at no other."""
        ...
