"""The data folder worked on by the command line itself, beside a running daemon or without one."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from machine.app.data_folder import instance_of, prepare
from machine.app.people_room import build_people
from machine.auth.tokens import invitation_url
from machine.claude.cli import ClaudeCli
from machine.claude.installation import Installation
from machine.claude.wardens import Wardens
from machine.domain.clock import utc_now
from machine.domain.principal import Principal, Role, Scope, User, Via
from machine.domain.session import ApiToken
from machine.domain.version import VERSION
from machine.engine.audit import Audit
from machine.ports import LoginState, UserChange, UserRow
from machine.settings import Settings
from machine.store.audit import SqlAuditStore
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
        self._audit = Audit(SqlAuditStore(database))
        people = build_people(self._people, utc_now)
        self._authenticator = people.authenticator
        self._accounts = people.accounts

    async def create_token(
        self, name: str, expires_at: datetime | None = None, scopes: tuple[Scope, ...] = (Scope.ADMIN,)
    ) -> str:
        """The secret of a new token, shown this once."""
        by = await self._administrator()
        summary = {"name": name, "scopes": [scope.value for scope in scopes]}
        async with self._audit.recording(by, "token.create", summary=summary) as outcome:
            token, secret = await self._authenticator.new_token(by.user_id, name, expires_at=expires_at, scopes=scopes)
            outcome.made_id = token.token_id
        return secret

    async def login_link(self) -> str:
        """A fresh one-time link to the daemon of this folder, or to where it would listen."""
        async with self._audit.recording(await self._administrator(), "login-link.create"):
            return await self._authenticator.new_link(await asyncio.to_thread(base_url, self.settings))

    async def tokens(self) -> tuple[ApiToken, ...]:
        """All tokens, without secrets."""
        return await self._people.tokens()

    async def revoke_token(self, token_id: str) -> None:
        """End a token. Raises NotFound."""
        async with self._audit.recording(await self._administrator(), "token.revoke", token_id):
            await self._authenticator.revoke_token(token_id)

    async def users(self) -> tuple[UserRow, ...]:
        """The people there are."""
        return await self._people.users()

    async def invite(self, name: str | None, role: Role, lifetime: timedelta) -> str:
        """A one-time link by which somebody becomes a user, shown this once."""
        by = await self._administrator()
        async with self._audit.recording(by, "invitation.create", summary={"name": name, "role": role}) as outcome:
            invitation, secret = await self._accounts.invite(name, role, lifetime, by)
            outcome.made_id = invitation.invitation_id
        return invitation_url(await asyncio.to_thread(base_url, self.settings), secret)

    async def change_user(self, name: str, change: UserChange) -> UserRow:
        """Change who is called so, or has that id. Raises NotFound, Conflict for the last administrator."""
        by = await self._administrator()
        user = await self._people.user_named(name) or await self._people.user(name)
        summary = change.model_dump(mode="json", exclude_none=True)
        async with self._audit.recording(by, "user.change", user.user_id, summary=summary):
            return await self._accounts.change(user.user_id, change, None, by)

    async def _administrator(self) -> Principal:
        row = await self._people.local_administrator()
        user = User(user_id=row.user_id, name=row.name, role=row.role)
        return Principal(user=user, via=Via.INTERNAL, credential_id="")

    async def check_login(self) -> LoginState:
        """What the CLI says of Claude's login."""
        installation = await asyncio.to_thread(
            lambda: Installation.from_settings(self.settings, os.environ, instance=instance_of(self.settings))
        )
        return await ClaudeCli(installation, Wardens(self.settings.run_dir / "doctor.sock")).check()

    async def database_report(self) -> dict[str, Any]:
        """What the database says of its own health: see `store.health.report`."""
        return await report(self._database)


@asynccontextmanager
async def offline(settings: Settings) -> AsyncIterator[Offline]:
    """Open the data folder without a daemon. Raises MachineError."""
    await asyncio.to_thread(prepare, settings)
    database = await open_database(settings.database, VERSION, on_committed=lambda _events: None)
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
