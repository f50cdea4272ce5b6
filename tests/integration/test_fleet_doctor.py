"""`machine doctor --fleet` and `machine machines` against real processes over one PostgreSQL."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from tests.support.daemon import DaemonProcess

Start = Callable[..., DaemonProcess]
pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def start(tmp_path: Path, postgres_url: SecretStr) -> Iterator[Start]:
    with ExitStack() as stack:

        def started(role: str, machine_id: str, **environment: str) -> DaemonProcess:
            common = {"DATABASE_URL": postgres_url.get_secret_value(), "MACHINE_ID": machine_id}
            common |= {"MACHINE_LEASE_SECONDS": "6", "MACHINE_SECRET_KEY": "k" * 40, "MACHINE_DRAIN_SECONDS": "1"}
            daemon = DaemonProcess.start(
                tmp_path / machine_id,
                extra_env={**common, **environment},
                arguments=("--demo", "--role", role),
            )
            stack.callback(lambda: daemon.process is None or daemon.process.poll() is not None or daemon.terminate())
            return daemon

        yield started


def said_by(daemon: DaemonProcess, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What the doctor says of the fleet, by check, once it is so."""
    deadline = time.monotonic() + 60
    while True:
        done = daemon.command("doctor", "--fleet", "--json")
        body = json.loads(done.stdout)
        found = {one["check"]: one for one in body["checks"]}
        assert done.returncode == (0 if body["ok"] else 1)
        if is_so(found):
            return found
        assert time.monotonic() < deadline, body
        time.sleep(0.5)


def test_what_differs_between_machines_is_said_and_what_was_lost(start: Start, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    web = start("web", "web-1")
    start("worker", "w1", MACHINE_SHARED_DIR=str(shared))
    said = said_by(web, lambda found: "MACHINE_SHARED_DIR" not in str(found) and found["claude"]["level"] == "ok")
    assert {one["level"] for one in said.values()} == {"ok"}, said
    assert said["machines"]["text"] == "2 at work: w1 (worker), web-1 (web)"
    assert said["shared folder"]["text"] == "the same on all that run tasks"

    other = {"MACHINE_SECRET_KEY": "another key, which has as many letters", "REDIS_URL": "redis://127.0.0.1:1"}
    second = start("worker", "w2", MACHINE_LEASE_SECONDS="8", MACHINE_SHARED_DIR=str(tmp_path / "elsewhere"), **other)
    said = said_by(web, lambda found: found["shared folder"]["level"] == "problem" and "w2" in found["keys"]["text"])
    assert {check for check, one in said.items() if one["level"] != "ok"} == {"lease", "redis", "shared folder", "keys"}
    assert said["keys"]["text"] == "MACHINE_SECRET_KEY is not the same on all: w1, web-1; w2"
    assert other["MACHINE_SECRET_KEY"] not in json.dumps(said)

    second.kill9()
    said = said_by(web, lambda found: "w2 was lost" in found["machines"]["text"])
    assert said["keys"]["level"] == "ok"
    text = web.command("doctor", "--fleet").stdout
    assert "warning  machines: w2 was lost" in text
    assert "→ Look at its log" in text


def test_a_worker_is_drained_from_the_terminal_and_takes_tasks_again(start: Start) -> None:
    web = start("web", "web-1")
    start("worker", "w1", MACHINE_LABELS="gpu")
    listed = web.command("machines")
    assert listed.returncode == 0, listed.stderr
    head, worker, page = listed.stdout.splitlines()
    assert head.split()[:3] == ["MACHINE", "ROLE", "STATE"]
    assert worker.split()[:3] == ["w1", "worker", "ready"]
    assert "gpu" in worker
    assert page.split()[:3] == ["web-1", "web", "ready"]
    assert web.command("machines", "drain", "w1").stdout == "w1 takes no more tasks; it has none\n"
    assert json.loads(web.command("machines", "--json").stdout)["items"][0]["state"] == "draining"
    assert web.command("machines", "resume", "w1").stdout == "w1 takes tasks again\n"
    refused = web.command("machines", "drain", "nobody")
    assert refused.returncode == 2
    assert "There is no machine nobody" in refused.stderr


def test_a_machine_that_works_alone_says_so_and_how_several_would(tmp_path: Path) -> None:
    done = DaemonProcess(tmp_path / "data").command("doctor", "--fleet")
    assert done.returncode == 0
    assert "works alone" in done.stdout
    assert "DATABASE_URL" in done.stdout
    assert not (tmp_path / "data").exists()
