"""The login of this installation: which way it goes, trying it, replacing it. `ports.ClaudeAccount` for real."""

import asyncio
import contextlib
import secrets
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from machine.claude import login_files
from machine.claude.agent_login import is_renewable, without_renewal
from machine.claude.cli import ClaudeCli
from machine.claude.installation import CREDENTIALS_FILE, LOGIN_VARIABLES, Installation, is_provider
from machine.claude.login_trial import tried
from machine.claude.sign_in import CliSignIn
from machine.domain.errors import SignInFailed, StoreError
from machine.ports import LoginWays, Trial

_FOLDER: Final = "login-"
_OWN: Final = "own-login.json"
"""Where this machine's own login lies while it uses one that is lent."""
_MARK: Final = "login"
"""In place of a task's id in the environment: what a dead daemon leaves of a trial is found and swept like a task."""


class CliAccount:
    """Everything here starts the real CLI, or writes its files under its locks."""

    def __init__(self, cli: ClaudeCli, *, former: Path, own_folder: bool) -> None:
        """`former` is where a login is set aside; `own_folder`: the config folder is a person's own, as they chose."""
        self._cli = cli
        self._former = former
        self._own_folder = own_folder
        self._stored: Mapping[str, SecretStr] = {}
        self._given = cli.installation.variables

    @property
    def ways(self) -> LoginWays:
        """See `ports.ClaudeAccount.ways`; the order is the CLI's own."""
        installation = self._cli.installation
        if installation.demo:
            return LoginWays(source="demo")
        found = LoginWays(
            source="own_folder" if self._own_folder else "file",
            folder=str(installation.config_dir),
            folder_is_a_persons=self._own_folder,
        )
        for name in (*filter(is_provider, sorted(installation.variables)), *LOGIN_VARIABLES):
            if name in installation.variables:
                source = "stored" if name in self._stored else "environment"
                return found.model_copy(update={"source": source, "variable": name})
        return found

    async def read(self) -> bytes | None:
        """See `ports.ClaudeAccount.read`."""
        return await asyncio.to_thread(login_files.read, self._cli.installation.config_dir)

    async def try_current(self) -> Trial:
        """See `ports.ClaudeAccount.try_current`; up to 60 s."""
        async with self._folder_of_a_trial() as folder:
            return await self._tried(self._cli.installation, folder)

    async def try_file(self, content: bytes) -> tuple[Trial, bytes]:
        """See `ports.ClaudeAccount.try_file`; up to 60 s."""
        async with self._folder_of_a_trial() as folder:
            config = folder / "config"
            with _store_errors():
                await asyncio.to_thread(_new_config, config, content)
            trial = await self._tried(self._elsewhere(config, {}), folder)
            return trial, await asyncio.to_thread(login_files.read, config) or content

    async def try_variables(self, variables: Mapping[str, SecretStr]) -> Trial:
        """See `ports.ClaudeAccount.try_variables`; up to 60 s."""
        async with self._folder_of_a_trial() as folder:
            return await self._tried(self._elsewhere(folder / "config", variables), folder)

    async def put(self, content: bytes, *, keep_former: bool) -> None:
        """See `ports.ClaudeAccount.put`; waits up to a minute for the CLI's locks."""
        await self._under_lock(lambda place: _put(place, content, self._former if keep_former else None))

    async def settle(self, *, good: bool) -> bool:
        """See `ports.ClaudeAccount.settle`."""
        if not await asyncio.to_thread(self._former.exists):
            return False
        if good:
            with _store_errors():
                await asyncio.to_thread(self._former.unlink, missing_ok=True)
        else:
            await self._under_lock(lambda place: _put_back(self._former, place))
        return True

    async def forget(self) -> None:
        """See `ports.ClaudeAccount.forget`."""

        def remove(place: Path) -> None:
            place.unlink(missing_ok=True)
            self._former.unlink(missing_ok=True)

        await self._under_lock(remove)

    async def lend(self, content: bytes | None) -> None:
        """See `ports.LendingAccount.lend`; waits up to a minute for the CLI's locks."""
        own = self._former.with_name(_OWN)
        await self._under_lock(lambda place: _lend(place, content, own))

    def use(self, variables: Mapping[str, SecretStr]) -> None:
        """See `ports.ClaudeAccount.use`."""
        self._stored = dict(variables)
        self._cli.use(_with(self._given, variables) if variables else self._given)

    async def sign_in(self) -> CliSignIn:
        """See `ports.ClaudeAccount.sign_in`; up to 20 s."""
        if sys.platform == "darwin":
            raise SignInFailed(
                "On macOS Claude Code keeps its login in the keychain, from where this machine cannot take it.",
                hint="Use `claude setup-token`, or upload what `scripts/export-keychain-credentials.sh` prints.",
            )
        cli = await self._cli.find()
        folder = self._new_folder()
        installation = self._elsewhere(folder, {})
        try:
            with _store_errors():
                await asyncio.to_thread(_new_config, folder, None)
            return await CliSignIn.begun(cli, installation.environment(_MARK), folder)
        except OSError as error:
            raise SignInFailed(f"Claude Code could not be started: {error.strerror or error}.") from error

    async def clear(self) -> None:
        """Remove what trials of a dead daemon left."""
        await asyncio.to_thread(_clear, self._cli.installation.run_dir)

    async def _tried(self, installation: Installation, folder: Path) -> Trial:
        cli = await self._cli.find()
        cwd = folder / "empty"
        try:
            await asyncio.to_thread(installation.prepare)
            await asyncio.to_thread(cwd.mkdir, mode=0o700)
            return await tried(cli, installation.environment(_MARK), cwd)
        except OSError as error:
            raise StoreError(f"The login could not be tried: {error.strerror or error}.") from error

    def _elsewhere(self, config_dir: Path, variables: Mapping[str, SecretStr]) -> Installation:
        """This installation with another login, and none of those in force."""
        installation = self._cli.installation
        given = {name: value for name, value in _with(self._given, variables).items() if not is_provider(name)}
        return installation.model_copy(update={"config_dir": config_dir, "variables": given})

    def _new_folder(self) -> Path:
        return self._cli.installation.run_dir / f"{_FOLDER}{secrets.token_hex(6)}"

    @contextlib.asynccontextmanager
    async def _folder_of_a_trial(self) -> AsyncIterator[Path]:
        folder = self._new_folder()
        with _store_errors():
            await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True)
        try:
            yield folder
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _under_lock(self, work: Callable[[Path], None]) -> None:
        config_dir = self._cli.installation.config_dir

        def done() -> None:
            config_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            with login_files.locked(config_dir):
                work(config_dir / CREDENTIALS_FILE)

        with _store_errors():
            await asyncio.to_thread(done)


