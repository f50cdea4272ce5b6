"""Pages in Chromium, and what the browser itself says of them."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench.support.daemon import Daemon, environment
from bench.support.figures import Samples

_WATCH = """(last) => {
  window.longest = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
  }).observe({ type: 'longtask', buffered: true });
  const look = () => {
    window.firstItem ??= document.querySelector('[data-key]') ? performance.now() : undefined;
    window.lastItem ??= document.body?.innerText.includes(last) ? performance.now() : undefined;
    if (!window.lastItem) requestAnimationFrame(look);
  };
  if (last) look();
}"""

_SCROLL = """async ({ label, step, seconds, patience }) => {
  const area = document.querySelector(`[aria-label="${label}"]`);
  const frame = () => new Promise((go) => requestAnimationFrame(go));
  area.scrollTop = 0;
  await frame();
  const gaps = [];
  let nodes = 0;
  const begun = await frame();
  let before = begun;
  let moved = begun;
  while (before - begun < seconds * 1000 && before - moved <= patience * 1000) {
    const isAtEnd = area.scrollTop + area.clientHeight >= area.scrollHeight - 2;
    area.scrollTop += step;
    const now = await frame();
    gaps.push(now - before);
    before = now;
    if (!isAtEnd) moved = now;
    nodes = Math.max(nodes, gaps.length % 20 === 0 ? document.getElementsByTagName('*').length : 0);
  }
  return { gaps, nodes, ms: moved - begun };
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Raises RuntimeError when there is none."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise RuntimeError("There is no Chromium. Run: scripts/test-setup")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"]
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


def signed_in(browser: Browser, machine: Daemon) -> Any:
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
def opened(browser: Browser, state: Any, address: str, *, last: str = "") -> Iterator[Page]:
    """A tab that watches its long tasks, and when the first item of a task and the words `last` are shown."""
    context = browser.new_context(storage_state=state, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.add_init_script(f"({_WATCH})({last!r})")
    page.goto(address)
    yield page
    context.close()


def paint(page: Page) -> float:
    """First contentful paint, ms from the start of the navigation."""
    return float(page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1"))


def longest(page: Page) -> float:
    """The longest task since the page began or `forget` was called, ms; 0: none over 50 ms."""
    return float(page.evaluate("() => window.longest"))


def forget(page: Page) -> None:
    page.evaluate("() => { window.longest = 0 }")


def memory(page: Page) -> float:
    """JavaScript heap after a collection, in units of 1,000,000 bytes."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    return float(page.evaluate("() => performance.memory.usedJSHeapSize")) / 1e6


def scrolled(page: Page, label: str, *, seconds: int, step: int = 400, patience: int = 0) -> dict[str, Any]:
    """From the top of the area called `label` down to its end, `step` px a frame, for so long at most.

    At an end that may move on, as more is loaded, it waits `patience` seconds.

    Returns `gaps` (ms between frames), `nodes` (the most elements that the page had), `ms` (how long it took).
    """
    given = {"label": label, "step": step, "seconds": seconds, "patience": patience}
    found: dict[str, Any] = page.evaluate(_SCROLL, given)
    assert len(found["gaps"]) > 50, "there was nothing to scroll"
    return found


def column(measured: Sequence[dict[str, float]], name: str) -> Samples:
    """One figure of several runs."""
    return Samples.of([one[name] for one in measured])
