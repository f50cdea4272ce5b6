"""Take pictures of the dashboard: the demo in Chromium, at work. `make screenshots`

docs/images/ keeps, as WebP, what the README and docs/ show and nothing else (KEPT): the pages that are explained there,
light and wide, and the README's, in both themes, some of them on a phone. `make screenshots ALL=build/screenshots`
takes every page instead, in both themes, at 1280 and 360 px, as high as what it scrolls through, as PNG, for somebody
to look at; that folder is not committed. It takes five minutes.
"""

import argparse
import base64
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.sample_work import Sample, filled, work  # noqa: E402 - found through the line above
from tests.support.daemon import DaemonProcess, demo_daemon_on  # noqa: E402 - found through the line above

IMAGES: Final = ROOT / "docs" / "images"
KEPT: Final = {
    ("light", "wide"): ("permission", "chat", "tasks", "agent-edit", "webhook", "costs"),
    ("dark", "wide"): ("permission",),
    ("light", "phone"): ("start", "permission", "chat"),
    ("dark", "phone"): ("start", "permission", "chat"),
}
MAX_BYTES: Final = 120_000
QUALITY: Final = 80
SIZES: Final = {"wide": (1280, 800), "phone": (360, 760)}
MAX_HEIGHT: Final = 2_600
PATIENCE_MS: Final = 20_000
HIDDEN: Final = """() => Math.max(0, ...[...document.querySelectorAll("html, main, main *:not(textarea)")]
    .filter((one) => one.matches("html") || getComputedStyle(one).overflowY === "auto")
    .map((one) => one.scrollHeight - one.clientHeight))"""
"""By how much the page scrolls."""
SETTINGS: Final = (
    "login",
    "variables",
    "people",
    "tokens",
    "logins",
    "appearance",
    "notifications",
    "budgets",
    "storage",
    "audit",
    "health",
)


def pages_of(made: Sample) -> dict[str, str]:
    """Address by name, of every page that somebody who is signed in can open."""
    tasks = {name: f"/tasks/{task_id}" for name, task_id in made.tasks.items()}
    views = {f"task-{view}": f"{tasks['edit']}?view={view}" for view in ("events", "files", "about")}
    return {
        "start": "/",
        "chat": f"/chat/{made.conversation}",
        "chat-new": "/chat",
        "tasks": "/tasks",
        **tasks,
        **views,
        "costs": "/costs",
        "machines": "/machines",
        "agents": "/agents",
        "agent": "/agents/release-notes",
        "agent-edit": "/agents/release-notes/edit",
        **{f"agents-{way}": f"/agents?create={way}" for way in ("form", "describe", "upload")},
        "skills": "/skills",
        "skill": "/skills/house-style",
        "skills-form": "/skills?create=form",
        "webhooks": "/webhooks",
        "webhook": "/webhooks/kettle-issues",
        "webhook-edit": "/webhooks/kettle-issues/edit",
        "webhook-deliveries": "/webhooks/kettle-issues/deliveries",
        "webhook-simulator": "/webhooks/kettle-issues/simulator",
        "schedules": "/schedules",
        "schedule": "/schedules/morning-news",
        "schedules-form": "/schedules?create=form",
        "settings": "/settings",
        **{f"settings-{part}": f"/settings/{part}" for part in SETTINGS},
        "nowhere": "/settings/nowhere",
    }


def main() -> None:
    """Raises SystemExit when there is no browser, or when a picture has grown too large for a README."""
    wanted = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    wanted.add_argument("--all", type=Path, metavar="FOLDER", help="every page into this folder, and nothing kept")
    wanted.add_argument("--only", nargs="+", metavar="NAME", help="with --all: these pages alone")
    asked = wanted.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="machine-pictures-") as folder,
        demo_daemon_on(Path(folder) / "data") as daemon,
        _chromium() as browser,
    ):
        made = filled(daemon)
        state = _signed_in(browser, daemon)
        if asked.all:
            _everything(browser, state, daemon, made, asked.all, asked.only)
        else:
            _kept(browser, state, daemon, pages_of(made))


@contextmanager
def _chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("There is no Chromium. Run: scripts/test-setup")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def _signed_in(browser: Browser, daemon: DaemonProcess) -> Any:
    context = browser.new_context()
    page = context.new_page()
    page.goto(daemon.command("login-link").stdout.strip())
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation").first.wait_for()
    state = context.storage_state()
    context.close()
    return state


@contextmanager
def _page(browser: Browser, state: Any, size: str, theme: str) -> Iterator[Page]:
    width, height = SIZES[size]
    options: dict[str, Any] = {"color_scheme": theme, "viewport": {"width": width, "height": height}}
    if size == "phone":
        options |= {"is_mobile": True, "has_touch": True}
    context = browser.new_context(storage_state=state, reduced_motion="reduce", **options)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def _open(page: Page, address: str) -> None:
    """Come to a page and wait until nothing of it is on its way. Raises TimeoutError of Playwright."""
    page.goto("about:blank")  # Else an address that differs in its fragment alone would load nothing.
    page.goto(address)
    page.locator("h1").first.wait_for(state="attached")
    page.wait_for_function("() => !document.querySelector('.animate-pulse')")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(400)


def _kept(browser: Browser, state: Any, daemon: DaemonProcess, paths: dict[str, str]) -> None:
    """The pictures of docs/images/, with one task at work."""
    work(daemon)
    shutil.rmtree(IMAGES, ignore_errors=True)
    IMAGES.mkdir(parents=True)
    for (theme, size), names in KEPT.items():
        with _page(browser, state, size, theme) as page:
            for name in names:
                _open(page, daemon.url + paths[name])
                _keep(page, IMAGES / f"{name}-{theme}-{size}.webp")


def _keep(page: Page, path: Path) -> None:
    with_quality = {"format": "webp", "quality": QUALITY}
    session = page.context.new_cdp_session(page)
    path.write_bytes(base64.b64decode(session.send("Page.captureScreenshot", with_quality)["data"]))
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise SystemExit(f"{path} has {size} bytes, more than {MAX_BYTES}")
    print(f"{path.relative_to(ROOT)}: {size / 1000:.0f} kB")  # noqa: T201 - a command says what it made


def _everything(
    browser: Browser, state: Any, daemon: DaemonProcess, made: Sample, folder: Path, only: list[str] | None
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: path for name, path in pages_of(made).items() if not only or name in only}
    for size in SIZES:
        for theme in ("light", "dark"):
            with _page(browser, state, size, theme) as page:
                for name, path in paths.items():
                    _open(page, daemon.url + path)
                    _whole(page, size, folder / f"{name}-{theme}-{size}.png")
            with _page(browser, None, size, theme) as page:
                for name, path in (("signed-out", "/login"), ("sign-in", "/login#a-link"), ("invite", "/invite#one")):
                    _open(page, daemon.url + path)
                    _whole(page, size, folder / f"{name}-{theme}-{size}.png")


def _whole(page: Page, size: str, path: Path) -> None:
    """A picture as high as what the page scrolls through."""
    width, height = SIZES[size]
    high = height
    for _ in range(2):  # Twice, since what is as high as its window grows with it.
        high = min(high + page.evaluate(HIDDEN), MAX_HEIGHT)
        page.set_viewport_size({"width": width, "height": high})
        page.wait_for_timeout(100)
    page.screenshot(path=path)
    page.set_viewport_size({"width": width, "height": height})


if __name__ == "__main__":
    main()
