"""Make the README's picture: the demo in Chromium, at work. `make screenshots`

It goes to docs/images/. With a folder as its argument it makes pictures of every page instead, in both themes, wide and
on a phone, for somebody to look at.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.daemon import DaemonProcess, demo_daemon_on  # noqa: E402 - found through the line above

IMAGES = ROOT / "docs" / "images"
MAX_BYTES = 300_000
WISHES = (
    ("Plan a dark mode for the settings page", "planning"),
    ("Write the release notes into a file. demo:edit", "brain"),
    ("Clean up the old branches. demo:fail", "planning"),
    ("Set up the new button, and ask me what you need to know. demo:ask", "planning"),
)
PERMISSION = "Greet everybody who works here. demo:permission"
SLOW = "Walk through the logs of last night. demo:slow"


def main() -> None:
    """Raises SystemExit when there is no browser, or when a picture has grown too large for a README."""
    with (
        tempfile.TemporaryDirectory(prefix="machine-pictures-") as folder,
        demo_daemon_on(Path(folder) / "data") as daemon,
        _chromium() as browser,
    ):
        state = _signed_in(browser, daemon)
        tasks = _work(daemon)
        if len(sys.argv) > 1:
            _everything(browser, state, daemon, tasks, Path(sys.argv[1]))
        else:
            _readme(browser, state, daemon, tasks)


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
    page.get_by_text("What should be done?").wait_for()
    state = context.storage_state()
    context.close()
    return state


def _work(daemon: DaemonProcess) -> dict[str, str]:
    """Tasks in every state, by the word they play or `plan`."""
    made = {}
    for message, agent in (*WISHES, (PERMISSION, "planning"), (SLOW, "brain")):
        name = message.rpartition("demo:")[2] if "demo:" in message else "plan"
        made[name] = str(daemon.post("/api/chat", {"message": message, "agent": agent})["task_id"])
    return made


@contextmanager
def _page(browser: Browser, state: Any, *, width: int, height: int, theme: str) -> Iterator[Page]:
    options: dict[str, Any] = {"color_scheme": theme, "viewport": {"width": width, "height": height}}
    if width < 500:
        options |= {"is_mobile": True, "has_touch": True}
    context = browser.new_context(storage_state=state, reduced_motion="reduce", **options)
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def _readme(browser: Browser, state: Any, daemon: DaemonProcess, tasks: dict[str, str]) -> None:
    """Somebody is asked for a permission, while another task works."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for theme in ("light", "dark"):
        with _page(browser, state, width=1200, height=720, theme=theme) as page:
            page.goto(f"{daemon.url}/tasks/{tasks['permission']}")
            page.get_by_role("button", name="Allow once").wait_for()
            page.wait_for_timeout(500)
            path = IMAGES / f"page-{theme}.png"
            page.screenshot(path=path)
            size = path.stat().st_size
            if size > MAX_BYTES:
                raise SystemExit(f"{path} has {size} bytes, more than {MAX_BYTES}")
            print(f"{path.relative_to(ROOT)}: {size / 1000:.0f} kB")  # noqa: T201 - a command says what it made


def _everything(browser: Browser, state: Any, daemon: DaemonProcess, tasks: dict[str, str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    paths = {"start": "/", **{name: f"/tasks/{task_id}" for name, task_id in tasks.items()}}
    for theme, width in (("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)):
        for name, path in paths.items():
            with _page(browser, state, width=width, height=780, theme=theme) as page:
                page.goto(f"{daemon.url}{path}")
                page.wait_for_timeout(1_200)
                page.screenshot(path=folder / f"{name}-{theme}-{width}.png")
        with _page(browser, None, width=width, height=780, theme=theme) as page:
            page.goto(daemon.url)
            page.wait_for_timeout(700)
            page.screenshot(path=folder / f"signed-out-{theme}-{width}.png")
            page.goto(f"{daemon.url}/login#secret")
            page.wait_for_timeout(700)
            page.screenshot(path=folder / f"login-{theme}-{width}.png")


if __name__ == "__main__":
    main()
