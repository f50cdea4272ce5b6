"""The renewal of the login that all machines share, when the machine that does it is shut down meanwhile."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from machine.auth.secret_key import Seal
from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.clock import utc_now
from machine.domain.redaction import Redactor
from machine.engine import login_keeper
from machine.engine.login_keeper import LoginKeeper
from machine.engine.shared_login import FILE, SharedLogin
from machine.hub import LocalPokes
from machine.store.commands import SqlDuties
from machine.store.database import Database
from machine.store.notes import SqlNotes
from machine.store.opening import open_database


def login(token: str) -> str:
    section = {"accessToken": "access", "refreshToken": token, "expiresAt": int(datetime.now(UTC).timestamp() * 1000)}
    return json.dumps({"claudeAiOauth": {**section, "scopes": ["user:inference"], "subscriptionType": "max"}})


class Account:
    """Renews the login as the CLI does: the token is used up before the answer is there."""

    def __init__(self) -> None:
        self.begun, self.answers, self.given_up = asyncio.Event(), asyncio.Event(), False

    async def try_file(self, _content: bytes) -> tuple[None, bytes]:
        self.begun.set()
        try:
            await self.answers.wait()
        except asyncio.CancelledError:
            self.given_up = True
            raise
        return None, login("the next").encode()

    async def lend_here(self) -> None:
        """Nobody wants it."""


class Manager:
    async def follow(self, *, is_new: bool) -> None:
        """Nobody asks."""


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(tmp_path / "db" / "machine.db", "0.1.0", on_committed=lambda _events: None)
    yield opened
    await opened.close()


@pytest.fixture
async def shared(database: Database) -> SharedLogin:
    made = SharedLogin(SqlNotes(database), Seal(["k" * 40]), clock=utc_now, redactor=Redactor())
    await made.change({FILE: login("the first")}, by="user_1")
    return made


def keeper_of(database: Database, shared: SharedLogin, account: Account) -> LoginKeeper:
    return LoginKeeper(
        shared=shared,
        account=account,  # type: ignore[arg-type] # a part of it is enough here
        manager=Manager(),  # type: ignore[arg-type] # likewise
        duties=SqlDuties(database),
        pokes=LocalPokes(),
        process_id="one",
        clock=utc_now,
        refused=lambda: False,
    )


async def test_a_shutdown_in_the_middle_of_a_renewal_waits_for_the_token_that_cannot_be_had_again(
    database: Database, shared: SharedLogin
) -> None:
    account = Account()
    watching = spawn(keeper_of(database, shared, account).watch(), name="keeper")
    await account.begun.wait()
    ending = spawn(cancel_and_wait(watching), name="shutdown")
    await asyncio.sleep(0)
    account.answers.set()
    await ending
    await shared.look()
    assert "the next" in (shared.opened(FILE) or "")


async def test_a_shutdown_does_not_wait_for_ever_for_a_renewal(
    database: Database, shared: SharedLogin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login_keeper, "END_SECONDS", 0.05)
    account = Account()
    watching = spawn(keeper_of(database, shared, account).watch(), name="keeper")
    await account.begun.wait()
    await cancel_and_wait(watching)
    assert account.given_up
