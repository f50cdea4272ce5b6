"""Claude Code's own sandbox (bubblewrap on Linux, Seatbelt on macOS): what commands of an agent can reach.

The guard keeps the file tools in; this keeps in what an agent runs. Measured: commands may write to the workspace and
below CLAUDE_CODE_TMPDIR, and a rule against editing a folder closes it to commands, too, whatever `allowWrite` says. So
HOME stays read-only to them, which is as well: the CLI reads its `.bashrc` outside of the sandbox. TMPDIR is the CLI's
own, for its sockets there: the path of a socket has at most 107 bytes.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from machine.claude.network import sandbox_network
from machine.domain.profile import Network
from machine.ports import Sandbox

PROBE_SECONDS: Final = 10.0
OWN_PROC: Final = Path("/proc")
"""In the sandbox it shows the sandbox's own processes."""
_INSTALL: Final = "Install bubblewrap and socat (Debian: apt-get install bubblewrap socat) and start the machine again."
_ALLOW: Final = "Let this user make user namespaces, or run the machine where that is allowed; then start it again."

PRIVATE_IN_HOME: Final = (
    *(".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".netrc", ".git-credentials", ".npmrc", ".pypirc"),
    *(".config/gcloud", ".config/gh", ".config/git/credentials", ".claude", ".claude.json"),
)
"""What lies in a person's home and is nobody else's business: closed where the daemon runs as that person."""


def probe(wanted: Literal["auto", "required", "off"]) -> Sandbox:
    """Try it: make a sandbox as the CLI would and run a program in it. Blocking, some 10 ms."""
    if wanted == "off":
        return Sandbox(state="off", message="It is switched off (MACHINE_SANDBOX=off).")
    if sys.platform == "darwin":
        return Sandbox(state="active", message="Commands of agents run in Seatbelt's sandbox.")
    missing = [name for name in ("bwrap", "socat") if shutil.which(name) is None]
    if missing:
        return Sandbox(state="unavailable", message=f"{' and '.join(missing)} cannot be found.", hint=_INSTALL)
    said = _tried()
    if said is not None:
        return Sandbox(state="unavailable", message=f"bubblewrap does not work here: {said}", hint=_ALLOW)
    return Sandbox(state="active", message="Commands of agents run in bubblewrap's sandbox.")


def _tried() -> str | None:
    """What bubblewrap complains of; None when it works."""
    namespaces = ("--unshare-user", "--unshare-pid", "--unshare-net", "--proc", "/proc", "--dev", "/dev")
    command = ("bwrap", "--ro-bind", "/", "/", *namespaces, "--die-with-parent", "--", "true")
    try:
        done = subprocess.run(command, capture_output=True, timeout=PROBE_SECONDS, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)[:300]
    return None if done.returncode == 0 else done.stderr.decode(errors="replace").strip()[-300:]


def private_in(home: Path) -> tuple[Path, ...]:
    """What of that home has to be closed. Blocking."""
    return tuple(path for name in PRIVATE_IN_HOME if (path := home / name).exists())


def sandbox_settings(
    *,
    closed: Sequence[Path],
    readable: Sequence[Path],
    writable: Sequence[Path],
    secrets: Iterable[str],
    network: Network,
    asks: bool,
) -> dict[str, Any]:
    """The CLI's settings for it. `readable` may lie inside of `closed`; commands do not get the variables in `secrets`.
    `asks`: whether the CLI asks before it does what it may not do by itself.

    Whether a command may run at all is asked as before: the sandbox allows nothing by itself.
    """
    return {
        "enabled": True,
        "failIfUnavailable": True,
        "allowUnsandboxedCommands": False,
        "autoAllowBashIfSandboxed": False,
        "filesystem": {
            "denyRead": [str(path) for path in closed if path != OWN_PROC],
            "allowRead": [str(path) for path in (*readable, *writable)],
            "allowWrite": [str(path) for path in writable],
        },
        "network": sandbox_network(network, asks=asks),
        "credentials": {"envVars": [{"name": name, "mode": "deny"} for name in sorted(secrets)]},
    }
