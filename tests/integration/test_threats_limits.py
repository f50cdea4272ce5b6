"""Floods: of requests, of bodies, of messages. Each meets a limit, and others do not notice. See docs/security.md."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import websockets
from tests.support.api import Served, close_code, person, served

from machine.api import bodies, websocket, ws_connection
from machine.auth.attempts import MAX_KEYS, Buckets, FailedAttempts
from machine.domain.principal import Role

MIB = 1024 * 1024


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    """With two requests a second, and forty at once."""
    async with served(tmp_path / "data", environ={"MACHINE_REQUESTS_PER_SECOND": "2"}) as running:
        yield running


async def until_refused(machine: Served, path: str, token: str | None = None) -> list[int]:
    """The statuses of the same request again and again, up to the first that is refused for being one too many."""
    client, found = machine.client(token), list[int]()
    while not found or (found[-1] != 429 and len(found) < 300):
        answer = await client.get(path)
        found.append(answer.status_code)
    if found[-1] == 429:
        assert (answer.headers["content-type"], answer.json()["code"]) == (
            "application/problem+json",
            "too_many_requests",
        )
        assert int(answer.headers["retry-after"]) >= 1
    return found


# --- requests -------------------------------------------------------------------------------------------------------


async def test_a_token_that_asks_too_often_waits_and_others_do_not(machine: Served) -> None:
    _, theirs = await person(machine, Role.MEMBER)
    found = await until_refused(machine, "/api/auth/me", machine.token)
    assert set(found) == {200, 429}
    assert len(found) > 40
    assert (await machine.client(theirs).get("/api/auth/me")).status_code == 200
    assert (await machine.client().get("/login")).status_code == 200


async def test_an_address_that_asks_too_often_waits_and_who_is_signed_in_there_does_not(machine: Served) -> None:
    assert set(await until_refused(machine, "/login")) == {200, 429}
    assert (await machine.client(machine.token).get("/api/auth/me")).status_code == 200
    for path in ("/healthz", "/readyz"):
        assert (await machine.client().get(path)).status_code == 200, "a watcher would take the machine for ill"
    answer = await machine.client().post("/webhooks/none", json={})
    assert answer.status_code == 404, "deliveries have limits of their own"
    assert 429 in [await handshake(machine) for _ in range(50)], "room for a few has come back meanwhile"


async def handshake(machine: Served) -> int:
    """The status of a WebSocket's handshake."""
    try:
        async with machine.socket("x"):
            return 101
    except websockets.InvalidStatus as refused:
        return refused.response.status_code


async def test_a_page_and_a_busy_person_meet_no_limit(tmp_path: Path) -> None:
    async with served(tmp_path / "data") as machine:
        client = machine.client(machine.token)
        assert {(await client.get("/api/status")).status_code for _ in range(300)} == {200}


def test_room_comes_back_with_time_and_a_clock_that_was_set_back_closes_nothing() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    buckets = Buckets(lambda: now, most=2, per_second=1)
    buckets.add("a")
    buckets.add("a")
    assert buckets.must_wait("a") == 1.0
    now -= timedelta(days=1)
    assert buckets.must_wait("a") == 1.0
    now += timedelta(seconds=1)
    assert buckets.must_wait("a") == 0.0


def test_as_many_addresses_as_there_are_take_bounded_memory() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    buckets = Buckets(lambda: now, most=1, per_second=1)
    for number in range(MAX_KEYS * 3):
        buckets.add(str(number))
    assert len(buckets._buckets) == MAX_KEYS
    assert buckets.must_wait(str(MAX_KEYS * 3 - 1)) > 0, "the newest is counted"


def test_an_ipv6_neighbourhood_counts_as_one_and_ipv4_written_either_way() -> None:
    attempts = FailedAttempts(lambda: datetime(2026, 1, 1, tzinfo=UTC), most=2, per_second=1)
    for address in ("2001:db8::1", "2001:db8::2", "10.0.0.1", "::ffff:10.0.0.1", "not an address"):
        attempts.failed(address)
    assert attempts.must_wait("2001:db8:0:0:ffff::3", "wrong") > 0
    assert attempts.must_wait("2001:db8:0:1::1", "wrong") == 0
    assert attempts.must_wait("10.0.0.1", "wrong") > 0
    assert attempts.must_wait("10.0.0.2", "wrong") == attempts.must_wait("not an address", "wrong") == 0


# --- bodies ---------------------------------------------------------------------------------------------------------


async def test_strangers_large_bodies_are_bounded_together_and_small_ones_pass_beside_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """25 MiB each before any signature is checked: a handful of senders would fill the memory."""
    monkeypatch.setattr(bodies, "STRANGERS_BYTES", 2 * MIB)
    async with served(tmp_path / "data") as machine:
        head = b"POST /webhooks/none HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000000\r\n\r\n"
        async with _holding(machine, head + b"x" * (2 * MIB)):
            refused = await machine.client().post("/webhooks/none", content=b"x" * MIB)
            assert (refused.status_code, refused.json()["code"]) == (503, "busy")
            assert refused.headers["retry-after"] == "5"
            assert (await machine.client().post("/webhooks/none", content=b"x" * 1000)).status_code == 404
            large = await machine.admin.post("/api/agents/upload", content=b"x" * 5 * MIB)
            assert large.status_code < 500, "people who are signed in have room of their own"
        async with asyncio.timeout(20):
            while (await machine.client().post("/webhooks/none", content=b"x" * MIB)).status_code == 503:
                await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def _holding(machine: Served, begun: bytes) -> AsyncIterator[None]:
    """A request whose body does not come to its end; it has arrived when another is told that there is no room."""
    _, writer = await asyncio.open_connection("127.0.0.1", machine.port)
    writer.write(begun)
    try:
        async with asyncio.timeout(20):
            while (await machine.client().post("/webhooks/none", content=b"x" * MIB)).status_code != 503:
                await asyncio.sleep(0.05)
        yield
    finally:
        writer.close()


# --- messages -------------------------------------------------------------------------------------------------------


async def test_a_connection_that_says_too_much_is_read_more_slowly_and_others_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(tmp_path / "data") as machine, machine.session() as calm:
        monkeypatch.setattr(ws_connection, "MESSAGES_AT_ONCE", 5)
        monkeypatch.setattr(ws_connection, "MESSAGES_PER_SECOND", 0.2)
        async with machine.session() as hasty:
            for number in range(20):
                await hasty.say(id=number, type="unsubscribe", task_id="task_none")
            for number in range(5):
                heard = await hasty.hear()
                assert heard["id"] == number
            assert (await calm.asked(id="x", type="unsubscribe", task_id="task_none"))["type"] == "ack"
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    while (heard := await hasty.hear())["id"] < 15:
                        pass
            assert heard["id"] < 15


async def test_a_token_has_so_many_connections_and_another_has_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "MAX_CONNECTIONS", 2)
    async with served(tmp_path / "data") as machine:
        _, theirs = await person(machine, Role.MEMBER)
        third = machine.socket(await machine.session_id())
        async with machine.session(), machine.session(), machine.session(token=theirs), third as connection:
            await connection.send(json.dumps({"type": "hello", "token": machine.token}))
            assert await close_code(connection) == 4429
        async with asyncio.timeout(20):
            while machine.room.api.authenticator._watch._watchers:
                await asyncio.sleep(0.05)
        async with machine.session():
            pass
