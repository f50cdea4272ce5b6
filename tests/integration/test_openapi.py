"""The whole API, asked everything that its own description allows and forbids."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from tests.support.daemon import DaemonProcess, demo_daemon_on

CONFIG = Path(__file__).with_name("schemathesis.toml")
NAME = "fuzzed"
EVERYTHING = ("--phases", "coverage,fuzzing")
SOME = ("--phases", "fuzzing", "--max-time", "25")
"""For those who are refused nearly everywhere, before anybody looks at what they sent."""


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    with demo_daemon_on(tmp_path_factory.mktemp("fuzzed") / "data") as running:
        yield running


def fuzz(daemon: DaemonProcess, folder: Path, token: str, *options: str, config: str = "") -> None:
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
    how = ("--warnings", "off", "--seed", "7", "--no-color")
    done = subprocess.run(
        [*command, "--header", f"Authorization: Bearer {token}", *how, *options],
        cwd=folder,
        env=daemon.environment,
        capture_output=True,
        text=True,
        timeout=580,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-20_000:]}\n{done.stderr[-2_000:]}"
    assert "Traceback" not in daemon.log_text()


def own_token(daemon: DaemonProcess, *options: str) -> str:
    """A fresh one of the local administrator's: asked to, the fuzz revokes tokens, its own included."""
    return daemon.command("token", "create", "--name", "fuzz", *options).stdout.strip()


def token_of(daemon: DaemonProcess, role: str) -> str:
    """A token of a new person, which they made as a member: nobody else can."""
    name, password = f"fuzz {role}", "correct horse battery staple"
    person = daemon.post("/api/users", {"name": name, "role": "member", "password": password}, token=own_token(daemon))
    with httpx2.Client(base_url=daemon.url, headers={"origin": daemon.url}, trust_env=False) as browser:
        browser.post("/api/auth/login", json={"name": name, "password": password}).raise_for_status()
        made = browser.post("/api/tokens", json={"name": "fuzz"}).raise_for_status()
    headers = {"authorization": f"Bearer {own_token(daemon)}"}
    httpx2.patch(
        f"{daemon.url}/api/users/{person['user_id']}", json={"role": role}, headers=headers, trust_env=False
    ).raise_for_status()
    return str(made.json()["token"])


@pytest.mark.timeout(600)
def test_no_answer_contradicts_the_description_and_none_is_a_fault_of_ours(
    daemon: DaemonProcess, tmp_path: Path
) -> None:
    fuzz(daemon, tmp_path, own_token(daemon), *EVERYTHING, "--max-examples", "8")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("scope", ["read", "tasks"])
def test_neither_does_one_to_a_token_of_narrow_scope(daemon: DaemonProcess, tmp_path: Path, scope: str) -> None:
    fuzz(daemon, tmp_path, own_token(daemon, "--scope", scope), *SOME)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("role", ["viewer", "member"])
def test_neither_does_one_to_a_person_of_fewer_rights(daemon: DaemonProcess, tmp_path: Path, role: str) -> None:
    fuzz(daemon, tmp_path, token_of(daemon, role), *SOME)


@pytest.mark.timeout(600)
def test_neither_does_one_about_things_that_are_there(daemon: DaemonProcess, tmp_path: Path) -> None:
    token = own_token(daemon)
    agent = {"name": NAME, "description": "Is there.", "instructions": "Do nothing."}
    daemon.post("/api/agents", agent, token=token)
    daemon.post("/api/skills", agent, token=token)
    trigger = {"events": ["*"], "agent": NAME, "prompt": "{{ event }}"}
    webhook = {"name": NAME, "provider": "generic", "unsigned": True, "triggers": [trigger]}
    daemon.post("/api/webhooks", webhook, token=token)
    task = daemon.post("/api/tasks", {"message": "Say hello.", "agent": NAME}, token=token)
    config = f'[parameters]\n"path.name" = "{NAME}"\n"path.task_id" = "{task["task_id"]}"\n'
    fuzz(
        daemon,
        tmp_path,
        own_token(daemon),
        *EVERYTHING,
        "--max-examples",
        "8",
        "--exclude-method",
        "DELETE",
        config=config,
    )
