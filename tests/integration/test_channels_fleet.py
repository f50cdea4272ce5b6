"""Channels of a fleet: made at one process they are told by another, and their secrets stay theirs."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr
from tests.support.model import ScriptedModel
from tests.support.receiver import Posted, Receiver, receiver
from tests.support.workbench import Workbench, workbench

from machine.domain.errors import Conflict, NotFound
from machine.domain.notification import ChannelKind, NoticeState, Occasion
from machine.domain.task import TaskStatus
from machine.engine import notifier
from machine.engine.notification_desk import NotificationDesk
from machine.webhooks.headers import Headers
from machine.webhooks.signatures import Verified, check_standard

KEY = SecretStr("k" * 40)
NAMES = ["CHANNEL_OPS_SECRET", "CHANNEL_OPS_URL"]

Member = Callable[..., AbstractAsyncContextManager[Workbench]]


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setattr(notifier, "LOOK_SECONDS", 0.05)
    with receiver() as serving:
        yield serving


@pytest.fixture
def member(tmp_path: Path, postgres_url: SecretStr) -> Member:
    """A web process on the fleet's database, with a data folder of its own. No task runs: none is a worker."""

    @asynccontextmanager
    async def opened(machine_id: str, **more: Any) -> AsyncIterator[Workbench]:
        settings = {"role": "web", "machine_id": machine_id, "database_url": postgres_url, "secret_key": KEY, **more}
        async with workbench(tmp_path / machine_id, ScriptedModel("Done."), lease_seconds=5.0, **settings) as bench:
            yield bench

    return opened


def desk(bench: Workbench) -> NotificationDesk:
    return bench.room.api.notifications


async def add(bench: Workbench, there: Receiver, path: str = "first", name: str = "ops") -> str:
    url = f"{there.url}/{path}"
    _, secret = await desk(bench).add(name, ChannelKind.WEBHOOK, url, list(Occasion), bench.principal)
    return secret


async def told(bench: Workbench) -> tuple[NoticeState, str]:
    """What becomes of a notice that is due from now on: its state and what was wrong."""
    task = await bench.submit("work", agent="planning")
    await bench.room.api.tasks.move(task, task.moved_to(TaskStatus.CANCELLED, bench.room.api.clock()), [])
    found: list[tuple[NoticeState, str]] = []

    async def is_over() -> bool:
        reported = [one.last for one in await desk(bench).all(bench.principal)]
        found[:] = [(one.state, one.last_error) for one in reported if one and one.task_id == task.task_id]
        return bool(found) and found[0][0] in (NoticeState.SENT, NoticeState.GIVEN_UP)

    await until(is_over)
    return found[0]


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await is_so():
            await asyncio.sleep(0.05)


def verified(post: Posted, secret: str, bench: Workbench) -> bool:
    headers = Headers([(name.encode(), value.encode()) for name, value in post.headers.items()])
    return isinstance(check_standard(headers, post.body, secret, bench.room.api.clock()), Verified)


def kept(folder: Path) -> Mapping[str, bytes]:
    """The sealed files of channels under a data folder. Blocking."""
    return {path.stem: path.read_bytes() for path in sorted((folder / "credentials" / "channels").glob("*.sealed"))}


def versions(url: SecretStr) -> list[tuple[str, str, bytes | None]]:
    with psycopg.connect(url.get_secret_value()) as connection:
        query = "SELECT kind, name, content FROM definition_versions WHERE name LIKE 'CHANNEL%' ORDER BY version"
        return [(str(kind), str(name), content) for kind, name, content in connection.execute(query)]


async def test_a_channel_made_at_one_machine_is_told_by_another(
    member: Member, there: Receiver, postgres_url: SecretStr
) -> None:
    async with member("web-1") as one, member("web-2") as two:  # the first one has the duty to tell
        secret = await add(two, there)
        assert await told(two) == (NoticeState.SENT, "")
        assert await desk(one).test("ops", one.principal) == ""
        assert [post.path for post in there.posts] == ["/first", "/first"]
        assert all(verified(post, secret, one) for post in there.posts)
        stored = versions(postgres_url)
        assert [(kind, name) for kind, name, _ in stored] == [("channel", name) for name in reversed(NAMES)]
        assert not any(secret.encode() in (content or b"") or b"first" in (content or b"") for *_, content in stored)
    async with member("web-3") as other:
        assert await desk(other).test("ops", other.principal) == ""
    async with member("web-4", secret_key=SecretStr("x" * 40)) as other:
        assert "cannot be read" in await desk(other).test("ops", other.principal)


async def test_a_channels_secrets_are_no_variables_anywhere(member: Member, there: Receiver) -> None:
    async with member("web-1") as one, member("web-2") as two:
        await add(two, there)
        assert await desk(one).test("ops", one.principal) == ""  # they are here by now
        for bench in (one, two):
            variables = bench.room.api.variables
            assert variables.all(bench.principal) == ()
            assert await variables._secrets.values_of(NAMES) == {}
        await one.room.api.variables.set("CHANNEL_OPS_URL", f"{there.url}/variable", one.principal)
        await until(lambda: asyncio.sleep(0, two.room.api.variables._secrets.has("CHANNEL_OPS_URL")))
        await two.room.api.variables.delete("CHANNEL_OPS_URL", two.principal)
        for bench in (one, two):
            assert await desk(bench).test("ops", bench.principal) == ""
        assert {post.path for post in there.posts} == {"/first"}


