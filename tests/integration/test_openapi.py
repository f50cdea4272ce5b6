"""The whole API, asked everything that its own description allows and forbids."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.daemon import DaemonProcess, demo_daemon_on

CONFIG = Path(__file__).with_name("schemathesis.toml")
NAME = "fuzzed"


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    with demo_daemon_on(tmp_path_factory.mktemp("fuzzed") / "data") as running:
        yield running


def fuzz(daemon: DaemonProcess, folder: Path, *options: str, config: str = "") -> None:
    """Let schemathesis ask; fails with its report when any answer is wrong, or when the daemon has logged an error."""
    file = folder / "schemathesis.toml"
    file.write_text(config + CONFIG.read_text(encoding="utf-8"), encoding="utf-8")
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "--config-file",
        str(file),
        "run",
        f"{daemon.url}/openapi.json",
    ]
    token = daemon.command("token", "create", "--name", "fuzz").stdout.strip()  # its own: asked to, it revokes tokens
    header = f"Authorization: Bearer {token}"
    how = ("--phases", "coverage,fuzzing", "--warnings", "off", "--seed", "7", "--no-color")
    done = subprocess.run(
        [*command, "--header", header, *how, *options],
        cwd=folder,
        env=daemon.environment,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-20_000:]}\n{done.stderr[-2_000:]}"
    assert "Traceback" not in daemon.log_text()


@pytest.mark.timeout(420)
def test_no_answer_contradicts_the_description_and_none_is_a_fault_of_ours(
    daemon: DaemonProcess, tmp_path: Path
) -> None:
    fuzz(daemon, tmp_path, "--max-examples", "12")


@pytest.mark.timeout(420)
def test_neither_does_one_about_things_that_are_there(daemon: DaemonProcess, tmp_path: Path) -> None:
    token = daemon.command("token", "create", "--name", "tests").stdout.strip()
    agent = {"name": NAME, "description": "Is there.", "instructions": "Do nothing."}
    daemon.post("/api/agents", agent, token=token)
    daemon.post("/api/skills", agent, token=token)
    trigger = {"events": ["*"], "agent": NAME, "prompt": "{{ event }}"}
    webhook = {"name": NAME, "provider": "generic", "unsigned": True, "triggers": [trigger]}
    daemon.post("/api/webhooks", webhook, token=token)
    task = daemon.post("/api/tasks", {"message": "Say hello.", "agent": NAME}, token=token)
    config = f'[parameters]\n"path.name" = "{NAME}"\n"path.task_id" = "{task["task_id"]}"\n'
    fuzz(daemon, tmp_path, "--max-examples", "8", "--exclude-method", "DELETE", config=config)
