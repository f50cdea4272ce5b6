"""Tells when something below a folder has changed: by the system's notifications, by looking where there are none."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from watchfiles import Change, watch

GATHER_MS: Final = 150
"""Several changes within this time are one."""
STEP_MS: Final = 50
LOOK_MS: Final = 500
"""Between two looks, where nothing notifies."""
DOUBT_MS: Final = 5_000
"""After so long without news one looks all the same: a notification can be lost, a folder replaced by another."""

_log = logging.getLogger(__name__)


class FolderWatch:
    """Waits for changes in a thread of its own. `changed()` returns after one, or after 5 s without any."""

    def __init__(self, folder: Path, *, polling: bool = False) -> None:
        self._folder = folder
        self._polling = polling
        self._stop = threading.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="config-watch")
        self._news: Iterator[set[tuple[Change, str]]] | None = None
        self._inode = 0

    async def changed(self) -> None:
        """Wait for news. Never raises for what the file system does."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._next)

    def close(self) -> None:
        """End the waiting; the thread ends within a moment."""
        self._stop.set()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _next(self) -> None:
        if self._polling:
            self._stop.wait(LOOK_MS / 1000)
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            inode = self._folder.stat().st_ino
            if self._news is None or inode != self._inode:
                self._inode, self._news = inode, self._watch()
            next(self._news, None)
        except OSError as error:
            _log.warning("changes under %s are not notified (%s); it is looked at instead", self._folder, error)
            self._polling = True

    def _watch(self) -> Iterator[set[tuple[Change, str]]]:
        return watch(
            self._folder,
            watch_filter=None,
            debounce=GATHER_MS,
            step=STEP_MS,
            stop_event=self._stop,
            rust_timeout=DOUBT_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
            force_polling=False,
        )