async def test_a_channel_is_deleted_and_made_anew_at_any_machine(
    member: Member, there: Receiver, tmp_path: Path, postgres_url: SecretStr
) -> None:
    async with member("web-1") as one, member("web-2") as two:
        for bench, other, path in ((one, two, "a"), (two, one, "b"), (one, two, "c")):
            secret = await add(bench, there, path)
            with pytest.raises(Conflict):
                await add(other, there, "refused")
            assert await desk(other).test("ops", other.principal) == ""
            assert there.posts[-1].path == f"/{path}"
            assert verified(there.posts[-1], secret, other)
            await desk(other).remove("ops", other.principal)
            assert all(content is None for *_, content in versions(postgres_url))
        await add(two, there, "kept")
        with pytest.raises(NotFound):
            await desk(one).remove("OPS", one.principal)  # no name of a channel, and one in the names of files
        assert await told(one) == (NoticeState.SENT, "")
        await desk(two).remove("ops", two.principal)
        await until(lambda: asyncio.sleep(0, not kept(tmp_path / "web-1")))


async def test_of_two_machines_that_make_one_name_at_once_the_channel_is_whole(member: Member, there: Receiver) -> None:
    async with member("web-1") as one, member("web-2") as two:
        for _ in range(3):
            made = await asyncio.gather(add(one, there, "one"), add(two, there, "two"), return_exceptions=True)
            [secret] = [each for each in made if isinstance(each, str)]
            assert [type(each) for each in made if each is not secret] == [Conflict]
            path = "/one" if made[0] is secret else "/two"
            for bench in (one, two):
                assert await desk(bench).test("ops", bench.principal) == ""
                assert there.posts[-1].path == path
                assert verified(there.posts[-1], secret, bench)
            await desk(one).remove("ops", one.principal)


async def test_channels_made_before_they_were_shared_come_along(
    member: Member, there: Receiver, tmp_path: Path, postgres_url: SecretStr
) -> None:
    """Their files lie at the machine where they were made, and nobody else has heard of them."""
    async with member("web-1"), member("web-2") as two:
        secret = await add(two, there)
        await two.room.api.variables.set("TOKEN", "word-word-word", two.principal)
    files = kept(tmp_path / "web-2")
    for machine_id in ("web-1", "web-2"):
        forget_channels(tmp_path / machine_id / "config" / ".fleet.json")
    for path in (tmp_path / "web-1" / "credentials" / "channels").iterdir():
        path.unlink()
    with psycopg.connect(postgres_url.get_secret_value()) as connection:
        connection.execute("DELETE FROM definition_versions WHERE kind = 'channel'")
    async with member("web-1") as one:
        assert "cannot be read" in await desk(one).test("ops", one.principal)
        async with member("web-2"):
            assert await desk(one).test("ops", one.principal) == ""
            assert verified(there.posts[-1], secret, one)
        assert kept(tmp_path / "web-1") == files


async def test_what_an_older_program_did_not_know_is_fetched_when_its_machine_gets_a_newer_one(
    member: Member, there: Receiver, tmp_path: Path, postgres_url: SecretStr
) -> None:
    async with member("web-1") as one:
        async with member("web-2"):
            await add(one, there)
        with psycopg.connect(postgres_url.get_secret_value()) as connection:  # as a program newer than this one does
            connection.execute(
                "INSERT INTO definition_versions (kind, name, content_hash, author, machine_id, created_at)"
                " SELECT 'painting', name, content_hash, author, machine_id, created_at FROM definition_versions"
            )
            [(newest,)] = connection.execute("SELECT max(version) FROM definition_versions")
        state = tmp_path / "web-2" / "config" / ".fleet.json"
        forget_channels(state)
        known = json.loads(state.read_text())
        known["up_to"] = newest
        known["placed"]["painting/sunset"] = {"version": newest, "content_hash": "sha256:1"}
        state.write_text(json.dumps(known))
        for path in (tmp_path / "web-2" / "credentials" / "channels").iterdir():
            path.unlink()
        async with member("web-2") as two:
            assert await desk(two).test("ops", two.principal) == ""
            assert kept(tmp_path / "web-2") == kept(tmp_path / "web-1")
            await desk(one).remove("ops", one.principal)
            await add(two, there, "second")
            assert await desk(one).test("ops", one.principal) == ""


def forget_channels(state: Path) -> None:
    """As a program leaves it that does not know that channels are shared. Blocking."""
    known = json.loads(state.read_text())
    known["placed"] = {name: said for name, said in known["placed"].items() if not name.startswith("channel/")}
    state.write_text(json.dumps(known))
