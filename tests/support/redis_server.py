"""A Redis of the test's own: started, killed, restarted empty, paused."""

import contextlib
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final

import pytest

START_SECONDS: Final = 20.0


class RedisServer:
    """`redis-server` on a socket in `folder`, which keeps nothing. Raises RuntimeError when it does not start.

    `port`: listen there on loopback instead. `options` are further ones of its command line.
    """

    def __init__(self, folder: Path, *options: str, port: int = 0) -> None:
        self._folder = folder
        self._options = options
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def __enter__(self) -> "RedisServer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}" if self._port else f"unix://{self._socket}"

    def start(self) -> None:
        """Begin empty; return when it takes connections."""
        where = ("--port", str(self._port), "--bind", "127.0.0.1")
        if not self._port:
            self._socket.unlink(missing_ok=True)
            where = ("--port", "0", "--unixsocket", str(self._socket))
        with (self._folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    "redis-server",
                    *where,
                    "--save",
                    "",
                    "--appendonly",
                    "no",
                    "--dir",
                    str(self._folder),
                    *self._options,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + START_SECONDS
        while not self._takes_connections():
            if self._process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise RuntimeError(f"redis-server did not start: {(self._folder / 'redis.log').read_text()[-2000:]}")
            time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL; what it held is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """It takes connections, and does nothing at all."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    @property
    def _socket(self) -> Path:
        return self._folder / "redis.sock"

    def _takes_connections(self) -> bool:
        family = socket.AF_INET if self._port else socket.AF_UNIX
        with socket.socket(family, socket.SOCK_STREAM) as probe, contextlib.suppress(OSError):
            probe.connect(("127.0.0.1", self._port) if self._port else str(self._socket))
            return True
        return False


def needs_redis() -> None:
    """Skip the test where there is none and none could be installed; `scripts/test-setup` tries."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed: apt-get install redis-server")
