"""What an agent could read of the daemon, and what it could make the machine run. See docs/security.md.

What commands reach in the sandbox is asked in test_sandbox.py, what the CLI is started with in test_claude_adapter.py.
"""

import ast
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tests.support.daemon import DaemonProcess

import machine

SECRETS = {
    "MACHINE_SECRET_KEY": "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
    "ANTHROPIC_API_KEY": "sk-ant-api03-of-the-daemon",
    "COMPANY_PASSWORD": "of-the-company",
}
LIKE_ANY_USER = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()
"""Root may look into every process. Without its capabilities it is a user like others, and so are its programs."""


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[DaemonProcess]:
    """One with secrets in the environment that it was started with, and no rights beyond those of its user."""
    made = DaemonProcess(tmp_path / "data", extra_env=SECRETS)
    made.prefix = LIKE_ANY_USER
    made.launch()
    yield made
    if made.process is not None and made.process.poll() is None:
        made.terminate()


def read_by_a_neighbour(pid: int, name: str) -> bytes:
    """What another process of the same user, an agent's for example, gets of that file in /proc."""
    command = [*LIKE_ANY_USER, "cat", "--", f"/proc/{pid}/{name}"]
    return subprocess.run(command, capture_output=True, timeout=10, check=False).stdout


@pytest.mark.skipif(
    sys.platform != "linux" or (bool(LIKE_ANY_USER) and shutil.which("setpriv") is None),
    reason="/proc is Linux's, and root has to be able to give up its rights",
)
def test_no_process_of_the_same_user_reads_the_daemon_s_environment_or_memory(daemon: DaemonProcess) -> None:
    """claude-code-action: /proc/self/environ of the program around the agent."""
    with subprocess.Popen([*LIKE_ANY_USER, "sleep", "60"], env={**os.environ, **SECRETS}) as other:
        try:
            until = time.monotonic() + 10
            while b"of-the-company" not in read_by_a_neighbour(other.pid, "environ"):
                assert time.monotonic() < until, "nobody's environment can be read here: this test proves nothing"
        finally:
            other.kill()
    for name in ("environ", "maps", "auxv"):
        assert read_by_a_neighbour(daemon.pid, name) == b""
    assert b"machine" in read_by_a_neighbour(daemon.pid, "cmdline"), "what it was called with, and that holds no secret"


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_no_program_that_the_daemon_starts_gets_its_secrets(daemon: DaemonProcess) -> None:
    task_id = daemon.post("/api/tasks", {"message": "demo:background", "agent": "planning"})["task_id"]
    seen: dict[int, bytes] = {}
    until = time.monotonic() + 60
    while not any(b"MACHINE_TASK_ID=" in environment for environment in seen.values()):
        assert time.monotonic() < until, daemon.log_text()
        for process in psutil.Process(daemon.pid).children(recursive=True):
            if _is_program(process, daemon):
                seen[process.pid] = seen.get(process.pid, b"") + _environment(process.pid)
    daemon.post(f"/api/tasks/{task_id}/stop", {"mode": "stop"})
    for environment in seen.values():
        assert not [name for name, value in SECRETS.items() if value.encode() in environment]


def _is_program(process: psutil.Process, daemon: DaemonProcess) -> bool:
    """Not so between fork and exec: then it is the daemon once more, and as closed to others as the daemon is."""
    try:
        return process.cmdline() != psutil.Process(daemon.pid).cmdline()
    except psutil.Error:  # it has ended
        return False


def _environment(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:  # it has ended, or its memory is closed
        return b""


# --- no shell -------------------------------------------------------------------------------------------------------

SHELLS = {"create_subprocess_shell", "getoutput", "getstatusoutput", "popen", "system", "spawnlp", "posix_spawnp"}


def calls_of(file: Path) -> Iterator[ast.Call]:
    tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_nothing_here_is_run_by_a_shell() -> None:
    """Paperclip GHSA-vr7g-88fq-vhq3, CloudCLI: commands built from input."""
    files = sorted(Path(machine.__path__[0]).rglob("*.py"))
    assert len(files) > 200
    for file in files:
        for call in calls_of(file):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            assert name not in SHELLS, f"{file.name}:{call.lineno}"
            for option in call.keywords:
                assert option.arg != "shell", f"{file.name}:{call.lineno}"


@pytest.mark.parametrize("text", ["import os\nos.system('ls')", "import subprocess\nsubprocess.run('ls', shell=True)"])
def test_a_shell_would_be_noticed(text: str, tmp_path: Path) -> None:
    file = tmp_path / "sample.py"
    file.write_text(text)
    found = [
        call for call in calls_of(file)
        if getattr(call.func, "attr", "") in SHELLS or any(option.arg == "shell" for option in call.keywords)
    ]  # fmt: skip
    assert found
