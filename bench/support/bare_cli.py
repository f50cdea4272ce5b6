"""The bare CLI: the very command line and environment that the daemon gave it, with nothing around it."""

import json
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.support.programs import user_message
from machine.claude.installation import bundled_cli

LOOK_SECONDS = 20.0
TURN_SECONDS = 60.0
_SESSION = "--session-id="


@dataclass(frozen=True)
class CommandLine:
    """How the daemon started a CLI, seen in the process table."""

    arguments: tuple[str, ...]
    environment: dict[str, str]

    def start(self, folder: Path) -> "subprocess.Popen[bytes]":
        """The same CLI in `folder`, in a conversation of its own."""
        folder.mkdir(parents=True, exist_ok=True)
        own = f"{_SESSION}{uuid.uuid4()}"
        arguments = [own if one.startswith(_SESSION) else one for one in self.arguments]
        kept = {name: value for name, value in self.environment.items() if not name.startswith("MACHINE_")}
        environment = {**kept, "PWD": str(folder)}
        pipe = subprocess.PIPE
        return subprocess.Popen(arguments, cwd=folder, env=environment, stdin=pipe, stdout=pipe, stderr=pipe)


def seen_below(daemon_pid: int) -> CommandLine:
    """The first CLI found below the daemon. Raises RuntimeError when there is none for 20 s."""
    wanted = str(bundled_cli())
    deadline = time.monotonic() + LOOK_SECONDS
    while time.monotonic() < deadline:
        for process in psutil.Process(daemon_pid).children(recursive=True):
            try:
                arguments, environment = tuple(process.cmdline()), process.environ()
            except psutil.Error:
                continue
            if arguments and arguments[0] == wanted and any(one.startswith(_SESSION) for one in arguments):
                return CommandLine(arguments, environment)
        time.sleep(0.005)
    raise RuntimeError("no CLI was seen below the daemon")


def first_word_seconds(process: "subprocess.Popen[bytes]", begun: float) -> float:
    """From `begun` to the first piece of text."""
    assert process.stdout is not None
    with killed_after(TURN_SECONDS, process):
        for line in process.stdout:
            if b'"text_delta"' in line:
                return time.monotonic() - begun
    raise RuntimeError("the bare CLI said nothing")


def whole_turn_seconds(command: CommandLine, folder: Path, message: str) -> float:
    """From the spawn over message, result and end of input to the end of the process. Raises RuntimeError."""
    begun = time.monotonic()
    with command.start(folder) as process, killed_after(TURN_SECONDS, process):
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(user_message(message))
        process.stdin.flush()
        for line in process.stdout:
            if b'"type":"result"' in line:
                break
        else:
            raise RuntimeError(f"the bare CLI gave no result: {_last_words(process)}")
        result = json.loads(line)
        process.stdin.close()
        process.wait(30)
    if result.get("is_error"):
        raise RuntimeError(f"the bare CLI failed: {result}")
    return time.monotonic() - begun


@contextmanager
def killed_after(seconds: float, process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """So that nobody waits for ever for the output of a process that hangs."""
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _last_words(process: "subprocess.Popen[bytes]") -> str:
    return "" if process.stderr is None else process.stderr.read().decode(errors="replace")[-500:]
