"""`machine serve` in its roles, as processes of their own over one PostgreSQL."""

import signal
import time
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from tests.support.daemon import DaemonProcess
from tests.support.workbench import processes_of

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
            }
            folder = tmp_path / machine_id
            daemon = DaemonProcess.start(folder, extra_env=environment, arguments=("--demo", "--role", role))
            stack.callback(lambda: daemon.process is None or daemon.process.poll() is not None or daemon.terminate())
            return daemon

        yield started


def until(web: DaemonProcess, task_id: str, is_so: Callable[[Any], bool]) -> Any:
    """The task, as the web process tells it, once it is so."""
    deadline = time.monotonic() + 60
    while not is_so(task := web.get(f"/api/tasks/{task_id}")):
        assert time.monotonic() < deadline, task
        time.sleep(0.1)
    return task


def submitted(web: DaemonProcess, message: str) -> str:
    return str(web.post("/api/tasks", {"message": message, "agent": "executor"})["task_id"])


def running(task: Any) -> bool:
    return bool(task["status"] == "running" and task["output_stream"])


def test_everything_is_done_through_the_web_process_and_nothing_in_it(start: Start) -> None:
    web, worker = start("web", "web-1"), start("worker", "w1")
    assert "works on tasks as w1" in worker.log_text()
    assert "web: takes requests" in web.command("status").stdout

    asked = submitted(web, "demo:ask")
    until(web, asked, lambda task: task["status"] == "waiting_input")
    [card] = web.get("/api/approvals")["items"]
    question = card["input"]["questions"][0]
    answers = {question["question"]: question["options"][0]["label"]}
    web.post(f"/api/approvals/{card['approval_id']}", {"decision": "allow", "answers": answers})
    assert until(web, asked, lambda task: task["status"] in ("completed", "failed"))["status"] == "completed"

    slow = submitted(web, "demo:slow")
    until(web, slow, running)
    assert web.post(f"/api/tasks/{slow}/input", {"message": "hurry up"})["task_id"] == slow
    assert processes_of(slow)
    assert web.post(f"/api/tasks/{slow}/stop", {"mode": "stop"})["status"] == "cancelled"
    assert not processes_of(slow)
    assert list((web.data_dir / "workspaces").iterdir()) == []


def test_what_runs_on_a_worker_that_is_killed_goes_on_at_another_and_can_be_stopped_there(start: Start) -> None:
    web, first = start("web", "web-1"), start("worker", "w1")
    task_id = submitted(web, "demo:slow")
    until(web, task_id, running)
    first.kill9()
    start("worker", "w2")
    until(web, task_id, lambda task: task["machine_id"] == "w2" and task["status"] == "running")
    assert web.post(f"/api/tasks/{task_id}/stop", {"mode": "stop"})["status"] == "cancelled"
    assert not processes_of(task_id)


def test_a_worker_that_is_stopped_in_mid_turn_is_named_when_it_does_not_answer(start: Start) -> None:
    web, worker = start("web", "web-1"), start("worker", "w1")
    task_id = submitted(web, "demo:slow")
    until(web, task_id, running)
    worker.send(signal.SIGSTOP)
    try:
        with pytest.raises(urllib.error.HTTPError) as refused:
            web.post(f"/api/tasks/{task_id}/stop", {"mode": "stop"})
        said = refused.value.read().decode()
    finally:
        worker.send(signal.SIGCONT)
    assert refused.value.code == 503
    assert "w1" in said
    assert "nothing was done" in said
