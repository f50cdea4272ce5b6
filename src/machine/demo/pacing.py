"""Waiting in the middle of an answer, cut short when the server closes."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from machine.domain.aio import cancel_and_wait, spawn

T = TypeVar("T")


class ServerClosing(Exception):
    """The server is shutting down; the answer in progress ends here."""


class Pace:
    """Every wait of one server's answers goes through here, so that closing the server ends them all at once."""

    def __init__(self) -> None:
        self._closing = asyncio.Event()

    def close(self) -> None:
        """End every wait, now and later, with `ServerClosing`."""
        self._closing.set()

    async def sleep(self, seconds: float) -> None:
        """Wait so long; `ServerClosing` when the server closes before."""
        if seconds <= 0:
            return
        try:
            await asyncio.wait_for(self._closing.wait(), seconds)
        except TimeoutError:
            return
        raise ServerClosing

    async def until(self, event: asyncio.Event) -> None:
        """Wait for `event`; `ServerClosing` when the server closes before."""
        if not event.is_set():
            await self.outcome(event.wait())

    async def outcome(self, work: Awaitable[T]) -> T:
        """The result of `work`, which is cancelled with `ServerClosing` when the server closes before."""
        task = spawn(_settled(work), name="demo-model-wait")
        closing = spawn(self._closing.wait(), name="demo-model-closing")
        try:
            await asyncio.wait({task, closing}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise ServerClosing
            result = task.result()
        finally:
            await cancel_and_wait(task)
            await cancel_and_wait(closing)
        if isinstance(result, _Failed):
            raise result.error
        return result


class _Failed:
    def __init__(self, error: Exception) -> None:
        self.error = error


async def _settled(work: Awaitable[T]) -> T | _Failed:
    # The failure belongs to the caller of `outcome`, who raises it; it must not be logged as an unhandled one as well.
    try:
        return await work
    except Exception as error:
        return _Failed(error)
