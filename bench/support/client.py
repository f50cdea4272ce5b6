"""One HTTP client of a daemon, on a connection that is kept."""

import http.client
import json
import socket
import time
from typing import Any

ANSWER_SECONDS = 60.0
IDLE_SECONDS = 3.0
"""The server closes a kept connection that was idle for 5 s."""


class Client:
    """For one thread."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
        self._used = 0.0
        self._connect()
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def request(self, method: str, path: str, body: object = None) -> Any:
        """The JSON answer. Raises RuntimeError for an error."""
        if time.monotonic() - self._used > IDLE_SECONDS:
            self._connect()
        content = None if body is None else json.dumps(body)
        self._connection.request(method, path, content, self._headers)
        answer = self._connection.getresponse()
        text = answer.read()
        self._used = time.monotonic()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:500]!r}")
        return json.loads(text) if text else None

    def _connect(self) -> None:
        self._connection.close()
        self._connection.connect()
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._used = time.monotonic()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()
