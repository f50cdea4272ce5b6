"""Let Lighthouse judge the main page and a task's page of the demo: `make lighthouse`

The pages are those of somebody who is signed in, with tasks, webhooks and people as a small team would have them, on a
computer (`--phone`: on a slow one with a slow network). What is shown is the median of several runs. Fails under 95 in
accessibility or best practices; performance is a matter of this computer and of what else it does, so it fails the
command only with `--strict`. Lighthouse itself comes through npm, from scripts/lighthouse/package-lock.json.
"""

import argparse
import filecmp
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any, Final

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.sample_work import filled  # noqa: E402 - found through the line above
from tests.support.daemon import DaemonProcess, clean_environment, demo_daemon_on  # noqa: E402 - likewise

PACKAGE: Final = ROOT / "scripts" / "lighthouse"
CATEGORIES: Final = ("performance", "accessibility", "best-practices")
LEAST: Final = 95
RUN_SECONDS: Final = 180
FIGURES: Final = {
    "first-contentful-paint": "first paint, ms",
    "largest-contentful-paint": "largest paint, ms",
    "total-blocking-time": "blocked, ms",
    "cumulative-layout-shift": "layout shift",
}

Report = dict[str, Any]
"""What Lighthouse writes: `categories` and `audits`, each by name."""


def main() -> int:
    """Returns 1 when a page is under 95 where that counts. Raises SystemExit when there is no browser."""
    wanted = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    wanted.add_argument("--runs", type=int, default=5, help="of each page (default: 5)")
    wanted.add_argument("--phone", action="store_true", help="as on a phone: a slow processor and a slow network")
    wanted.add_argument("--strict", action="store_true", help="fail under 95 in performance, too")
    wanted.add_argument("--keep", type=Path, metavar="FOLDER", help="write the reports there, as JSON")
    asked = wanted.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("There is no Chromium. Run: scripts/test-setup")
    _install()
    counting = CATEGORIES if asked.strict else CATEGORIES[1:]
    print(f"Load of this computer before it began: {os.getloadavg()[0]:.1f}")  # noqa: T201 - a command's answer
    good = True
    with (
        tempfile.TemporaryDirectory(prefix="machine-lighthouse-") as folder,
        demo_daemon_on(Path(folder) / "data") as daemon,
    ):
        made = filled(daemon)
        profile = _signed_in(chromium, daemon, Path(folder) / "profile")
        pages = {"main page": "/", "task page": f"/tasks/{made.tasks['edit']}"}
        for name, path in pages.items():
            runs = [_judged(chromium, daemon.url + path, profile, phone=asked.phone) for _ in range(asked.runs)]
            _keep(asked.keep, name, runs)
            good &= _told(name, runs, counting)
    return 0 if good else 1


def _install() -> None:
    """Lighthouse, once for each lock file. Raises CalledProcessError when npm fails; its output says why."""
    lock, stamp = PACKAGE / "package-lock.json", PACKAGE / "node_modules" / ".installed-from"
    if stamp.is_file() and filecmp.cmp(lock, stamp, shallow=False):
        return
    npm = [str(ROOT / "scripts" / "npm"), "--prefix", str(PACKAGE)]
    subprocess.run([*npm, "ci", "--no-audit", "--no-fund"], check=True, timeout=600)
    shutil.copyfile(lock, stamp)


def _signed_in(chromium: str, daemon: DaemonProcess, profile: Path) -> Path:
    """A browser's folder with the cookie of somebody who has used a one-time link."""
    with sync_playwright() as playwright:
        start = playwright.chromium.launch_persistent_context
        context = start(profile, executable_path=chromium, args=["--no-sandbox"])
        page = context.new_page()
        page.goto(daemon.command("login-link").stdout.strip())
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("navigation").first.wait_for()
        context.close()
    return profile


def _judged(chromium: str, address: str, profile: Path, *, phone: bool) -> Report:
    """One report. Raises SystemExit when the page was not the one that was asked for."""
    # Without its sandbox, because this also runs as root; it only ever sees our own page.
    flags = f"--headless=new --no-sandbox --user-data-dir={profile}"
    command = [
        str(ROOT / "scripts" / "npm"),
        "--prefix",
        str(PACKAGE),
        "exec",
        "--offline",
        "--",
        "lighthouse",
        address,
    ]
    command += ["--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={flags}"]
    command += [] if phone else ["--preset=desktop"]
    environment = clean_environment(profile.parent, CHROME_PATH=chromium)
    said = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=RUN_SECONDS, check=False)
    if said.returncode != 0:
        raise SystemExit(f"Lighthouse failed at {address}:\n{said.stderr}")
    report: Report = json.loads(said.stdout)
    if report.get("runtimeError") or report["finalDisplayedUrl"] != address:
        raise SystemExit(f"Lighthouse saw {report['finalDisplayedUrl']}: {report.get('runtimeError')}")
    return report


def _told(name: str, runs: list[Report], counting: tuple[str, ...]) -> bool:
    """Print what came out; False where a category that counts is under `LEAST`."""
    scores = {one: median(run["categories"][one]["score"] * 100 for run in runs) for one in CATEGORIES}
    figures = {label: median(run["audits"][one]["numericValue"] for run in runs) for one, label in FIGURES.items()}
    print(f"\n{name}, median of {len(runs)}: {_joined(scores)}\n    {_joined(figures)}")  # noqa: T201 - a command's answer
    for audit in _short_of_all(runs[-1]):
        print(f"    {audit}")  # noqa: T201 - a command's answer
    return all(scores[one] >= LEAST for one in counting)


def _joined(numbers: Mapping[str, float]) -> str:
    return " · ".join(f"{name} {round(value, 2):g}" for name, value in numbers.items())


def _short_of_all(report: Report) -> list[str]:
    """The audits that cost points in the report."""
    weighted = {one["id"] for each in report["categories"].values() for one in each["auditRefs"] if one["weight"] > 0}
    found = [report["audits"][name] for name in sorted(weighted)]
    return [f"{one['title']}: {one['score']}" for one in found if one["score"] is not None and one["score"] < 0.9]


def _keep(folder: Path | None, name: str, runs: list[Report]) -> None:
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for number, run in enumerate(runs, start=1):
        (folder / f"{name.replace(' ', '-')}-{number}.json").write_text(json.dumps(run), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
