"""A person at a terminal."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping


class Terminal:
    """`machine …` in a pseudo-terminal, with somebody who reads and types."""

    def __init__(self, environ: Mapping[str, str], *arguments: str) -> None:
        self._screen, inside = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "machine", *arguments],
            env={**environ, "TERM": "xterm-256color"},
            stdin=inside,
            stdout=inside,
            stderr=inside,
            start_new_session=True,
        )
        os.close(inside)
        self.text = ""

    def read_until(self, pattern: str, *, after: int = 0, timeout_seconds: float = 40) -> int:
        """Read until `pattern` is on the screen behind position `after`; returns the position behind it."""
        deadline = time.monotonic() + timeout_seconds
        while not (found := re.compile(pattern).search(self.text, after)):
            assert time.monotonic() < deadline, f"{pattern!r} did not come:\n{self.text[-3000:]}"
            if select.select([self._screen], [], [], 0.2)[0]:
                self.text += os.read(self._screen, 65536).decode(errors="replace")
        return found.end()

    def type(self, text: str) -> None:
        time.sleep(0.2)  # the program throws away what was typed before it asked
        os.write(self._screen, text.encode())

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def end(self) -> int:
        """Read to the end; the exit code."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            if select.select([self._screen], [], [], 0.2)[0]:
                try:
                    self.text += os.read(self._screen, 65536).decode(errors="replace")
                except OSError:
                    break
        code = self.process.wait(10)
        os.close(self._screen)
        return code