def _with(given: Mapping[str, SecretStr], variables: Mapping[str, SecretStr]) -> dict[str, SecretStr]:
    """What the environment gives, with these in place of its keys and tokens."""
    return {**{name: value for name, value in given.items() if name not in LOGIN_VARIABLES}, **variables}


def _put(place: Path, content: bytes, former: Path | None) -> None:
    before = login_files.read(place.parent)
    if former is not None and before is not None:
        login_files.write(former, before)
    login_files.write(place, content)


def _lend(place: Path, content: bytes | None, own: Path) -> None:
    before = login_files.read(place.parent)
    is_lent = before is not None and not is_renewable(before)
    copy = None if content is None else without_renewal(content)
    if copy is None:
        if is_lent:
            place.unlink(missing_ok=True)
    elif copy != before:
        if before is not None and not is_lent:
            login_files.write(own, before)
        login_files.write(place, copy)


def _put_back(former: Path, place: Path) -> None:
    login_files.write(place, former.read_bytes())
    former.unlink(missing_ok=True)


def _new_config(folder: Path, content: bytes | None) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if content is not None:
        login_files.write(folder / CREDENTIALS_FILE, content)


def _clear(run_dir: Path) -> None:
    for folder in run_dir.glob(f"{_FOLDER}*"):
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"The login could not be written: {error.strerror or error}.",
            hint="Check the disk and the rights of the data folder.",
        ) from error
