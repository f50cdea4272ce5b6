"""The port `Repositories`, with real git."""

import asyncio
import logging
import os
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from pydantic import SecretStr, ValidationError

from machine.domain.code import REPO_FOLDER, Changes, CodeSource, Diff, Pushed, branch_of
from machine.domain.errors import CodeFault
from machine.domain.git_address import address_of
from machine.domain.snapshot import ClonePart
from machine.git.access import agent_environment, login, without
from machine.git.clones import Place, Places, make_clone, put_in_place, put_over
from machine.git.heads import heads_of
from machine.git.looking import View, borrowing, viewed
from machine.git.mirrors import Mirrored, Mirrors
from machine.git.moving import packed, rebuilt
from machine.git.program import Git, last_words

PUSH_SECONDS: Final = 600.0
_log = logging.getLogger(__name__)
_MARK: Final = "git"
"""Stands where tasks have their id: no task is called so."""


class GitRepositories:
    """Mirrors and what is known of clones lie in `repos/`, the clones themselves in the workspaces."""

    def __init__(
        self,
        repos: Path,
        workspaces: Path,
        *,
        environ: Mapping[str, str],
        instance: str,
        open_up: Callable[[str], None] = lambda _workspace: None,
    ) -> None:
        """`environ` is the daemon's own; `instance` marks all processes of this data folder.

        `open_up` is called, in a thread, before a workspace's clone is read: its files may be another user's.
        """
        self._open_up = open_up
        marks = {"MACHINE_INSTANCE": instance, "MACHINE_TASK_ID": _MARK}
        self._git = Git(repos / "home", environ, marks)
        self._repos = repos
        self._workspaces = workspaces
        self._staging = repos / "making"
        self._mirrors = Mirrors(repos, self._staging, self._git)
        self._places = Places(repos / "checkouts")

    def prepare(self) -> None:
        """Make the folders, and remove what a dead daemon left half made: none of it was ever a task's. Blocking."""
        for folder in (self._repos, self._repos / "home"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in (self._staging, *self._repos.glob("index-*"), *self._repos.glob("key-*")):
            shutil.rmtree(left, ignore_errors=True)

    async def has(self, workspace: str, code: CodeSource) -> bool:
        """See `ports.Repositories.has`."""
        place = await self._read(workspace)
        return place is not None and _is_of(place, code)

    async def check_out(self, workspace: str, code: CodeSource, secret: SecretStr | None, *, task_id: str) -> str:
        """See `ports.Repositories.check_out`."""
        folder = self._workspaces / workspace
        place = await self._read(workspace)
        if place is not None and await asyncio.to_thread(os.path.lexists, folder / REPO_FOLDER):
            return _same(place, code).branch
        branch = branch_of(task_id)
        async with self._mirrors.fetched(code, secret) as mirrored:
            made = await make_clone(self._git, self._staging, mirrored, code, branch)
        place = Place(code=code, branch=branch, base_commit=mirrored.base)
        try:
            await asyncio.to_thread(self._places.write, workspace, place)  # first: a clone has a place in any case
            await asyncio.to_thread(put_in_place, made, folder)
        except OSError as error:
            await asyncio.to_thread(shutil.rmtree, made, ignore_errors=True)
            raise CodeFault(f"The clone cannot be put into the workspace: {error.strerror or error}.") from error
        return branch

    async def changes(self, workspace: str, secret: SecretStr | None) -> Changes:
        """See `ports.Repositories.changes`."""
        async with self._view(workspace) as view:
            return await view.changes(unpushed=await self._still_unpushed(view, secret))

    async def diff(self, workspace: str) -> Diff:
        """See `ports.Repositories.diff`."""
        async with self._view(workspace) as view:
            return await view.diff()

    async def unpushed(self, workspace: str, secret: SecretStr | None) -> bool:
        """See `ports.Repositories.unpushed`."""
        try:
            async with self._view(workspace) as view:
                return await view.uncommitted() or await self._still_unpushed(view, secret)
        except CodeFault:
            return True

    async def push(self, workspace: str, secret: SecretStr | None) -> Pushed:
        """See `ports.Repositories.push`. The mirror's git pushes, with the clone's commits and none of its settings."""
        place = await self._place(workspace)
        repository = self._workspaces / workspace / REPO_FOLDER
        await self._made_readable(workspace)
        heads = await asyncio.to_thread(heads_of, repository)
        commit = heads.refs.get(f"refs/heads/{place.branch}")
        if commit is None:
            raise CodeFault(f"The clone has no branch {place.branch} any more.", hint="Bring the work back onto it.")
        mirror = await self._mirrors.opened(place.code)
        async with login(address_of(place.code.repository), secret, self._repos) as given:
            ran = await self._git.run(
                *("push", "--quiet", "--no-verify", "--recurse-submodules=no"),
                *("--", place.code.repository, f"{commit}:refs/heads/{place.branch}"),
                cwd=self._repos,
                environment={**given.environment, **borrowing(mirror, repository)},
                config=given.config,
                seconds=PUSH_SECONDS,
            )
        if ran.code:
            raise CodeFault(
                f"{place.branch} cannot be pushed to {place.code.repository}: {last_words(without(ran.error, secret))}",
                hint="Check that the task's credentials may write there, and that nobody else pushed to that branch.",
            )
        return Pushed(repository=place.code.repository, branch=place.branch, commit=commit)

    async def pack(self, workspace: str, into: Path) -> ClonePart | None:
        """See `ports.Repositories.pack`."""
        place = await self._read(workspace)
        if place is None:
            return None
        try:
            async with self._view(workspace) as view:
                return await packed(view, into)
        except CodeFault as error:
            _log.info("the clone in %s is moved whole: %s", workspace, error.message)
            await asyncio.to_thread(into.unlink, missing_ok=True)
            return ClonePart(place=place.model_dump(mode="json"))

    async def put_back(
        self, workspace: str, part: ClonePart | None, secret: SecretStr | None, *, folder: Path, pack: Path | None
    ) -> None:
        """See `ports.Repositories.put_back`."""
        if part is None:
            await self.forget(workspace)
            return
        try:
            place = Place.model_validate(part.place)
        except ValidationError as error:
            raise CodeFault("The snapshot's clone is not one of ours.") from error
        if part.head is not None:
            made = await self._rebuilt(place, part, secret, folder / REPO_FOLDER, pack)
            await asyncio.to_thread(put_over, made, folder / REPO_FOLDER)
        await asyncio.to_thread(self._places.write, workspace, place)

    async def _rebuilt(
        self, place: Place, part: ClonePart, secret: SecretStr | None, taken: Path, pack: Path | None
    ) -> Path:
        async with self._fetched(place.code, secret) as mirrored:
            made = await make_clone(self._git, self._staging, mirrored, place.code, place.branch)
        try:
            await rebuilt(self._git, made, part, pack, taken)
        except BaseException:  # cancelled, too
            await asyncio.to_thread(shutil.rmtree, made, ignore_errors=True)
            raise
        return made

    @asynccontextmanager
    async def _fetched(self, code: CodeSource, secret: SecretStr | None) -> AsyncIterator[Mirrored]:
        """Also where what the task began with is not there any more: its branch may be merged and deleted."""
        async with AsyncExitStack() as stack:
            try:
                mirrored = await stack.enter_async_context(self._mirrors.fetched(code, secret))
            except CodeFault:
                anything = code.model_copy(update={"ref": None, "base": None})
                mirrored = await stack.enter_async_context(self._mirrors.fetched(anything, secret))
            yield mirrored

    async def forget(self, workspace: str) -> None:
        """See `ports.Repositories.forget`."""
        try:
            await asyncio.to_thread(self._places.forget, workspace)
        except OSError as error:
            raise CodeFault(f"What is known of the clone in {workspace} cannot be removed: {error}.") from error

    def environment(self, code: CodeSource, secret: SecretStr | None) -> Mapping[str, SecretStr]:
        """See `ports.Repositories.environment`."""
        return agent_environment(address_of(code.repository), secret)

    async def _still_unpushed(self, view: View, secret: SecretStr | None) -> bool:
        """Asks the server only when the mirror does not have everything: the agent may have pushed it meanwhile."""
        if not await view.unpushed():
            return False
        return not await self._mirrors.refresh(view.place.code, secret) or await view.unpushed()

    @asynccontextmanager
    async def _view(self, workspace: str) -> AsyncIterator[View]:
        place = await self._place(workspace)
        mirror = await self._mirrors.opened(place.code)
        await self._made_readable(workspace)
        async with viewed(self._git, self._workspaces / workspace / REPO_FOLDER, place, mirror) as view:
            yield view

    async def _made_readable(self, workspace: str) -> None:
        try:
            await asyncio.to_thread(self._open_up, workspace)
        except OSError as error:
            raise CodeFault(f"The clone in {workspace} cannot be read: {error.strerror or error}.") from error

    async def _place(self, workspace: str) -> Place:
        place = await self._read(workspace)
        if place is None:
            raise CodeFault("This task has no clone.", hint="Only tasks that name a repository get one.")
        return place

    async def _read(self, workspace: str) -> Place | None:
        try:
            return await asyncio.to_thread(self._places.read, workspace)
        except (OSError, ValueError) as error:
            raise CodeFault(f"What is known of the clone in {workspace} cannot be read: {error}.") from error


def _same(place: Place, code: CodeSource) -> Place:
    """A lasting workspace has one clone: another task may go on in it, with the same code only."""
    if not _is_of(place, code):
        raise CodeFault(
            f"The agent's lasting workspace holds {place.code.repository} already, at {place.code.ref or 'its HEAD'}.",
            hint="Name the same code, or an agent whose tasks have workspaces of their own.",
        )
    return place


def _is_of(place: Place, code: CodeSource) -> bool:
    return place.code.model_copy(update={"credentials": code.credentials}) == code
