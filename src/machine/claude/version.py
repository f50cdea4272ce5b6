"""Which version of Claude Code a file is."""

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Final

PATIENCE_SECONDS: Final = 20


def version_of(cli: Path) -> str:
    """What it says, such as `2.1.150 (Claude Code)`. It sees no login and no setting of anybody. Blocking, for a
    second. Raises OSError, SubprocessError."""
    with tempfile.TemporaryDirectory(prefix="machine-doctor-") as home:
        environ = {"PATH": os.environ.get("PATH", ""), "HOME": home, "CLAUDE_CONFIG_DIR": home}
        done = subprocess.run(
            [cli, "--version"], env=environ, capture_output=True, timeout=PATIENCE_SECONDS, check=True, text=True
        )
    return done.stdout.strip()[:60]
