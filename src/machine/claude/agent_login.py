"""The login of agents that are users of their own: what they need of the machine's, and never what renews it.

All CLIs share one login, but files of one user cannot be another's. So each workspace's config folder gets a copy
without the refresh token, which only its daemon replaces. The daemon renews the login before it expires, through the
CLI itself, and hands out the new one; a CLI that runs reads its file again when its token has expired.
"""

import asyncio
import json
import logging
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from machine.claude import login_files
from machine.claude.clean import as_dict
from machine.claude.installation import AGENTS_CONFIG, CREDENTIALS_FILE
from machine.domain.errors import MachineError

RENEW_SECONDS: Final = 1800.0
"""A login that has less time left than that is renewed."""
WATCH_SECONDS: Final = 60.0
_SECTION: Final = "claudeAiOauth"
_READABLE: Final = 0o640

_log = logging.getLogger(__name__)


class AgentLogin:
    """Copies of the login in `config_dir` for the workspaces below `homes`."""

    def __init__(self, config_dir: Path, homes: Path) -> None:
        self._config_dir, self._homes = config_dir, homes
        self._renewing = asyncio.Lock()
        self._try: Callable[[], Awaitable[object]] | None = None
        self._handed_out: bytes | None = None

    def renewed_by(self, try_current: Callable[[], Awaitable[object]]) -> None:
        """Say how the login is tried: the CLI renews one that has expired before it uses it."""
        self._try = try_current

    async def place(self, workspace: str) -> None:
        """Give a workspace that has its folders the login there is now. Raises OSError."""
        await self._renew_if_due()
        await asyncio.to_thread(_place, self._config_dir, self._homes / workspace / AGENTS_CONFIG)

    async def watch(self) -> None:
        """Keep the login fresh, and every workspace's copy with it."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await self._renew_if_due()
                now = await asyncio.to_thread(login_files.read, self._config_dir)
                if now != self._handed_out:
                    await asyncio.to_thread(self._hand_out)
                    self._handed_out = now
            except OSError as error:
                _log.warning("the login cannot be handed out to agents: %s", error)

    async def _renew_if_due(self) -> None:
        async with self._renewing:
            if self._try is None or not await asyncio.to_thread(_is_due, self._config_dir):
                return
            try:
                await asyncio.to_thread(_expire, self._config_dir)
                await self._try()
            except (MachineError, OSError) as error:
                _log.warning("Claude's login could not be renewed: %s", error)

    def _hand_out(self) -> None:
        with os.scandir(self._homes) as homes:
            for home in homes:
                config = self._homes / home.name / AGENTS_CONFIG
                if (config / CREDENTIALS_FILE).exists():
                    _place(self._config_dir, config)


def without_renewal(content: bytes) -> bytes | None:
    """A login file that works as long as its token does; None for what is none."""
    section = _section(content)
    if not section.get("accessToken"):
        return None
    return json.dumps({_SECTION: {name: value for name, value in section.items() if name != "refreshToken"}}).encode()


def is_renewable(content: bytes) -> bool:
    """Whether a login file holds what renews it."""
    return bool(_section(content).get("refreshToken"))


def _place(config_dir: Path, folder: Path) -> None:
    content = login_files.read(config_dir)
    copy = None if content is None else without_renewal(content)
    place = folder / CREDENTIALS_FILE
    if copy is None:
        place.unlink(missing_ok=True)
        return
    if login_files.read(folder) != copy:
        login_files.write(place, copy, mode=_READABLE)


def _is_due(config_dir: Path) -> bool:
    """Whether the login can be renewed, and has little time left."""
    section = _section(login_files.read(config_dir) or b"")
    expires = section.get("expiresAt")
    left = expires / 1000 - time.time() if isinstance(expires, int | float) else float("inf")
    return bool(section.get("refreshToken")) and left < RENEW_SECONDS


def _expire(config_dir: Path) -> None:
    """Call a login expired, so that the CLI renews it now, by itself and under its own locks."""
    with login_files.locked(config_dir):
        content = login_files.read(config_dir)
        section = _section(content or b"")
        if section:
            changed = {**as_dict(json.loads(content or b"{}")), _SECTION: {**section, "expiresAt": 0}}
            login_files.write(config_dir / CREDENTIALS_FILE, json.dumps(changed).encode())


def _section(content: bytes) -> dict[str, Any]:
    try:
        return as_dict(as_dict(json.loads(content)).get(_SECTION))
    except (ValueError, RecursionError):
        return {}
