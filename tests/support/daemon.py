"""The real daemon as a process of its own, started the way a person starts it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

START_SECONDS = 30.0
END_SECONDS = 60.0


def clean_environment(home: Path, **extra: str) -> dict[str, str]:
    """An environment with nothing of whoever runs the tests: a home of its own, no login, no keys, no settings."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ", "TMPDIR") if name in os.environ}
    return {**kept, "HOME": str(home), "XDG_DATA_HOME": str(home / "share"), "PYTHONUNBUFFERED": "1", **extra}


class DaemonProcess:
    """`machine serve --demo` on a data folder. Its log goes to a file beside that folder."""

    def __init__(self, data_dir: Path, *, extra_env: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir
        self.home = data_dir.parent / f"{data_dir.name}-home"
        self.home.mkdir(parents=True, exist_ok=True)
        self.log = data_dir.parent / f"{data_dir.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.extra_env = dict(extra_env or {})
        """May be changed between two launches."""
        self.prefix: Sequence[str] = ()
        """A program, with its arguments, that starts it in its own place: `setpriv` and the like."""
        self.python = sys.executable
        self.start_seconds, self.end_seconds = START_SECONDS, END_SECONDS
        self.module = "machine"
        """What that runs: another one stands for another version of the program."""
        self._token: str | None = None

    @classmethod
    def start(
        cls,
        data_dir: Path,
        port: int = 0,
        extra_env: Mapping[str, str] | None = None,
        arguments: Sequence[str] = ("--demo",),
    ) -> "DaemonProcess":
        """Start one and wait until it is healthy. Raises AssertionError, with its log, when it is not in time."""
        daemon = cls(data_dir, extra_env=extra_env)
        daemon.launch(port, arguments)
        return daemon

    @property
    def environment(self) -> dict[str, str]:
        """What it and the commands that go with it are started with."""
        return clean_environment(self.home, **self.extra_env)

    @property
    def written(self) -> dict[str, Any]:
        """`run/daemon.json`: url, pid, started_at."""
        found: dict[str, Any] = json.loads((self.data_dir / "run" / "daemon.json").read_text(encoding="utf-8"))
        return found

    @property
    def url(self) -> str:
        return str(self.written["url"])

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def launch(self, port: int = 0, arguments: Sequence[str] = ("--demo",)) -> None:
        """Start it, also again after its end, on the same data folder."""
        command = [*self.prefix, self.python, "-m", self.module, "serve", *arguments]
        command += ["--host", "127.0.0.1", "--port", str(port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--data-dir", str(self.data_dir)],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait_until_healthy()

    def command(
        self, *arguments: str, env: Mapping[str, str] | None = None, **options: Any
    ) -> "subprocess.CompletedProcess[str]":
        """Run `machine …` for this daemon's data folder and return what it said."""
        return subprocess.run(
            [sys.executable, "-m", "machine", *arguments],
            env={**self.environment, "MACHINE_DATA_DIR": str(self.data_dir), **(env or {})},
            **{"capture_output": True, "text": True, "timeout": 60, "check": False, **options},
        )

    def token(self) -> str:
        """A token of the local administrator, made once through `machine token create`."""
        if self._token is None:
            made = self.command("token", "create", "--name", "tests")
            assert made.returncode == 0, made.stderr
            self._token = made.stdout.strip()
        return self._token

    def get(self, path: str, *, token: str | None = None) -> Any:
        """The JSON at `path`, asked with a token."""
        return self._request(path, None, token)

    def post(self, path: str, body: object, *, token: str | None = None) -> Any:
        """What the daemon answers to `body`."""
        return self._request(path, json.dumps(body).encode(), token)

    def put(self, path: str, body: object) -> Any:
        """The same with PUT."""
        return self._request(path, json.dumps(body).encode(), None, method="PUT")

    def delete(self, path: str) -> Any:
        """The same with DELETE, and no body."""
        return self._request(path, None, None, method="DELETE")

    def send(self, number: signal.Signals) -> None:
        """Send a signal and do not wait."""
        assert self.process is not None
        self.process.send_signal(number)

    def wait(self, timeout_seconds: float = END_SECONDS) -> int:
        """Wait for its end; the exit code (negative: the signal). Raises subprocess.TimeoutExpired."""
        assert self.process is not None
        return self.process.wait(timeout_seconds)

    def kill9(self) -> None:
        """SIGKILL, and wait until it is gone."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(END_SECONDS)

    def terminate(self) -> int:
        """SIGTERM, and wait for its end. Returns its exit code (negative: the signal)."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(self.end_seconds)
        except subprocess.TimeoutExpired:
            self.kill9()
            raise AssertionError(f"the daemon did not end within {self.end_seconds:g} s\n{self.log_text()}") from None

    def log_text(self) -> str:
        """Everything that it and its predecessors on this folder said."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def _request(self, path: str, body: bytes | None, token: str | None, *, method: str | None = None) -> Any:
        request = urllib.request.Request(f"{self.url}{path}", data=body, method=method)  # noqa: S310 - loopback only
        request.add_header("Authorization", f"Bearer {token or self.token()}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - loopback only
            text = answer.read()
        return json.loads(text) if text else None

    def _wait_until_healthy(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + self.start_seconds
        while time.monotonic() < deadline:
            if (code := self.process.poll()) is not None:
                raise AssertionError(f"the daemon ended with {code} before it was healthy\n{self.log_text()}")
            with contextlib.suppress(OSError, ValueError, KeyError):
                if self.prefix or self.written["pid"] == self.process.pid:
                    with urllib.request.urlopen(f"{self.url}/healthz", timeout=2):  # noqa: S310 - loopback only
                        return
            time.sleep(0.05)
        self.kill9()
        raise AssertionError(f"the daemon was not healthy within {self.start_seconds:g} s\n{self.log_text()}")


@contextlib.contextmanager
def demo_daemon_on(data_dir: Path, *, extra_env: Mapping[str, str] | None = None) -> Iterator[DaemonProcess]:
    """A demo daemon that is ended, whatever happened to it, when the block is left."""
    daemon = DaemonProcess.start(data_dir, extra_env=extra_env)
    try:
        yield daemon
    finally:
        if daemon.process is not None and daemon.process.poll() is None:
            daemon.terminate()
