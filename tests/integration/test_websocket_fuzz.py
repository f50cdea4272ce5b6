"""Frames that make sense and frames that make none, before and after the hello, to a daemon as it is run.

Whatever comes: the connection is answered or closes with a code that is written down, nothing of it is a mistake of
ours, and the daemon goes on for everybody else.
"""

import asyncio
import contextlib
import json
import socket
from collections.abc import Coroutine, Iterator
from typing import Any

import httpx2
import pytest
import websockets
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.support.daemon import DaemonProcess, demo_daemon_on

CODES = {1000, 1002, 1003, 1007, 1009, 4400, 4401, 4403, 4408, 4429}
"""What a client can bring about: see `session_socket`, and RFC 6455 for what is below 4000."""
FUZZ = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KINDS = ("hello", "subscribe", "unsubscribe", "feed", "chat.message", "task.input", "task.stop", "approval.answer")
FIELDS = ("id", "task_id", "after", "message", "conversation_id", "agent", "mode", "approval_id", "decision", "token")


def shaped(task_id: str) -> st.SearchStrategy[str]:
    """Messages that are nearly right, about a task that is there."""
    right = {"id": st.integers(0, 9), "task_id": st.just(task_id), "after": st.integers(0, 3)}
    values = {field: right.get(field, JSON) | JSON for field in FIELDS}
    messages = st.fixed_dictionaries({"type": st.sampled_from(KINDS) | JSON}, optional=values)
    return messages.map(json.dumps)


def frames(task_id: str) -> st.SearchStrategy[list[str | bytes]]:
    anything = st.text(max_size=60) | st.binary(max_size=60) | JSON.map(json.dumps) | shaped(task_id)
    return st.lists(anything, min_size=1, max_size=8)


NO_TEXT = b"\x81\x82\0\0\0\0\xff\xfe"
PIECE = b"\x01\x80\0\0\0\0"
FRAMES = st.builds(
    lambda kind, content: bytes((kind, 0x80 | len(content))) + bytes(4) + content,
    st.sampled_from((0x81, 0x01, 0x00, 0x80, 0x82, 0x88, 0x89, 0x8A)) | st.integers(0, 255),
    st.binary(max_size=40),
) | st.binary(min_size=1, max_size=20)
"""Of any kind, whole or in pieces, with a mask of zeros; and bytes."""


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    with demo_daemon_on(tmp_path_factory.mktemp("fuzzed") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def task_id(daemon: DaemonProcess) -> str:
    return str(daemon.post("/api/tasks", {"message": "Say hello.", "agent": "planning"})["task_id"])


def viewer_of(daemon: DaemonProcess) -> str:
    """A token that may look: what is fuzzed must not start a hundred runs of Claude Code."""
    made = daemon.command("token", "create", "--name", "looks", "--scope", "read")
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


async def talk(daemon: DaemonProcess, said: list[str | bytes], *, hello: str | None) -> int | None:
    """Say it all; the close code, or None where the connection answers still."""
    async with httpx2.AsyncClient(base_url=daemon.url, trust_env=False) as client:
        headers = {"authorization": f"Bearer {daemon.token()}" if hello is None else f"Bearer {hello}"}
        session_id = (await client.post("/api/sessions", headers=headers)).raise_for_status().json()["session_id"]
    url = daemon.url.replace("http:", "ws:") + f"/ws/{session_id}"
    async with websockets.connect(url, proxy=None, max_size=2**26) as connection:
        try:
            if hello is not None:
                await connection.send(json.dumps({"type": "hello", "token": hello}))
            for frame in said:
                await connection.send(frame)
            if hello is not None:
                await connection.send('{"type":"unsubscribe","id":"last","task_id":"task_none"}')
            async with asyncio.timeout(30):
                while True:
                    heard = json.loads(await connection.recv())
                    if heard["type"] == "error":
                        assert heard["status"] != 500, heard
                    if heard.get("id") == "last":
                        return None
        except websockets.ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


def run(work: Coroutine[Any, Any, int | None]) -> int | None:
    return asyncio.run(work)


def stands(daemon: DaemonProcess) -> None:
    """It answers, and has logged no mistake."""
    assert daemon.get("/api/status")["me"]["role"] == "administrator"
    assert "Traceback" not in daemon.log_text()


def test_before_a_hello_anything_else_closes_the_connection(daemon: DaemonProcess, task_id: str) -> None:
    @FUZZ
    @given(frames(task_id))
    def check(said: list[str | bytes]) -> None:
        assert run(talk(daemon, said, hello=None)) in CODES - {1000}

    check()
    stands(daemon)


def test_after_it_every_message_is_answered_or_ends_the_connection_with_a_code(
    daemon: DaemonProcess, task_id: str
) -> None:
    token = viewer_of(daemon)

    @FUZZ
    @given(frames(task_id))
    def check(said: list[str | bytes]) -> None:
        code = run(talk(daemon, said, hello=token))
        assert code is None or code in CODES

    check()
    stands(daemon)


def test_bytes_that_are_no_frames_end_their_own_connection_only(daemon: DaemonProcess) -> None:
    port = int(daemon.url.rpartition(":")[2])
    head = (
        b"GET /ws/x HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n"
    )

    @FUZZ
    @example([NO_TEXT])
    @example([PIECE, PIECE.replace(b"\x01", b"\x81")])
    @given(st.lists(FRAMES, min_size=1, max_size=5))
    def check(sent: list[bytes]) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(head)
            assert connection.recv(4096).startswith(b"HTTP/1.1 101 ")
            with contextlib.suppress(ConnectionError):
                connection.sendall(b"".join(sent))
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(4096):
                    pass

    check()
    stands(daemon)
