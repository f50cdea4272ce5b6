"""What the file tools of a task may not touch, and where its WebFetch may not go.

A PreToolUse hook sees every call of these tools, those that rules or a permission mode let through without asking
included. It judges the real path, with every symbolic link resolved. Commands that an agent runs are out of its reach:
those are kept in by the sandbox, where there is one.
"""

import asyncio
import logging
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from machine.claude.clean import as_dict, as_text
from machine.claude.network import objection_to_url
from machine.domain.profile import Network

READING: Final = frozenset({"Read", "NotebookRead"})
WRITING: Final = frozenset({"Write", "Edit", "MultiEdit", "NotebookEdit"})
SEARCHING: Final = frozenset({"Glob", "Grep", "LS"})
FETCHING: Final = "WebFetch"
MATCHER: Final = "|".join(sorted(READING | WRITING | SEARCHING | {FETCHING}))

_PROTECTED: Final = (".claude", "CLAUDE.md", ".mcp.json")
"""Files of the agent's definition in the root of its workspace: they are for its people to change."""

_WILDCARDS: Final = re.compile(r"[*?\[{]")
_SPECIAL: Final = re.compile(r"([\\*?\[\]!])")

_log = logging.getLogger(__name__)


class Guard:
    """The rules for one task, whose workspace is `cwd`.

    `network` holds for WebFetch, which the CLI itself does, outside of the sandbox.
    `closed` and `open_folders` may lie inside of each other; the one nearest to a file decides. The workspace is open.
    """

    def __init__(
        self,
        cwd: Path,
        *,
        home: Path,
        closed: Sequence[Path],
        open_folders: Sequence[Path] = (),
        network: Network = "all",
    ) -> None:
        self._cwd, self._home, self._network = cwd, home, network
        self._closed, self._open = tuple(closed), (cwd, *open_folders)

    async def __call__(self, call: Any, _tool_use_id: str | None, _context: Any) -> dict[str, Any]:
        """Answer the CLI's hook: nothing to say, or no and why."""
        data = as_dict(call)
        name = as_text(data.get("tool_name"))
        reason = await asyncio.to_thread(self.objection, name, as_dict(data.get("tool_input")))
        if reason is None:
            return {}
        _log.info("the guard refused a call of %s: %s", name, reason)
        return {
            "hookSpecificOutput": {
                "hookEventName": "PreToolUse",
                "permissionDecision": "deny",
                "permissionDecisionReason": reason,
            }
        }

    def objection(self, tool: str, tool_input: dict[str, Any]) -> str | None:
        """Why this call may not be, as a sentence for the agent; None when it may. Blocking: it looks at the disk."""
        if tool == FETCHING:
            return objection_to_url(as_text(tool_input.get("url")), self._network)
        try:
            return next((found for path in _paths(tool, tool_input) if (found := self._judge(tool, path))), None)
        except (OSError, ValueError) as error:
            return f"{tool} was refused: its path cannot be resolved ({error})."

    def deny_rules(self) -> list[str]:
        """The same by name, as permission rules of the CLI; folders that hold an open one are left to the hook."""
        rules = [f"Edit({_pattern(self._cwd / name)}{end})" for name in _PROTECTED for end in ("", "/**")]
        for folder in self._closed:
            if not any(_is_within(open_folder, folder) for open_folder in self._open):
                rules += [f"{tool}({_pattern(folder)}{end})" for tool in ("Read", "Edit") for end in ("", "/**")]
        return rules

    def _judge(self, tool: str, path: str) -> str | None:
        real = self._real(path)
        nearest_closed = _nearest(real, (self._real(str(folder)) for folder in self._closed))
        nearest_open = _nearest(real, (self._real(str(folder)) for folder in self._open))
        if nearest_closed > nearest_open:
            return f"{tool} was refused: {path} is in a folder that is closed to this task. Work in {self._cwd}."
        if tool in SEARCHING and any(_is_within(self._real(str(folder)), real) for folder in self._closed):
            return f"{tool} was refused: {path} holds folders that are closed to this task. Search in {self._cwd}."
        if tool in WRITING and self._is_protected(real):
            return f"{tool} was refused: {path} belongs to the agent's definition, which a task may not change."
        return None

    def _is_protected(self, real: Path) -> bool:
        root = self._real(str(self._cwd))
        if not _is_within(real, root) or real == root:
            return False
        return real.relative_to(root).parts[0].casefold() in {name.casefold() for name in _PROTECTED}

    def _real(self, path: str) -> Path:
        """The file that is really meant, as the CLI reads a path: relative to the workspace, `~` is its home."""
        if path == "~" or path.startswith("~/"):
            path = str(self._home) + path[1:]
        real = os.path.realpath(os.path.join(self._cwd, path))  # noqa: PTH118 - Path would drop what a link needs
        return Path(real.casefold() if sys.platform == "darwin" else real)


def _paths(tool: str, tool_input: dict[str, Any]) -> Iterator[str]:
    """The paths that a call names; for a search, the folders in which it looks."""
    if tool not in SEARCHING:
        yield from (value for key in ("file_path", "notebook_path", "path") if (value := as_text(tool_input.get(key))))
        return
    root = as_text(tool_input.get("path")) or "."
    yield root
    pattern = as_text(tool_input.get("pattern")) if tool == "Glob" else as_text(tool_input.get("glob"))
    fixed = pattern[: found.start()] if (found := _WILDCARDS.search(pattern)) else pattern
    if ".." in pattern[len(fixed) :].split("/"):
        raise ValueError("it goes up after a wildcard")
    if fixed.startswith(("/", "~")) or ".." in fixed.split("/"):
        yield os.path.join(root, fixed.rpartition("/")[0] or "/")  # noqa: PTH118 - it must not be normalised yet


def _is_within(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents


def _nearest(path: Path, folders: Iterator[Path]) -> int:
    """Depth of the innermost of `folders` that holds `path`; 0 when none does."""
    return max((len(folder.parts) for folder in folders if _is_within(path, folder)), default=0)


def _pattern(path: Path) -> str:
    """An absolute path in the language of permission rules, where `//` is the root of the file system."""
    return "/" + _SPECIAL.sub(r"\\\1", str(path))
