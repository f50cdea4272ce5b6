"""100,000 past tasks in Chromium: the list of them, scrolled as fast as it loads."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from bench.long_list import TASKS, fill
from bench.support.browser import chromium, column, longest, memory, opened, paint, scrolled, signed_in
from bench.support.daemon import Daemon, daemon, with_program
from bench.support.figures import Figure, Samples
from bench.support.programs import Program

ROW_PX = 52
STEP_PX = 30 * ROW_PX
"""Two screens in a frame: nobody scrolls faster."""
SECONDS = 300


def run(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """All of it (with `quick`, for 10 seconds), each page of 100 asked for on the way."""
    asyncio.run(fill(folder / "data" / "db" / "machine.db"))
    with daemon(folder, **with_program(Program(folder).path)) as machine, chromium() as browser:
        state = signed_in(browser, machine)
        found = [_list(browser, state, machine, 10 if quick else SECONDS) for _ in range(1 if quick else 2)]
    told = f"the list of {TASKS:,} tasks"
    remark = f"{found[-1]['tasks']:,.0f} tasks in {found[-1]['way']:.0f} s, loaded on the way"
    yield Figure(f"{told}: first paint", "ms", column(found, "paint"))
    yield Figure(f"{told}: frame while scrolling, median", "ms", column(found, "middle"), aim=20, remark=remark)
    yield Figure(f"{told}: frame while scrolling, p95", "ms", column(found, "usual"), aim=50)
    yield Figure(
        f"{told}: longest task of the page", "ms", column(found, "longest"), aim=100, remark="0: none over 50 ms"
    )
    yield Figure(f"{told}: elements on the page, at most", "", column(found, "nodes"), aim=3_000)
    before = column(found, "before")
    yield Figure(f"{told}: JavaScript memory at the end", "MB", column(found, "memory"), before, "with the first page")


def _list(browser: Browser, state: Any, machine: Daemon, seconds: int) -> dict[str, float]:
    with opened(browser, state, f"http://127.0.0.1:{machine.port}/tasks") as page:
        page.locator("li[data-index]").first.wait_for()
        page.wait_for_timeout(500)
        before = memory(page)
        way = scrolled(page, "List of tasks", step=STEP_PX, seconds=seconds, patience=5)
        frames = Samples.of(way["gaps"])
        tasks = int(page.get_by_role("main").get_by_role("status").first.inner_text().split("+")[0].split()[0])
        times = {"middle": frames.median, "usual": frames.p95, "way": way["ms"] / 1000, "longest": longest(page)}
        return {
            **times,
            "paint": paint(page),
            "before": before,
            "memory": memory(page),
            "nodes": way["nodes"],
            "tasks": tasks,
        }
