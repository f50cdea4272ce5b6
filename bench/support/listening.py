"""One WebSocket client."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from websockets.sync.client import ClientConnection, connect

from bench.support.daemon import Daemon

MAX_FRAME = 16 * 1024 * 1024


@contextmanager
def connected(machine: Daemon) -> Iterator[ClientConnection]:
    """A connection that has said who it is and was told `session.ready`; the feed comes by itself."""
    session_id = machine.request("POST", "/api/sessions")["session_id"]
    address = f"ws://127.0.0.1:{machine.port}/ws/{session_id}"
    with connect(address, max_size=MAX_FRAME, proxy=None, compression=None) as socket:
        socket.send(json.dumps({"type": "hello", "token": machine.token}))
        while json.loads(socket.recv(30))["type"] != "session.ready":
            continue
        yield socket


def subscribe(socket: ClientConnection, task_id: str) -> None:
    """Ask for all events of a task from its first one on."""
    socket.send(json.dumps({"type": "subscribe", "id": 1, "task_id": task_id, "after": 0}))
