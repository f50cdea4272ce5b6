"""A network of its own for one process (`ip netns`), with one cable to this computer, which can be pulled."""

import os
import subprocess
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

BLOCKS: Final = 250
"""Addresses are taken from 10.213.0.0/16, by process id, so that several runs do not meet."""


class Netns:
    """A context manager. Raises `CannotMake` where the kernel, or who runs this, does not allow it."""

    def __init__(self) -> None:
        self.name = f"machine-{os.getpid()}"
        self.address = f"10.213.{os.getpid() % BLOCKS}.1"
        """Of this computer, as the process in there sees it."""
        self._inside = f"10.213.{os.getpid() % BLOCKS}.2"
        self._cable = f"mt{os.getpid()}"

    @property
    def prefix(self) -> Sequence[str]:
        """What starts a program in there."""
        return ("ip", "netns", "exec", self.name)

    def __enter__(self) -> Self:
        try:
            _ip("netns", "add", self.name)
            end = f"{self._cable}i"
            _ip("link", "add", self._cable, "type", "veth", "peer", "name", end, "netns", self.name)
            _ip("address", "add", f"{self.address}/30", "dev", self._cable)
            _ip("link", "set", self._cable, "up")
            for change in (
                ("address", "add", f"{self._inside}/30", "dev", end),
                ("link", "set", end, "up"),
                ("link", "set", "lo", "up"),
            ):
                _ip("-n", self.name, *change)
        except CannotMake:
            self._remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove()

    def pull(self) -> None:
        """The cable: what is sent from now on is lost, and nobody is told."""
        _ip("link", "set", self._cable, "down")

    def plug_in(self) -> None:
        _ip("link", "set", self._cable, "up")

    def _remove(self) -> None:
        for words in (("link", "delete", self._cable), ("netns", "delete", self.name)):
            subprocess.run(["ip", *words], capture_output=True, check=False)


class CannotMake(Exception):
    """There is no `ip`, or it was refused; says why."""


def _ip(*words: str) -> None:
    try:
        done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    except OSError as error:
        raise CannotMake(str(error)) from error
    if done.returncode:
        raise CannotMake(f"ip {' '.join(words)}: {done.stderr.strip()}")
