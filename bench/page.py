"""The page in Chromium: a task of 5,000 events, one of 5,000 calls of tools, and one that adds 50 events a second.

`longest task` is the browser's own word for work that kept the page from answering for over 50 ms.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from bench.support.browser import (
    chromium,
    column,
    forget,
    longest,
    memory,
    opened,
    paint,
    scrolled,
    signed_in,
)
from bench.support.daemon import Daemon, daemon, with_program
from bench.support.figures import Figure, Samples
from bench.support.tasks import called, kept_task, said
from machine.domain.events import OutputKind, TaskEvent

EVENTS = 5_000
CALLS = 5_000
SECONDS = 10
RATE = 50
LAST = "These are the very last words."
BUILT = "\x1b[32mok\x1b[0m built\n" * 12
LINES = "".join(f"{number}\tbuild()\n" for number in range(1, 41))
PROGRAM = Path(__file__).parent / "programs" / "events_cli.py"

Row = dict[str, float]


def run(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Beside the start page, which shows one task in a list."""
    runs = 2 if quick else 5
    task_id = asyncio.run(kept_task(folder / "data" / "db" / "machine.db", _events()))
    with daemon(folder, **with_program(_program(folder))) as machine, chromium() as browser:
        state = signed_in(browser, machine)
        starts = [_start_page(browser, state, machine) for _ in range(runs)]
        loads = [_long_task(browser, state, machine, task_id) for _ in range(runs)]
        live = [_live(browser, state, machine, 3 if quick else SECONDS) for _ in range(1 if quick else 3)]
    yield from _of_task(f"a task of {EVENTS:,} events", loads, starts)
    remark = f"{live[-1]['events']:.0f} events in {live[-1]['seconds']:.1f} s; 0: none over 50 ms"
    yield Figure(
        f"{RATE} events/s to an open page: longest task", "ms", column(live, "longest"), aim=100, remark=remark
    )
    yield from _calls(folder / "calls", starts, runs)


def _calls(folder: Path, starts: list[Row], runs: int) -> Iterator[Figure]:
    task_id = asyncio.run(kept_task(folder / "data" / "db" / "machine.db", _many_calls()))
    with daemon(folder, **with_program(_program(folder))) as machine, chromium() as browser:
        state = signed_in(browser, machine)
        loads = [_long_task(browser, state, machine, task_id) for _ in range(runs)]
    yield from _of_task(f"a task of {CALLS:,} calls of tools", loads, starts)


def _of_task(told: str, loads: list[Row], starts: list[Row]) -> Iterator[Figure]:
    def of(name: str) -> Samples:
        return column(loads, name)

    start, name = column(starts, "paint"), "the start page"
    yield Figure(f"{told}: first paint", "ms", of("paint"), start, name)
    yield Figure(f"{told}: first items", "ms", of("first"), start, "first paint of the start page", aim=1_500)
    yield Figure(f"{told}: its end is shown", "ms", of("last"), aim=3_000)
    yield Figure(f"{told}: longest task of the page", "ms", of("longest"), column(starts, "longest"), name, aim=100)
    yield Figure(f"{told}: JavaScript memory", "MB", of("memory"), column(starts, "memory"), name, aim=60)
    yield Figure(f"{told}: from top to end, 400 px a frame", "s", of("way"), remark="every item is drawn on the way")
    yield Figure(f"{told}: frame on the way, p95", "ms", of("usual"), aim=50)
    yield Figure(f"{told}: slowest frame on the way", "ms", of("frame"), aim=100)
    yield Figure(f"{told}: elements on the page, at most", "", of("nodes"), column(starts, "nodes"), name, aim=3_000)


def _start_page(browser: Browser, state: Any, machine: Daemon) -> Row:
    with opened(browser, state, f"http://127.0.0.1:{machine.port}/") as page:
        page.get_by_text("What should be done?").wait_for()
        page.wait_for_timeout(500)
        nodes = page.evaluate("() => document.getElementsByTagName('*').length")
        return {"longest": longest(page), "paint": paint(page), "memory": memory(page), "nodes": nodes}


