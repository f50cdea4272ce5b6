"""Strangers at the socket: what is no request, is too large, or never comes. See docs/security.md."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.api import Served, served

from machine.api import bodies, http_protocol, websocket, ws_protocol
from machine.api.http_protocol import PromptHttpProtocol
from machine.api.outermost import SECURITY_HEADERS
from machine.api.ws_protocol import PromptWebSocketProtocol
from machine.settings import read_settings

HOST = b"Host: 127.0.0.1\r\n"
HANDSHAKE = (
    b"GET /ws/x HTTP/1.1\r\n" + HOST + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n"
)
MASK = b"\0\0\0\0"
LIMIT = http_protocol.MAX_HEAD_BYTES


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


async def answer_to(machine: Served, *pieces: bytes, seconds: float = 20) -> bytes:
    """All that the server says before it closes the connection; TimeoutError when it does not."""
    reader, writer = await asyncio.open_connection("127.0.0.1", machine.port)
    received = b""
    try:
        async with asyncio.timeout(seconds):
            with contextlib.suppress(ConnectionError):  # closed before everything was sent
                for piece in pieces:
                    writer.write(piece)
                    await writer.drain()
            with contextlib.suppress(ConnectionError):
                while piece := await reader.read(65536):
                    received += piece
    finally:
        writer.close()
    return received


async def endless(machine: Served, head: bytes, piece: bytes) -> int:
    """Bytes that the server takes of a head that never ends, before it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", machine.port)
    sent = 0
    try:
        async with asyncio.timeout(20):
            with contextlib.suppress(ConnectionError):
                writer.write(head)
                while sent < 200 * LIMIT and not reader.at_eof():
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
                    sent += len(piece)
    finally:
        writer.close()
    return sent


# --- heads ----------------------------------------------------------------------------------------------------------


async def test_a_head_that_is_too_large_is_refused_and_not_kept(machine: Served) -> None:
    for large in (b"X: " + b"a" * (LIMIT + 10) + b"\r\n", b"".join(b"X%d: 1\r\n" % n for n in range(9000))):
        answer = await answer_to(machine, b"GET / HTTP/1.1\r\n" + HOST + large + b"\r\n")
        assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")  # nothing where the kernel threw the answer away
    assert (await answer_to(machine, b"GET /" + b"a" * LIMIT + b" HTTP/1.1\r\n" + HOST + b"\r\n"))[
        :13
    ] != b"HTTP/1.1 200"


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"GET / HTTP/1.1\r\nX: ", b"a" * 8192),
        (b"GET / HTTP/1.1\r\n", b"X: 1\r\n" * 1000),
        (b"GET /", b"a" * 8192),
        (b"POST /webhooks/x HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: ", b"a" * 8192),
        (b"POST /webhooks/x HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n1;", b"a" * 8192),
    ],
    ids=["one header", "many headers", "the address", "a trailer", "an extension of a chunk"],
)
async def test_what_never_ends_is_cut_off(machine: Served, head: bytes, piece: bytes) -> None:
    assert await endless(machine, head, piece) < 120 * LIMIT, "the rest is what buffers of the kernel hold"
    assert (await machine.admin.get("/api/status")).status_code == 200


