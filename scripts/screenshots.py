"""Take pictures of the dashboard: the demo in Chromium, at work. `make screenshots`

docs/images/ keeps every page as WebP, in both themes, at 1280 and 360 px, as much of it as one screen shows;
docs/pages.md shows them all. `make screenshots ALL=build/screenshots` takes each page as high as what it scrolls
through instead, as PNG, for somebody to look at; that folder is not committed. It takes five minutes.
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
GALLERY: Final = ROOT / "docs" / "pages.md"
HEAD: Final = """# Every page

Made by `make screenshots` from the demo: as much of each page as one screen shows, on a desk and on a phone, light and
dark.
"""
MAX_BYTES: Final = 120_000
QUALITY: Final = 70
THEMES: Final = ("light", "dark")
SIZES: Final = {"wide": (1280, 800), "phone": (360, 760)}
MAX_HEIGHT: Final = 2_600
PATIENCE_MS: Final = 20_000
HIDDEN: Final = """() => Math.max(0, ...[...document.querySelectorAll("html, main, main *:not(textarea)")]
    .filter((one) => one.matches("html") || getComputedStyle(one).overflowY === "auto")
    .map((one) => one.scrollHeight - one.clientHeight))"""
"""By how much the page scrolls."""
ELSEWHERE: Final = """root => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const text = texts.currentNode
    const said = text.nodeValue.replaceAll(root, "/opt/claude-code-agent")
    const moved = said.replace(/\\/tmp\\/machine-pictures-\\w+\\/data/g, "/var/lib/machine")
    if (moved !== text.nodeValue) text.nodeValue = moved
  }
}"""
"""Says the folders of this computer as they are called on others."""
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
    tasks = {f"task-{name}": f"/tasks/{task_id}" for name, task_id in made.tasks.items()}
    views = {f"task-{view}": f"{tasks['task-edit']}?view={view}" for view in ("events", "files", "about")}
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


SIGNED_OUT: Final = {"signed-out": "/login", "sign-in": "/login#a-link", "invite": "/invite#one"}


def main() -> None:
    """Raises SystemExit when there is no browser, or when a picture has grown too large for a README."""
    wanted = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    wanted.add_argument("--all", type=Path, metavar="FOLDER", help="every page into this folder, and nothing kept")
    wanted.add_argument("--only", nargs="+", metavar="NAME", help="these pages alone")
    asked = wanted.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="machine-pictures-") as folder,
        demo_daemon_on(Path(folder) / "data") as daemon,
        _chromium() as browser,
    ):
        paths = {**pages_of(filled(daemon)), **SIGNED_OUT}
        some = {name: path for name, path in paths.items() if not asked.only or name in asked.only}
        state = _signed_in(browser, daemon)
        if asked.all:
            _everything(browser, state, daemon, some, asked.all)
        else:
            if not asked.only:
                shutil.rmtree(IMAGES, ignore_errors=True)
            _kept(browser, state, daemon, some)
            GALLERY.write_text(HEAD + "".join(_shown(name) for name in paths), encoding="utf-8")


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
    page.evaluate(ELSEWHERE, str(ROOT))


def _kept(browser: Browser, state: Any, daemon: DaemonProcess, paths: dict[str, str]) -> None:
    """The pictures of docs/images/, each round of them with a task at work."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for theme, size, page, names in _everywhere(browser, state, paths):
        work(daemon)
        for name, path in names.items():
            _open(page, daemon.url + path)
            _keep(page, IMAGES / f"{name}-{theme}-{size}.webp")


def _shown(name: str) -> str:
    title = name.replace("-", ": ", 1).capitalize()
    pictures = (
        f'<img src="images/{name}-{theme}-{size}.webp" alt="{title}, {theme}, {size}" height="240" loading="lazy">\n'
        for size in SIZES
        for theme in THEMES
    )
    return f"\n## {title}\n\n{''.join(pictures)}"


def _everywhere(browser: Browser, state: Any, paths: dict[str, str]) -> Iterator[tuple[str, str, Page, dict[str, str]]]:
    """Each theme and size, with a page and what is to be opened in it."""
    for size in SIZES:
        for theme in THEMES:
            for who, those in ((state, paths.keys() - SIGNED_OUT.keys()), (None, paths.keys() & SIGNED_OUT.keys())):
                if those:
                    with _page(browser, who, size, theme) as page:
                        yield theme, size, page, {name: path for name, path in paths.items() if name in those}


def _keep(page: Page, path: Path) -> None:
    with_quality = {"format": "webp", "quality": QUALITY}
    session = page.context.new_cdp_session(page)
    path.write_bytes(base64.b64decode(session.send("Page.captureScreenshot", with_quality)["data"]))
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise SystemExit(f"{path} has {size} bytes, more than {MAX_BYTES}")
    print(f"{path.relative_to(ROOT)}: {size / 1000:.0f} kB")  # noqa: T201 - a command says what it made


def _everything(browser: Browser, state: Any, daemon: DaemonProcess, paths: dict[str, str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for theme, size, page, names in _everywhere(browser, state, paths):
        for name, path in names.items():
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
