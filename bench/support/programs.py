"""Programs in place of the CLI: small, quick to start, and honest about when they were started and what they wrote."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOURCES = Path(__file__).parents[1] / "programs"
INITIALIZE = {"type": "control_request", "request_id": "req_1", "request": {"subtype": "initialize", "hooks": None}}
END_SECONDS = 10.0


def user_message(text: str) -> bytes:
    """A line that the CLI takes as a message of the user."""
    message = {"role": "user", "content": text}
    return json.dumps({"type": "user", "message": message, "parent_tool_use_id": None, "uuid": "u"}).encode() + b"\n"


def compiler() -> str | None:
    """A C compiler, where there is one."""
    return shutil.which("cc")


class Program:
    """One build of the fake CLI, in `folder`. `lines` is what it answers to a message, `pause_us` lies after each."""

    def __init__(self, folder: Path, name: str = "fake-cli", *, lines: int = 1, pause_us: int = 0) -> None:
        self.path = folder / name
        self.stamps_file = folder / f"{name}.started"
        if cc := compiler():
            stamps = json.dumps(str(self.stamps_file))
            defines = [f"-DSTAMPS={stamps}", f"-DLINES={lines}", f"-DPAUSE_US={pause_us}"]
            subprocess.run([cc, "-O2", *defines, "-o", str(self.path), str(SOURCES / "fake_cli.c")], check=True)
            return
        text = (SOURCES / "fake_cli.py").read_text(encoding="utf-8")
        constants = f"STAMPS, LINES, PAUSE_US = {str(self.stamps_file)!r}, {lines}, {pause_us}"
        text = text.replace('STAMPS, LINES, PAUSE_US = "", 1, 0', constants)
        self.path.write_text(f"#!{sys.executable} -IS\n{text}", encoding="utf-8")
        self.path.chmod(0o700)

    def starts(self) -> list[int]:
        """When it was started, each time, in ns of the monotonic clock."""
        if not self.stamps_file.exists():
            return []
        return [int(line) for line in self.stamps_file.read_text(encoding="utf-8").splitlines()]

    def started_after(self, known: int, seconds: float = 30.0) -> int:
        """The start number `known` + 1, once it has happened."""
        deadline = time.monotonic() + seconds
        while len(found := self.starts()) <= known:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.path.name} was not started within {seconds:g} s")
            time.sleep(0.002)
        return found[known]

    @contextmanager
    def spawned(self) -> "Iterator[subprocess.Popen[bytes]]":
        """The program alone, with nothing around it."""
        process = subprocess.Popen([str(self.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            yield process
        finally:
            ended(process)


def ended(process: "subprocess.Popen[bytes]") -> None:
    """End a process that ends with its input; SIGKILL where it does not."""
    if process.stdin is not None and not process.stdin.closed:
        process.stdin.close()
    if process.stdout is not None:
        process.stdout.close()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(END_SECONDS)
