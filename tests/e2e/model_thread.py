"""The scripted model in a thread of its own: tests of the browser are written without async."""

import asyncio
import threading
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Protocol

START_SECONDS = 10.0


class Served(Protocol):
    def serve(self) -> AbstractAsyncContextManager[str]:
        """The address, while it is served there."""
        ...


class ModelThread:
    """Serves `model` from `start` to `close`, on its own event loop."""

    def __init__(self, model: Served) -> None:
        self.model = model
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._work, name="scripted model", daemon=True)

    def __enter__(self) -> "ModelThread":
        self._thread.start()
        assert self._ready.wait(START_SECONDS), "the scripted model did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(START_SECONDS)
        self._loop.close()

    def set(self, event: asyncio.Event) -> None:
        """Let an answer go on that is held by `event`."""
        self._loop.call_soon_threadsafe(event.set)

    def _work(self) -> None:
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        async with self.model.serve() as url:
            self.url = url
            self._ready.set()
            await self._end.wait()
