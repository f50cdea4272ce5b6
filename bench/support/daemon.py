"""The daemon as a process of its own, on a data folder of its own, started the way a person starts it."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil

from bench.support.client import Client

START_SECONDS = 30.0
REST_LOOK_SECONDS = 0.5
REST_SHARE = 0.05
"""Of one processor; below that, a daemon is at rest."""
END_SECONDS = 45.0
COMPLETE_SECONDS = 60.0
OPEN = ("queued", "running", "waiting_input")


def free_port() -> int:
    """A port of loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(home: Path, **extra: str) -> dict[str, str]:
    """Nothing of whoever measures: a home of its own, no login, no keys, no settings."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ", "TMPDIR") if name in os.environ}
    return {**kept, "HOME": str(home), "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", **extra}


class Daemon:
    """`machine serve` on `folder`/data; `variables` are its settings, `arguments` those of `serve`."""

    def __init__(self, folder: Path, *arguments: str, **variables: str) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        self.port = free_port()
        self.start_seconds = 0.0
        """From its spawn to its first healthy answer."""
        (folder / "home").mkdir(parents=True, exist_ok=True)
        self._arguments = arguments
        self._environment = environment(folder / "home", **variables)
        self._process: subprocess.Popen[bytes] | None = None
        self._client: Client | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def token(self) -> str:
        """That of this data folder's own command line."""
        return (self.data_dir / "run" / "cli-token").read_text(encoding="utf-8").strip()

    def start(self) -> None:
        """Start it, also again after its end, and wait until it is healthy."""
        command = [sys.executable, "-m", "machine", "serve", *self._arguments, "--port", str(self.port)]
        begun = time.monotonic()
        with (self.folder / "daemon.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--data-dir", str(self.data_dir)],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_healthy(self.port, self._process)
        except RuntimeError as error:
            said = (self.folder / "daemon.log").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"{error}: {said[-500:]}") from error
        self.start_seconds = time.monotonic() - begun
        while not self._announced():
            time.sleep(0.005)

    def rest(self) -> None:
        """Wait until it does nothing more by itself: after its start it imports in the background what runs need.

        Raises RuntimeError when it is never at rest.
        """
        deadline = time.monotonic() + START_SECONDS
        quiet = 0
        while quiet < 3:  # an import waits for the disk in between
            if time.monotonic() > deadline:
                raise RuntimeError("the daemon does not come to rest")
            before = self.cpu_seconds()
            time.sleep(REST_LOOK_SECONDS)
            quiet = quiet + 1 if self.cpu_seconds() - before < REST_SHARE * REST_LOOK_SECONDS else 0

    def kill(self) -> None:
        """SIGKILL."""
        assert self._process is not None
        self._forget_client()
        self._process.kill()
        self._process.wait(END_SECONDS)

    def end(self) -> None:
        """SIGTERM twice, which parks what still runs, then SIGKILL where that does not help."""
        if self._process is None or self._process.poll() is not None:
            return
        self._forget_client()
        self._process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def request(self, method: str, path: str, body: object = None) -> Any:
        """The JSON answer, on a connection that is kept. Raises RuntimeError for an error."""
        if self._client is None:
            self._client = self.client()
        return self._client.request(method, path, body)

    def client(self) -> Client:
        """A connection of its own."""
        return Client(self.port, self.token)

    def submit(self, message: str, **fields: object) -> str:
        """The id of a new task."""
        return str(self.request("POST", "/api/tasks", {"agent": "planning", "message": message, **fields})["task_id"])

    def task(self, task_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.request("GET", f"/api/tasks/{task_id}")
        return found

    def completed(self, task_id: str, seconds: float = COMPLETE_SECONDS) -> dict[str, Any]:
        """The task once it has completed. Raises RuntimeError when it ends otherwise or takes longer."""
        deadline = time.monotonic() + seconds
        while (found := self.task(task_id))["status"] in OPEN:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{task_id} is {found['status']} after {seconds:g} s")
            time.sleep(0.01)
        if found["status"] != "completed":
            raise RuntimeError(f"{task_id}: {found['status']} {found['failure']}")
        return found

    def memory_mb(self) -> float:
        """Resident memory of the daemon itself, in units of 1,000,000 bytes."""
        return float(psutil.Process(self.pid).memory_info().rss) / 1e6

    def cpu_seconds(self) -> float:
        """Processor time of the daemon and of all its children that have ended."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)

    def _announced(self) -> bool:
        """Whether this start, and not one before it, has written its token; healthy it is a moment earlier."""
        try:
            said = json.loads((self.data_dir / "run" / "daemon.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return bool(said["pid"] == self.pid)

    def _forget_client(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


def wait_healthy(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Return at the first answer of `/healthz`. Raises RuntimeError when the process ends, or after 30 s."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except (OSError, http.client.HTTPException):
            if process.poll() is not None:
                break
        finally:
            connection.close()
        time.sleep(0.002)
    raise RuntimeError(f"not healthy (exit code {process.poll()})")


@contextlib.contextmanager
def daemon(folder: Path, *arguments: str, **variables: str) -> Iterator[Daemon]:
    """A daemon that runs while the block does."""
    made = Daemon(folder, *arguments, **variables)
    try:
        made.start()
        yield made
    finally:
        made.end()


def with_program(program: Path, **more: str) -> Mapping[str, str]:
    """Settings with which a program of ours stands in the place of the CLI."""
    return {"CLAUDE_CLI_PATH": str(program), "ANTHROPIC_API_KEY": "no-key-is-needed", **more}