def _long_task(browser: Browser, state: Any, machine: Daemon, task_id: str) -> Row:
    with opened(browser, state, f"http://127.0.0.1:{machine.port}/tasks/{task_id}", last=LAST) as page:
        page.wait_for_function("() => window.lastItem", timeout=30_000)
        page.wait_for_timeout(500)
        found: Row = page.evaluate("() => ({ first: firstItem, last: lastItem, longest })")
        way = scrolled(page, "Conversation", seconds=240)
        frames = {"frame": max(way["gaps"]), "usual": Samples.of(way["gaps"]).p95, "way": way["ms"] / 1000}
        return {**found, **frames, "paint": paint(page), "memory": memory(page), "nodes": way["nodes"]}


def _live(browser: Browser, state: Any, machine: Daemon, seconds: int) -> Row:
    task_id = machine.submit("Build it all.")
    with opened(browser, state, f"http://127.0.0.1:{machine.port}/tasks/{task_id}") as page:
        page.locator('[data-kind="tool"]').first.wait_for()
        page.wait_for_timeout(500)
        forget(page)
        before, begun = machine.task(task_id)["last_seq"], time.monotonic()
        page.wait_for_timeout(seconds * 1000 - 1500)
        after, took = machine.task(task_id)["last_seq"], time.monotonic() - begun
        assert (after - before) / took > RATE * 0.7, f"only {after - before} events in {took:.1f} s"
        found = longest(page)
    machine.completed(task_id)
    return {"longest": found, "events": after - before, "seconds": took}


def _program(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "events-cli"
    program.write_text(f"#!{sys.executable} -IS\n{PROGRAM.read_text(encoding='utf-8')}", encoding="utf-8")
    program.chmod(0o700)
    return program


def _events() -> Iterator[TaskEvent]:
    """Text, thinking and a command in turns."""
    for number in range((EVENTS - 2) // 6):
        item = f"m{number}"
        heading = f"## Step {number}\n\nI look at **part {number}** and `run` it:\n\n- one\n- two\n\n"
        yield said(OutputKind.TEXT, heading, item=item, more=True)
        yield said(OutputKind.TEXT, "```python\nfor one in parts:\n    build(one)\n```\n", item=item, more=True)
        yield said(OutputKind.TEXT, "That is *all* there is to it.", item=item)
        yield said(OutputKind.THINKING, "What comes next? " * 8, item=f"h{number}")
        yield from called(f"t{number}", "Bash", {"command": f"make part-{number}"}, BUILT)
    yield said(OutputKind.TEXT, LAST, item="last")


def _many_calls() -> Iterator[TaskEvent]:
    """Calls of the tools that look different, one after the other."""
    kinds: list[Callable[[int], tuple[str, dict[str, object], str]]] = [
        lambda number: ("Bash", {"command": f"make part-{number}"}, BUILT),
        lambda number: ("Edit", _edit(number), "The file was changed."),
        lambda number: ("Read", {"file_path": f"src/part_{number}.py"}, LINES),
        lambda number: ("Grep", {"pattern": f"build_{number}"}, LINES),
        lambda number: ("TodoWrite", {"todos": _todos(number)}, "Noted."),
    ]
    for number in range(CALLS):
        yield from called(f"t{number}", *kinds[number % len(kinds)](number))
    yield said(OutputKind.TEXT, LAST, item="last")


def _edit(number: int) -> dict[str, object]:
    before = "".join(f"    line_{line} = {number}\n" for line in range(12))
    return {"file_path": f"src/part_{number}.py", "old_string": before, "new_string": before.replace("_7", "_seven")}


def _todos(number: int) -> list[dict[str, str]]:
    names = ("completed", "in_progress", "pending")
    return [{"content": f"Part {number + n}", "status": status, "activeForm": ""} for n, status in enumerate(names)]
