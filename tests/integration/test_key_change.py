"""A fleet gets a new key, one machine after the other: whatever the order, nobody is blind meanwhile."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack

import psycopg
import pytest
from pydantic import SecretStr
from tests.integration.test_definitions_fleet import Fleet, fleet, model, until
from tests.support.workbench import Workbench

from machine.engine import key_change
from machine.engine.login_elsewhere import LoginElsewhere
from machine.engine.shared_login import SharedLogin

__all__ = ["fleet", "model"]

FORMER, NEW = "k" * 40, "n" * 40
BOTH, READY = SecretStr(f"{NEW},{FORMER}"), SecretStr(f"{FORMER},{NEW}")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_change, "LOOK_SECONDS", 0.1)


def login_of(bench: Workbench) -> SharedLogin:
    elsewhere = bench.room.api.claude_logins.manager
    assert isinstance(elsewhere, LoginElsewhere)
    return elsewhere._shared


async def until_read(bench: Workbench, expected: Mapping[str, str]) -> None:
    async with asyncio.timeout(20):
        while await bench.room.api.variables._secrets.values_of(expected) != expected:
            await asyncio.sleep(0.05)


def version_of_token(fleet: Fleet) -> int:
    with psycopg.connect(fleet.url.get_secret_value()) as connection:
        query = "SELECT version FROM definition_versions WHERE kind = 'variable' AND name = 'TOKEN'"
        [(version,)] = connection.execute(query)
        return int(version)


async def reads_login(bench: Workbench, key: str) -> None:
    await login_of(bench).look()
    assert login_of(bench).opened("ANTHROPIC_API_KEY") == key


async def test_who_has_the_former_key_alone_reads_what_another_stores_that_has_the_new_one(
    fleet: Fleet,
) -> None:
    async with fleet.member("web-1") as first:
        async with fleet.member("web-2") as second:
            await first.room.api.variables.set("BEFORE", "1", first.principal)
            await login_of(first).change({"ANTHROPIC_API_KEY": "secret"}, by="user_1")
            await until_read(second, {"BEFORE": "1"})
        async with fleet.member("web-2", secret_key=BOTH) as second:
            await second.room.api.variables.set("AFTER", "2", second.principal)
            await until_read(first, {"BEFORE": "1", "AFTER": "2"})
            await login_of(second).change({"ANTHROPIC_API_KEY": "other"}, by="user_1")
            await reads_login(first, "other")


async def test_a_machine_that_keeps_running_seals_anew_as_soon_as_the_last_one_has_the_new_key(fleet: Fleet) -> None:
    async with AsyncExitStack() as without, fleet.member("web-2", secret_key=READY):
        first = await without.enter_async_context(fleet.member("web-1"))
        await first.room.api.variables.set("TOKEN", "1", first.principal)
        await login_of(first).change({"ANTHROPIC_API_KEY": "secret"}, by="user_1")
        async with fleet.member("web-3", secret_key=BOTH):
            before = version_of_token(fleet)
            await asyncio.sleep(0.5)  # it looks again and again who has which key
            assert version_of_token(fleet) == before
            await without.aclose()
            await until(lambda: version_of_token(fleet) > before)
        async with fleet.member("web-4", secret_key=SecretStr(NEW)) as last:
            await until_read(last, {"TOKEN": "1"})
            await reads_login(last, "secret")
