"""Definitions of a fleet over HTTP, in processes of their own over one PostgreSQL."""

import time
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from tests.support.daemon import DaemonProcess

pytestmark = pytest.mark.timeout(300)

FORM = {"name": "helper", "description": "Helps.", "instructions": "Speak of the first version."}
Start = Callable[[str, str], DaemonProcess]


@pytest.fixture
def start(tmp_path: Path, postgres_url: SecretStr) -> Iterator[Start]:
    """Starts a demo daemon in a role, by a name of its own."""
    with ExitStack() as stack:

        def started(role: str, machine_id: str) -> DaemonProcess:
            environment = {
                "DATABASE_URL": postgres_url.get_secret_value(),
                "MACHINE_ID": machine_id,
                "MACHINE_LEASE_SECONDS": "4",
                "MACHINE_SECRET_KEY": "k" * 40,
            }
            folder = tmp_path / machine_id
            daemon = DaemonProcess.start(folder, extra_env=environment, arguments=("--demo", "--role", role))
            stack.callback(lambda: daemon.process is None or daemon.process.poll() is not None or daemon.terminate())
            return daemon

        yield started


def until(look: Callable[[], Any], is_so: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + 60
    while not is_so(found := look()):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


def ended(web: DaemonProcess, agent: str) -> Any:
    task_id = web.post("/api/tasks", {"message": "demo:edit", "agent": agent})["task_id"]
    return until(lambda: web.get(f"/api/tasks/{task_id}"), lambda task: task["completed_at"] is not None)


def names(web: DaemonProcess) -> set[str]:
    return {agent["name"] for agent in web.get("/api/agents")["items"]}


def test_an_agent_made_at_a_process_that_runs_nothing_runs_at_another_and_is_changed_there(start: Start) -> None:
    one, two = start("web", "web-1"), start("all", "w1")
    one.post("/api/agents", FORM)
    first = ended(one, "helper")
    assert (first["status"], first["machine_id"]) == ("completed", "w1")
    until(lambda: names(two), lambda known: "helper" in known)
    with pytest.raises(urllib.error.HTTPError) as refused:
        two.post("/api/agents", FORM)
    assert "helper already" in refused.value.read().decode()
    assert refused.value.code == 409

    two.put("/api/agents/helper", {**FORM, "instructions": "Speak of the second version."})
    second = ended(two, "helper")
    assert second["definitions_version"] > first["definitions_version"] > 0
    workspaces = two.data_dir / "workspaces"
    texts = [(workspaces / task["task_id"] / "CLAUDE.md").read_text() for task in (first, second)]
    assert ["first" in text for text in texts] == [True, False]

    # Who has not seen the newest version yet may not delete it.
    until(lambda: one.get("/api/agents/helper"), lambda seen: "the second version" in str(seen))
    one.delete("/api/agents/helper")
    until(lambda: names(two), lambda known: "helper" not in known)


def test_a_worker_that_was_killed_comes_back_to_what_was_changed_meanwhile(start: Start) -> None:
    web, worker = start("web", "web-1"), start("worker", "w1")
    web.post("/api/agents", FORM)
    assert ended(web, "helper")["status"] == "completed"
    worker.kill9()
    web.put("/api/agents/helper", {**FORM, "instructions": "Speak of the second version."})
    worker = start("worker", "w1")
    task = ended(web, "helper")
    assert "second" in (worker.data_dir / "workspaces" / task["task_id"] / "CLAUDE.md").read_text()
    assert not (worker.data_dir / "config" / ".aside").exists()
