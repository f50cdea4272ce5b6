"""Markdown that agents wrote, made fit to be posted: nobody is called by it, and what follows is not swallowed."""

import re
from collections.abc import Iterator
from typing import Final

_FENCE: Final = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_CODE: Final = re.compile(r"((?<!\\)`[^`]+`)")
_MENTION: Final = re.compile(r"(?<!\w)@(?=\w)")
_NOTHING: Final = "\u200b"


def calling_nobody(markdown: str) -> str:
    """With a character of no width after each `@` outside code, so that no person and no team is notified."""
    return "\n".join(line if is_code else _silenced(line) for line, is_code, _ in _lines(markdown))


def closed(markdown: str) -> str:
    """With a last line that ends a block of code that was left open, if there is one."""
    *_, (_, _, fence) = _lines(markdown)
    return f"{markdown}\n{fence}" if fence else markdown


def _silenced(line: str) -> str:
    parts = _CODE.split(line)
    return "".join(part if index % 2 else _MENTION.sub(f"@{_NOTHING}", part) for index, part in enumerate(parts))


def _lines(markdown: str) -> Iterator[tuple[str, bool, str]]:
    """Each line, whether it is code, and the fence that is open after it."""
    fence = ""
    for line in markdown.split("\n"):
        found = _FENCE.match(line)
        if not fence:
            fence = found[1] if found else ""
            yield line, bool(fence), fence
            continue
        ends = line.strip()
        if found and ends.startswith(fence) and not ends.strip(fence[0]):
            fence = ""
        yield line, True, fence
