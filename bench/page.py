"""The page in Chromium: a task of 5,000 events, and a task that adds 50 a second while somebody looks.

`long task` is the browser's own word for work that kept the page from answering for over 50 ms.
"""

import asyncio
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.support.daemon import Daemon, daemon, environment, with_program
from bench.support.figures import Figure, Samples
from machine.domain.events import Output, OutputKind, TaskEvent, TaskOutput
from machine.domain.ids import new_id
from machine.domain.task import Task, TaskStatus
from machine.domain.version import VERSION
from machine.ports import PendingInput
from machine.store.opening import open_database
from machine.store.task_store import SqlTaskStore

EVENTS = 5_000
SECONDS = 10
RATE = 50
LAST = "These are the very last words."
PROGRAM = Path(__file__).parent / "programs" / "events_cli.py"

_WATCH = """() => {
  window.longest = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
  }).observe({ type: 'longtask', buffered: true });
  const look = () => {
    window.firstItem ??= document.querySelector('[data-key]') ? performance.now() : undefined;
    window.lastItem ??= document.body?.innerText.includes('LAST') ? performance.now() : undefined;
    if (!window.lastItem) requestAnimationFrame(look);
  };
  look();
}""".replace("LAST", LAST)

_SCROLL = """async () => {
  const area = document.querySelector('[aria-label="Conversation"]');
  const frame = () => new Promise((go) => requestAnimationFrame(go));
  area.scrollTop = 0;
  await frame();
  const gaps = [];
  let before = await frame();
  for (let step = 0; step < 5000 && area.scrollTop + area.clientHeight < area.scrollHeight - 2; step += 1) {
    area.scrollTop += 400;
    const now = await frame();
    gaps.push(now - before);
    before = now;
  }
  return gaps;
}"""


