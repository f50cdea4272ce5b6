"""The last words of a program."""

from collections.abc import Callable
from typing import Final

LIMIT_CHARACTERS: Final = 8 * 1024


class Tail:
    """Passes lines on, and keeps the last 8 Ki characters of them."""

    def __init__(self, pass_on: Callable[[str], None], *, leave_out: str | None = None) -> None:
        """`leave_out`: lines that begin so are nobody's business."""
        self._pass_on = pass_on
        self._leave_out = leave_out
        self.text = ""

    def __call__(self, line: str) -> None:
        if self._leave_out is not None and line.startswith(self._leave_out):
            return
        self.text = f"{self.text}{line[-LIMIT_CHARACTERS:]}\n"[-LIMIT_CHARACTERS:]
        self._pass_on(line)
