"""Owned asyncio tasks.

The event loop keeps only weak references to tasks, so a task nobody holds can be collected in the middle of its work,
and its failure is never seen. `spawn` is the one way to start a task outside a TaskGroup: it demands a name, keeps a
reference until the task ends, and logs what went wrong.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_log = logging.getLogger(__name__)
_owned: set[asyncio.Task[Any]] = set()


def spawn(work: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
    """Start `work` as a task called `name`; the reference is kept until it ends, an unhandled failure is logged."""
    task = asyncio.get_running_loop().create_task(work, name=name)
    _owned.add(task)
    task.add_done_callback(_finished)
    return task


class Pulse:
    """Wakes everybody who waits for something to become true. Unlike an Event it never has to be cleared."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def beat(self) -> None:
        """Something changed."""
        self._next.set()
        self._next = asyncio.Event()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until `true()`, looking again at every beat."""
        while not true():
            await self._next.wait()


async def cancel_and_wait(task: asyncio.Task[Any] | None) -> None:
    """Cancel `task` and wait until it has really ended; its own failure was already logged by `spawn`."""
    if task is None or task.done():
        return
    task.cancel()
    await asyncio.wait([task])


async def to_its_end(work: Coroutine[Any, Any, T], *, name: str, seconds: float) -> T:
    """What `work` returns. Who is cancelled meanwhile waits for its end first, for so long at most; then it is
    cancelled, too."""
    running = spawn(work, name=name)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running], timeout=seconds)
        await cancel_and_wait(running)
        raise


def _finished(task: asyncio.Task[Any]) -> None:
    _owned.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("task %s ended with an error", task.get_name(), exc_info=error)