def run(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Beside the start page, which shows one task in a list."""
    runs = 2 if quick else 5
    task_id = asyncio.run(_fill(folder / "data" / "db" / "machine.db"))
    program = folder / "events-cli"
    program.write_text(f"#!{sys.executable} -IS\n{PROGRAM.read_text(encoding='utf-8')}", encoding="utf-8")
    program.chmod(0o700)
    with daemon(folder, **with_program(program)) as machine, _chromium() as browser:
        state = _signed_in(browser, machine)
        starts = [_start_page(browser, state, machine) for _ in range(runs)]
        loads = [_long_task_page(browser, state, machine, task_id) for _ in range(runs)]
        live = [_live(browser, state, machine, 3 if quick else SECONDS) for _ in range(1 if quick else 3)]
    start, name = Samples.of([one["paint"] for one in starts]), "the start page"
    told = f"a task of {EVENTS:,} events"
    yield Figure(f"{told}: first paint", "ms", _of(loads, "paint"), start, name)
    yield Figure(f"{told}: first items", "ms", _of(loads, "first"), start, "first paint of the start page", aim=1_500)
    yield Figure(f"{told}: its end is shown", "ms", _of(loads, "last"), aim=3_000)
    tasks = _of(starts, "longest")
    yield Figure(f"{told}: longest task of the page", "ms", _of(loads, "longest"), tasks, name, aim=100)
    yield Figure(f"{told}: JavaScript memory", "MB", _of(loads, "memory"), _of(starts, "memory"), name, aim=60)
    yield Figure(f"{told}: slowest frame on the way from top to end", "ms", _of(loads, "frame"), aim=100)
    remark = f"{live[-1]['events']:.0f} events in {live[-1]['seconds']:.1f} s; 0: none over 50 ms"
    yield Figure(f"{RATE} events/s to an open page: longest task", "ms", _of(live, "longest"), aim=100, remark=remark)


def _of(measured: list[dict[str, float]], name: str) -> Samples:
    return Samples.of([one[name] for one in measured])


@contextmanager
def _chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise RuntimeError("There is no Chromium. Run: scripts/test-setup")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"]
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


def _signed_in(browser: Browser, machine: Daemon) -> Any:
    """The cookies of somebody who has used a one-time link."""
    command = [sys.executable, "-m", "machine", "login-link", "--data-dir", str(machine.data_dir)]
    own = environment(machine.folder / "home")
    link = subprocess.run(command, env=own, capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("What should be done?").wait_for()
    state = context.storage_state()
    context.close()
    return state


@contextmanager
def _opened(browser: Browser, state: Any, address: str) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(storage_state=state, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.add_init_script(f"({_WATCH})()")
    page.goto(address)
    yield page
    context.close()


def _paint(page: Page) -> float:
    """First contentful paint, ms from the start of the navigation."""
    return float(page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1"))


def _memory(page: Page) -> float:
    """JavaScript heap after a collection, in units of 1,000,000 bytes."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    return float(page.evaluate("() => performance.memory.usedJSHeapSize")) / 1e6


def _start_page(browser: Browser, state: Any, machine: Daemon) -> dict[str, float]:
    with _opened(browser, state, f"http://127.0.0.1:{machine.port}/") as page:
        page.get_by_text("What should be done?").wait_for()
        page.wait_for_timeout(500)
        longest = page.evaluate("() => window.longest")
        return {"longest": longest, "paint": _paint(page), "memory": _memory(page)}


def _long_task_page(browser: Browser, state: Any, machine: Daemon, task_id: str) -> dict[str, float]:
    with _opened(browser, state, f"http://127.0.0.1:{machine.port}/tasks/{task_id}") as page:
        page.wait_for_function("() => window.lastItem", timeout=30_000)
        page.wait_for_timeout(500)
        found = page.evaluate("() => ({ first: firstItem, last: lastItem, longest })")
        frames = page.evaluate(_SCROLL)
        assert len(frames) > 50, "there was nothing to scroll"
        return {**found, "paint": _paint(page), "memory": _memory(page), "frame": max(frames)}


def _live(browser: Browser, state: Any, machine: Daemon, seconds: int) -> dict[str, float]:
    task_id = machine.submit("Build it all.")
    with _opened(browser, state, f"http://127.0.0.1:{machine.port}/tasks/{task_id}") as page:
        page.locator('[data-kind="tool"]').first.wait_for()
        page.wait_for_timeout(500)
        page.evaluate("() => { window.longest = 0 }")
        before, begun = machine.task(task_id)["last_seq"], time.monotonic()
        page.wait_for_timeout(seconds * 1000 - 1500)
        after, took = machine.task(task_id)["last_seq"], time.monotonic() - begun
        assert (after - before) / took > RATE * 0.7, f"only {after - before} events in {took:.1f} s"
        longest = page.evaluate("() => window.longest")
    machine.completed(task_id)
    return {"longest": longest, "events": after - before, "seconds": took}


async def _fill(path: Path) -> str:
    """One completed task of `EVENTS` events like real ones, through the store's own writer; its id."""
    path.parent.mkdir(parents=True, mode=0o700)
    database = await open_database(path, VERSION, on_committed=lambda _events: None)
    store = SqlTaskStore(database, machine_id="machine-001")
    task = _task()
    first = PendingInput(
        input_id=str(uuid.uuid4()), task_id=task.task_id, message="m", verbatim=True, created_at=task.created_at
    )
    stored = await store.create(task, first)
    events = list(_events())
    for begin in range(0, len(events), 500):
        await store.append(task.task_id, events[begin : begin + 500])
    await database.close()
    return stored.task_id


def _events() -> Iterator[TaskEvent]:
    for number in range((EVENTS - 2) // 6):
        item, tool = f"m{number}", f"t{number}"
        said = f"## Step {number}\n\nI look at **part {number}** and `run` it:\n\n- one\n- two\n\n"
        yield _output(OutputKind.TEXT, said, item=item, more=True)
        yield _output(OutputKind.TEXT, "```python\nfor one in parts:\n    build(one)\n```\n", item=item, more=True)
        yield _output(OutputKind.TEXT, "That is *all* there is to it.", item=item)
        yield _output(OutputKind.THINKING, "What comes next? " * 8, item=f"h{number}")
        command = {"command": f"make part-{number}"}
        yield TaskOutput(data=Output(kind=OutputKind.TOOL_USE, name="Bash", tool_use_id=tool, item=tool, input=command))
        built = "\x1b[32mok\x1b[0m built\n" * 12
        yield TaskOutput(data=Output(kind=OutputKind.TOOL_RESULT, tool_use_id=tool, item=f"{tool}:result", text=built))
    yield _output(OutputKind.TEXT, LAST, item="last")


def _output(kind: OutputKind, text: str, *, item: str, more: bool = False) -> TaskOutput:
    return TaskOutput(data=Output(kind=kind, text=text, item=item, more=more))


def _task() -> Task:
    task_id, now = new_id("task"), datetime.now(UTC)
    return Task(
        task_id=task_id,
        title="Build everything",
        input_message="Build everything, part by part.",
        status=TaskStatus.COMPLETED,
        user_id="user_somebody",
        machine_id="machine-001",
        assigned_agent="planning",
        conversation_id=task_id,
        claude_session_id=task_id,
        workspace=task_id,
        created_at=now,
        status_at=now,
        started_at=now,
        completed_at=now,
    )
