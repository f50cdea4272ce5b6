"""Large bodies are worked on in threads, two at a time, and no endless line of them waits."""

import asyncio
import threading

import pytest

from machine.domain.errors import Unavailable
from machine.engine.heavy_work import AT_ONCE, LARGE_BYTES, MAX_WAITING, HeavyWork

LARGE = b"x" * LARGE_BYTES


async def test_small_bodies_are_worked_on_at_once_and_large_ones_in_a_thread() -> None:
    heavy = HeavyWork()
    assert await heavy.on(b"x", threading.get_ident) == threading.get_ident()
    assert await heavy.on(LARGE, threading.get_ident) != threading.get_ident()


async def test_what_fails_raises_and_gives_its_place_back() -> None:
    heavy = HeavyWork()

    def fail() -> None:
        raise ValueError("no")

    for _ in range(AT_ONCE + MAX_WAITING + 1):
        with pytest.raises(ValueError, match="no"):
            await heavy.on(LARGE, fail)


async def test_only_so_many_run_at_once_and_too_many_are_refused() -> None:
    heavy, go, lock = HeavyWork(), threading.Event(), threading.Lock()
    running = most = 0

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        go.wait(10)
        with lock:
            running -= 1

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE + MAX_WAITING):
            group.create_task(heavy.on(LARGE, work))
        await asyncio.sleep(0.1)
        with pytest.raises(Unavailable):
            await heavy.on(LARGE, work)
        go.set()
    assert most == AT_ONCE