async def test_a_head_of_an_honest_size_passes(machine: Served) -> None:
    answer = await machine.admin.get("/api/status", headers={"x-long": "a" * (LIMIT // 2)})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "sent",
    [b"", b"\r\n", b"GET / HTTP/1.1\r\nHost:", b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n\r\n", HANDSHAKE],
    ids=["nothing", "an empty line", "half a head", "an empty line after an answer", "half a handshake"],
)
async def test_a_connection_that_asks_for_nothing_is_closed(
    machine: Served, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.2)
    await answer_to(machine, sent)


async def test_a_websocket_is_not_waited_for_as_if_its_head_were_missing(
    machine: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.5)
    async with machine.session() as talk:
        await asyncio.sleep(1.5)
        await talk.say(id=1, type="nonsense")
        assert (await talk.until("error"))[-1]["id"] == 1


async def test_a_body_that_trickles_in_is_given_up(machine: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.2)
    head = b"POST /webhooks/x HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\nConnection: close\r\n\r\n{"
    assert (await answer_to(machine, head)).startswith(b"HTTP/1.1 408 ")


async def test_the_rest_of_a_refused_body_keeps_no_connection(machine: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal does not wait for the body; whoever goes on sending it is not listened to for ever."""
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.2)
    head = b"POST /api/tasks HTTP/1.1\r\n" + HOST + b"Authorization: Bearer x\r\nContent-Length: 99999999\r\n\r\n"
    sent = await endless(machine, head, b"a")
    assert sent < 99999999


async def test_who_takes_nothing_of_an_answer_is_let_go(
    machine: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assets = tmp_path / "dashboard" / "assets"
    await asyncio.to_thread(assets.mkdir, parents=True)
    await asyncio.to_thread((assets / "large.js").write_bytes, b"1" * 20_000_000)
    monkeypatch.setattr(http_protocol, "READ_SECONDS", 0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", machine.port, limit=1024)
    writer.write(b"GET /assets/large.js HTTP/1.1\r\n" + HOST + b"\r\n")
    await writer.drain()
    await reader.readline()
    async with asyncio.timeout(20):
        while _open(machine, PromptHttpProtocol):
            await asyncio.sleep(0.05)
    writer.close()


# --- who is new -----------------------------------------------------------------------------------------------------


async def test_two_machines_share_no_secret_and_nobody_signs_up(machine: Served, tmp_path: Path) -> None:
    """A sign-up that is open, and a secret that has a default, let everybody in everywhere."""
    async with served(tmp_path / "other") as other:
        kept = []
        for one in (machine, other):
            folder = one.room.api.settings.credentials_dir
            kept.append({path.name: await asyncio.to_thread(path.read_bytes) for path in folder.glob("*.key")})
        assert kept[0].keys() == kept[1].keys() != set()
        assert not set(kept[0].values()) & set(kept[1].values())
        assert (await other.client(machine.token).get("/api/status")).status_code == 401
    assert [name for name, value in read_settings({}).secret_values.items() if value] == []
    stranger = machine.client(**machine.origin)
    for secret in ("", "x", "0" * 43, "secret", "changeme"):
        for door in ("login", "setup", "invite"):
            body = {"secret": secret, "name": "me", "password": "correct horse battery staple"}
            answer = await stranger.post(f"/api/auth/{door}", json=body if door != "login" else {"secret": secret})
            assert answer.status_code in (401, 422), (door, secret, answer.text)
    people = (await machine.admin.get("/api/users")).json()["items"]
    assert len(people) == 1


# --- what is no request ---------------------------------------------------------------------------------------------


async def test_what_is_no_request_is_answered_like_everything_else(machine: Served) -> None:
    answer = await answer_to(machine, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")  # TLS
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert all(name in head.lower() and value in head for name, value in SECURITY_HEADERS)
    assert b"server:" not in head.lower()
    assert b'"code": "bad_request"' in body


@pytest.mark.parametrize(
    "head",
    [
        HANDSHAKE + b"".join(b"X%d: 1\r\n" % n for n in range(300)),
        HANDSHAKE + b"X: " + b"a" * 20_000 + b"\r\n",
        HANDSHAKE + b"Content-Length: 5\r\n",
        HANDSHAKE.replace(b"GET", b"POST"),
        HANDSHAKE.replace(b"13", b"7"),
        HANDSHAKE.replace(b"x3JJ", b"x"),
        HANDSHAKE.replace(b"/ws/x", b"/ws/\xff\xfe"),
    ],
    ids=["many headers", "a long header", "a body", "POST", "an old version", "a bad key", "no ASCII"],
)
async def test_a_handshake_that_cannot_be_read_is_refused_and_not_left_open(machine: Served, head: bytes) -> None:
    answer = await answer_to(machine, head + b"\r\nabcde")
    assert answer.split(b" ")[1] in (b"400", b"405", b"426")


SNIPPETS = st.sampled_from((
    b"GET ", b"POST ", b"/", b"/ws/x", b"/webhooks/x", b" HTTP/1.1\r\n", b"\r\n", b"\r\n\r\n", HOST, HANDSHAKE,
    b"Content-Length: ", b"Transfer-Encoding: chunked\r\n", b"5\r\nabcde\r\n0\r\n\r\n", b"-1", b"\x00", b"\xff",
    b"Expect: 100-continue\r\n", b"Connection: close\r\n", b"Authorization: Bearer x\r\n", b"Upgrade: h2c\r\n",
))  # fmt: skip


async def test_whatever_comes_the_server_stands_and_its_log_stays_quiet(
    machine: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.05)
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.05)
    monkeypatch.setattr(websocket, "HELLO_SECONDS", 0.05)  # some of it is a good handshake, and silence
    monkeypatch.setattr(ws_protocol, "LINGER_SECONDS", 0.05)
    loop = asyncio.get_running_loop()

    @settings(max_examples=150, deadline=None)
    @given(st.lists(SNIPPETS | st.binary(max_size=30), max_size=12))
    def check(pieces: list[bytes]) -> None:
        asking = answer_to(machine, b"".join(pieces) + b"\r\n\r\n")
        answer = asyncio.run_coroutine_threadsafe(asking, loop).result(30)
        assert b"HTTP/1.1 5" not in answer

    await asyncio.to_thread(check)
    assert [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []
    assert (await machine.admin.get("/api/status")).status_code == 200


# --- frames ---------------------------------------------------------------------------------------------------------


async def shaken(machine: Served) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A WebSocket that has said nothing yet."""
    reader, writer = await asyncio.open_connection("127.0.0.1", machine.port)
    writer.write(HANDSHAKE + b"\r\n")
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    return reader, writer


async def closed_with(reader: asyncio.StreamReader) -> int:
    """The code of the close frame, the first that comes."""
    async with asyncio.timeout(20):
        head = await reader.readexactly(2)
        assert head[0] == 0x88, head
        return int(struct.unpack("!H", (await reader.readexactly(head[1]))[:2])[0])


async def test_a_message_in_pieces_without_end_is_given_up(machine: Served) -> None:
    reader, writer = await shaken(machine)
    with contextlib.suppress(ConnectionError):
        writer.write(b"\x01\x80" + MASK + (b"\x00\x80" + MASK) * (ws_protocol.MAX_PIECES + 1))
        await writer.drain()
    assert await closed_with(reader) == 1009
    writer.close()


async def test_text_that_is_no_utf_8_ends_the_connection_without_a_stack_in_the_log(
    machine: Served, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await shaken(machine)
    writer.write(b"\x81\x82" + MASK + b"\xff\xfe")
    assert await closed_with(reader) == 1007
    writer.close()
    assert not any(record.exc_info for record in caplog.records)


async def test_answers_to_pings_are_not_kept_for_who_does_not_read_them(machine: Served) -> None:
    reader, writer = await shaken(machine)
    ping = b"\x89\xfd" + MASK + b"p" * 125
    transport = _open(machine, PromptWebSocketProtocol)[0].transport
    for _ in range(400):
        with contextlib.suppress(ConnectionError):
            writer.write(ping * 500)
            async with asyncio.timeout(5):
                await writer.drain()
        assert transport.get_write_buffer_size() < 2 * 1024 * 1024
    writer.transport.abort()
    assert reader is not None


def _open(machine: Served, kind: type[asyncio.Protocol]) -> list[Any]:
    """The server's side of what is open now."""
    return [one for one in machine.server.server_state.connections if type(one) is kind]
