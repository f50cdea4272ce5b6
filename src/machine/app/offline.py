"""The data folder worked on by the command line itself, beside a running daemon or without one."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from machine.app.data_folder import instance_of, prepare
from machine.auth.people import Authenticator
from machine.claude.cli import ClaudeCli
from machine.claude.installation import Installation
from machine.claude.wardens import Wardens
from machine.domain.session import ApiToken
from machine.domain.version import VERSION
from machine.ports import LoginState
from machine.settings import Settings
from machine.store.database import Database
from machine.store.health import report
from machine.store.opening import open_database
from machine.store.people import SqlPeopleStore


class Offline:
    """Acts as the local administrator: whoever may write the data folder owns the machine."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self._database = database
        self._people = SqlPeopleStore(database)
        self._authenticator = Authenticator(self._people)

    async def create_token(self, name: str, expires_at: datetime | None = None) -> str:
        """The secret of a new token, shown this once."""
        administrator = await self._people.local_administrator()
        _, secret = await self._authenticator.new_token(administrator.user_id, name, expires_at=expires_at)
        return secret

    async def login_link(self) -> str:
        """A fresh one-time link to the daemon of this folder, or to where it would listen."""
        return await self._authenticator.new_link(await asyncio.to_thread(base_url, self.settings))

    async def tokens(self) -> tuple[ApiToken, ...]:
        """All tokens, without secrets."""
        return await self._people.tokens()

    async def revoke_token(self, token_id: str) -> None:
        """End a token. Raises NotFound."""
        await self._authenticator.revoke_token(token_id)

    async def check_login(self) -> LoginState:
        """What the CLI says of Claude's login."""
        installation = await asyncio.to_thread(
            lambda: Installation.from_settings(self.settings, os.environ, instance=instance_of(self.settings))
        )
        return await ClaudeCli(installation, Wardens(self.settings.run_dir / "doctor.sock")).check()

    async def database_report(self) -> dict[str, Any]:
        """What the database says of its own health: `{"file", "bytes", "check", "revision"}`."""
        return await report(self._database)


@asynccontextmanager
async def offline(settings: Settings) -> AsyncIterator[Offline]:
    """Open the data folder without a daemon. Raises MachineError."""
    await asyncio.to_thread(prepare, settings)
    database = await open_database(settings.database_file, VERSION, on_committed=lambda _events: None)
    try:
        yield Offline(settings, database)
    finally:
        await database.close()


def base_url(settings: Settings) -> str:
    """Where people reach the machine: PUBLIC_URL, the running daemon's own word, or the settings' address."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    try:
        said = json.loads((settings.run_dir / "daemon.json").read_text(encoding="utf-8"))
        return str(said["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return url_of(settings.host, settings.port)


def url_of(host: str, port: int) -> str:
    """The address for a browser on this computer."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(host, host)  # noqa: S104 - told apart, not bound
    return f"http://{shown}:{port}"
