"""What the CLI wrote down of a conversation: `<config dir>/projects/<its folder>/<session id>.jsonl`."""

import asyncio
import contextlib
import json
import os
import re
import stat
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any, Final

from machine.claude.agent_users import AgentUsers
from machine.claude.clean import as_dict, as_list, as_optional_text
from machine.claude.installation import AGENTS_CONFIG, project_folder
from machine.claude.parsing import Parser
from machine.domain.messages import CliMessage, Note

_SESSION_ID: Final = re.compile(r"[0-9a-fA-F-]{36}")
_BATCH_BYTES: Final = 1024 * 1024
_SYNTHETIC: Final = "<synthetic>"


class TranscriptsOfUsers:
    """Transcripts below the homes of workspaces, each written by that workspace's user for itself alone."""

    def __init__(self, users: AgentUsers, homes: Path, workspaces: Path) -> None:
        self._users, self._homes, self._workspaces = users, homes, workspaces

    def prepare(self, workspace: str, shared: Path) -> tuple[Path, Path, Path]:
        """Make the folders down to a workspace's transcripts; to be given to its user. Blocking. Raises OSError.

        Transcripts from before it had a user, in the config folder `shared`, are moved there.
        """
        config = self._homes / workspace / AGENTS_CONFIG
        projects = config / "projects"
        project = projects / project_folder(self._workspaces / workspace)
        for folder in (config, projects, project):
            folder.mkdir(mode=0o700, exist_ok=True)
        for old in (shared / "projects" / project.name).glob("*"):
            old.rename(project / old.name)
        return config, projects, project

    def find(self, name: str) -> list[Path]:
        """The transcripts of that name, readable. Blocking."""
        found = []
        with contextlib.suppress(OSError), os.scandir(self._homes) as homes:
            for home in homes:
                folder = project_folder(self._workspaces / home.name)
                path = self._homes / home.name / AGENTS_CONFIG / "projects" / folder / name
                if _is_plain(path):
                    if not os.access(path, os.R_OK) and (user := self._users.user_of(home.name)) is not None:
                        self._users.open_up(path, user)
                    found.append(path)
        return found


class Transcripts:
    """Reads the transcripts below one CLAUDE_CONFIG_DIR. Files are read in threads, a megabyte or so at a time."""

    def __init__(self, config_dir: Path, of_users: TranscriptsOfUsers | None = None) -> None:
        """`of_users` finds those of agents that are users of their own."""
        self._projects = config_dir / "projects"
        self._of_users = of_users

    async def exists(self, claude_session_id: str) -> bool:
        """Whether there is a transcript that holds a conversation."""
        async for entry in self._entries(claude_session_id):
            if _is_of_the_conversation(entry):
                return True
        return False

    async def messages(self, claude_session_id: str, *, since_input: str) -> AsyncGenerator[CliMessage, None]:
        """What the agent said and did after the input `since_input`, in order; nothing when it is not there.

        Left out: what the user said, side chains of sub-agents, and what the CLI made up to fill a gap.
        """
        parser = Parser()
        reached = False
        async for entry in self._entries(claude_session_id):
            reached = reached or _input_in(entry) == since_input
            if not reached or not _is_of_the_conversation(entry) or _fills_a_gap(entry):
                continue
            for message in parser.parse(entry):
                if not (isinstance(message, Note) and message.subtype == "user"):
                    yield message

    async def inputs_taken(self, claude_session_id: str) -> frozenset[str]:
        """Ids of the messages that reached the conversation, those given in the middle of a turn included."""
        found = [input_id async for entry in self._entries(claude_session_id) if (input_id := _input_in(entry))]
        return frozenset(found)

    async def _entries(self, claude_session_id: str) -> AsyncIterator[dict[str, Any]]:
        for path in await asyncio.to_thread(self._find, claude_session_id):
            offset = 0
            while True:
                entries, next_offset = await asyncio.to_thread(_read_batch, path, offset)
                for entry in entries:
                    yield entry
                if next_offset == offset:
                    break
                offset = next_offset

    def _find(self, claude_session_id: str) -> list[Path]:
        if not _SESSION_ID.fullmatch(claude_session_id):
            return []
        found = sorted(self._projects.glob(f"*/{claude_session_id}.jsonl"))
        if self._of_users is not None:
            found += self._of_users.find(f"{claude_session_id}.jsonl")
        return [path for path in found if _is_plain(path)]


def _is_plain(path: Path) -> bool:
    """A file and no link or pipe: agents may write there. One that is gone meanwhile is none."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _read_batch(path: Path, offset: int) -> tuple[list[dict[str, Any]], int]:
    """The objects in the lines from `offset` on, and where to go on; the same offset at the end.

    A line that is no JSON, such as the half line of a CLI that was killed while it wrote, is passed over.
    """
    entries: list[dict[str, Any]] = []
    try:
        # Not through a link: an agent may have put one there meanwhile.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            file.seek(offset)
            lines = file.readlines(_BATCH_BYTES)
            offset = file.tell()
    except OSError:
        return [], offset
    for line in lines:
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict):
            entries.append(entry)
    return entries, offset


def _is_of_the_conversation(entry: dict[str, Any]) -> bool:
    if entry.get("type") not in ("user", "assistant") or entry.get("isMeta") is True:
        return False
    return entry.get("isSidechain") is not True or as_optional_text(entry.get("parent_tool_use_id")) is not None


def _fills_a_gap(entry: dict[str, Any]) -> bool:
    """Whether the CLI made this up on resuming, such as `No response requested.`; its reports of errors are kept."""
    return as_dict(entry.get("message")).get("model") == _SYNTHETIC and not as_optional_text(entry.get("error"))


def _input_in(entry: dict[str, Any]) -> str | None:
    attachment = as_dict(entry.get("attachment"))
    if attachment.get("type") == "queued_command":
        return as_optional_text(attachment.get("source_uuid"))
    if entry.get("type") != "user" or not _is_of_the_conversation(entry):
        return None
    content = as_dict(entry.get("message")).get("content")
    has_result = any(as_dict(block).get("type") == "tool_result" for block in as_list(content))
    return None if has_result else as_optional_text(entry.get("uuid"))
