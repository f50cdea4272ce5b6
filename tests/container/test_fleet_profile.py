"""The fleet of the compose file: two web processes behind a proxy, three workers, PostgreSQL and Redis."""

import contextlib
import http.client
import json
import os
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.container.conftest import ENDED, ENGINE, engine
from websockets import ConnectionClosedError, Origin
from websockets.sync.client import connect

pytestmark = [
    pytest.mark.skipif(not os.environ.get("MACHINE_FLEET"), reason="needs images: run scripts/fleet-check"),
    pytest.mark.timeout(500),
]
ROOT = Path(__file__).parents[2]
STRANGER = "203.0.113.7"
WORKERS = ("worker-1", "worker-2", "worker-3")


@dataclass
class Fleet:
    """Reached through its proxy alone."""

    folder: Path
    port: int
    name: str = field(default_factory=lambda: f"fleet-check-{uuid4().hex[:6]}")
    cookie: str = ""

    def script(self, *arguments: str) -> str:
        """What `scripts/fleet` says."""
        given = {
            "FLEET_ENV": str(self.folder / "fleet.env"),
            "FLEET_PROJECT": self.name,
            "FLEET_FRONT": "10.213.9.0/28",
        }
        given |= {
            "MACHINE_PUBLISH": f"127.0.0.1:{self.port}",
            "MACHINE_SERVE_OPTIONS": "--demo",
            "MACHINE_MEMORY": "2g",
        }
        done = subprocess.run(
            ("scripts/fleet", *arguments), cwd=ROOT, env={**os.environ, **given}, capture_output=True, text=True,
            check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, f"{arguments}: {done.stdout[-2000:]}{done.stderr[-3000:]}"
        return done.stdout

    def container(self, service: str) -> str:
        labels = (f"label=com.docker.compose.project={self.name}", f"label=com.docker.compose.service={service}")
        return engine("ps", "--quiet", *(part for label in labels for part in ("--filter", label))).strip()

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """The JSON of the answer, which is no refusal. Every request has a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        own = {"origin": f"http://127.0.0.1:{self.port}", "content-type": "application/json", "cookie": self.cookie}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {**own, **headers})
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        assert answer.status < 300, (answer.status, said)
        if given := answer.headers.get("set-cookie"):
            self.cookie = given.partition(";")[0]
        return json.loads(said) if said else None

    def submit(self, message: str) -> str:
        return str(self.ask("POST", "/api/tasks", {"message": message, "agent": "executor"})["task_id"])

    def follow(self, task_id: str, seen: dict[int, str]) -> None:
        """Add the task's events to `seen`, by their numbers, until all are there. What comes on the machine's feed may
        be ahead of what was asked for. Raises ConnectionClosedError."""
        session = self.ask("POST", "/api/sessions")["session_id"]
        origin = Origin(f"http://127.0.0.1:{self.port}")
        url, headers = f"ws://127.0.0.1:{self.port}/ws/{session}", {"cookie": self.cookie}
        with connect(url, origin=origin, additional_headers=headers, proxy=None) as live:
            live.send(json.dumps({"type": "subscribe", "id": 1, "task_id": task_id, "after": 0}))
            while "task.completed" not in seen.values() or len(seen) < max(seen):
                event = json.loads(live.recv(timeout=60))
                if event.get("task_id") == task_id and "seq" in event:
                    seen[event["seq"]] = event["type"]

    def until(self, task_id: str, *status: str, seconds: float = 120) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while (task := self.ask("GET", f"/api/tasks/{task_id}"))["status"] not in status:
            assert task["status"] not in ENDED, task
            assert time.monotonic() < deadline, task
            time.sleep(0.3)
        return dict(task)


def free_port() -> int:
    """None that the system hands out by itself: until the proxy listens on it, minutes pass."""
    for port in range(18400, 18500):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no port from 18400 to 18499 is free")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Up, and somebody signed in with the link that was printed."""
    made = Fleet(tmp_path_factory.mktemp("fleet"), free_port())
    try:
        began = time.monotonic()
        said = made.script("up")
        print(f"up after {time.monotonic() - began:.0f} s")
        secret = next(line for line in said.splitlines() if "#" in line and "http" in line).strip().partition("#")[2]
        made.ask("POST", "/api/auth/login", {"secret": secret})
        yield made
    finally:
        made.script("down", "--volumes")


def test_its_passwords_are_made_once_for_their_owner_alone(fleet: Fleet) -> None:
    file = fleet.folder / "fleet.env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    values = [line.partition("=")[2] for line in file.read_text().splitlines() if "=" in line]
    assert len({*values}) == 3
    assert all(len(value) == 64 for value in values)


def test_whoever_is_signed_in_is_so_at_every_web_and_a_proxy_says_who_it_is(fleet: Fleet) -> None:
    for _ in range(6):
        assert fleet.ask("GET", "/api/auth/me")["role"] == "administrator"
    fleet.ask("POST", "/api/tokens", {"name": "from afar"}, **{"x-forwarded-for": STRANGER})
    newest = fleet.ask("GET", "/api/audit")["items"][0]
    assert (newest["action"], newest["address"]) == ("token.create", STRANGER)
    warnings = fleet.ask("GET", "/api/status")["warnings"]
    assert {one["code"] for one in warnings} <= {"agents_not_kept_in"}, "a container has no sandbox within"


def test_words_of_an_agent_come_through_the_proxy_and_its_files_from_the_worker(fleet: Fleet) -> None:
    task_id = fleet.submit("demo:edit")
    seen: dict[int, str] = {}
    for _ in range(5):  # who was cut off, because it was too slow or a computer was, asks again
        with contextlib.suppress(ConnectionClosedError):
            fleet.follow(task_id, seen)
            break
    assert sorted(seen) == list(range(1, len(seen) + 1))
    assert {"task.created", "task.started", "task.output", "task.completed"} <= {*seen.values()}
    names = [entry["name"] for entry in fleet.ask("GET", f"/api/tasks/{task_id}/files")["entries"]]
    assert "demo-notes.md" in names


def test_a_task_goes_on_elsewhere_when_the_container_of_its_worker_is_killed(fleet: Fleet) -> None:
    task_id = fleet.submit("demo:slow")
    lost = fleet.until(task_id, "running")["machine_id"]
    assert lost in WORKERS
    began = time.monotonic()
    engine("kill", fleet.container(lost))
    task = fleet.until(task_id, "completed", seconds=180)
    print(f"{lost} was killed; {task['machine_id']} had ended its task {time.monotonic() - began:.0f} s later")
    assert task["machine_id"] in {*WORKERS} - {lost}
    assert task["attempt"] == 2


def test_no_request_fails_while_a_web_is_stopped(fleet: Fleet) -> None:
    stopping = subprocess.Popen((ENGINE, "stop", "--time", "60", fleet.container("web-1")), stdout=subprocess.DEVNULL)
    asked = 0
    while stopping.poll() is None or asked < 50:
        fleet.ask("GET", "/api/auth/me")
        asked += 1
        time.sleep(0.05)
    print(f"{asked} requests were answered meanwhile")
    assert stopping.returncode == 0


@pytest.mark.parametrize("closed", ["/proc/1/environ", "/shared", "/data/db", "/data/config"])
def test_an_agents_user_reads_neither_passwords_nor_what_the_machines_share(fleet: Fleet, closed: str) -> None:
    there = next(found for name in WORKERS if (found := fleet.container(name)))
    command = f"cat {closed} 2>&1 || ls {closed} 2>&1"
    said = engine("exec", "--user", "20001:20001", there, "sh", "-c", command, check=False)
    assert "ermission denied" in said, said
