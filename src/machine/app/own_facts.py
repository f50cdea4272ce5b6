"""What this machine of a fleet says of itself with its heartbeats, looked at apart from them: no slow disk may keep a
heartbeat waiting."""

import asyncio
import logging
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from machine.app.live_room import Live
from machine.auth.secret_key import KeyUnusable, key_marks
from machine.claude.installation import bundled_cli
from machine.claude.version import version_of
from machine.domain.machine import MachineFacts, MachineLoad, MachineReport
from machine.domain.machine_status import MachineWarning
from machine.metrics.computer import busyness
from machine.settings import Settings
from machine.shared.place import mark_of
from machine.store.opening import REVISIONS

LOOK_SECONDS: Final = 10.0

_log = logging.getLogger(__name__)


class OwnFacts:
    """Knows at first what the settings say, and the rest once it has looked."""

    def __init__(self, settings: Settings, live: Live) -> None:
        self._settings = settings
        self._live = live
        self._facts = MachineFacts(
            demo=settings.demo,
            schema_revision=REVISIONS[-1],
            lease_seconds=settings.lease_seconds,
            # What others may seal depends on it. A key file is read later, with the rest.
            keys=self._keys() if settings.secret_key is not None else None,
        )
        self._computer = MachineLoad()
        self._more: Callable[[], dict[str, Any]] = dict
        self._cli: tuple[Path, int] | None = None

    def ask(self, held_back: Callable[[], str], warnings: Callable[[], tuple[MachineWarning, ...]]) -> None:
        """What is to be said, too, as soon as somebody can say."""
        self._more = lambda: {"held_back": held_back(), "warnings": warnings()}

    def added_to(self, report: MachineReport) -> MachineReport:
        """`report` with what is known by now."""
        figures = self._computer.model_dump(include={"cpu_percent", "memory_percent"})
        facts = self._facts.model_copy(update={"redis": self._redis, **self._more()})
        return report.model_copy(update={"load": report.load.model_copy(update=figures), "facts": facts})

    async def watch(self) -> None:
        """Look again and again, for as long as the machine runs."""
        while True:
            try:
                await asyncio.to_thread(self._look)
            except Exception:  # it is said of this machine that it has not said
                _log.exception("could not look at what this machine is to say of itself")
            await asyncio.sleep(LOOK_SECONDS)

    @property
    def _redis(self) -> str:
        if self._live.redis is None:
            return "unset"
        return "connected" if self._live.redis.link.connected else "away"

    def _look(self) -> None:
        """Blocking."""
        self._computer = busyness(MachineLoad())
        self._facts = self._facts.model_copy(update={"keys": self._keys(), **self._shared()})
        if self._settings.runs_tasks:
            self._look_at_cli()

    def _keys(self) -> tuple[str, ...] | None:
        try:
            return key_marks(self._settings.secret_key, self._settings.secret_key_file)
        except KeyUnusable:
            return None

    def _shared(self) -> dict[str, str]:
        if self._settings.shared_dir is None:
            return {"shared_dir": "unset", "shared_mark": ""}
        try:
            return {"shared_dir": "usable", "shared_mark": mark_of(self._settings.shared_dir)}
        except OSError:
            return {"shared_dir": "unusable", "shared_mark": ""}

    def _look_at_cli(self) -> None:
        """Asked again only when it is another file: it takes a second."""
        path = self._settings.claude_cli_path or bundled_cli()
        try:
            cli = (path, path.stat().st_mtime_ns) if path else None
            if cli == self._cli:
                return
            said = version_of(cli[0]) if cli else ""
        except (OSError, subprocess.SubprocessError):
            cli, said = None, ""
        self._cli = cli
        self._facts = self._facts.model_copy(update={"cli_version": said.split(" ")[0] or None})
