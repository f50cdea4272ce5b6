"""What `machine doctor` and the page of health look at on this computer: each check is a function from the settings to
findings. They block: the daemon runs them in a thread."""

import json
import os
import platform
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from machine.app.redis_check import redis
from machine.domain.events import AuthStatusData
from machine.domain.finding import Finding, Level
from machine.ports import LoginState
from machine.settings import Settings

Check = Callable[[Settings], Iterator[Finding]]

_MIN_FREE_BYTES: Final = 200 * 1024**2
_GOOD_FREE_BYTES: Final = 2 * 1024**3
_OLDEST_SANE_YEAR: Final = 2026
_SKEW_SECONDS: Final = 60
# SQLite's write-ahead log needs shared memory between processes, which these do not give.
_NETWORK: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "beegfs", "fuse.sshfs", "fuse.s3fs"}
)
_DOUBTFUL: Final = frozenset({"9p", "virtiofs", "fuse.grpcfuse", "drvfs", "vboxsf", "prl_fs"})


def python_version(_: Settings) -> Iterator[Finding]:
    """Which interpreter this is; one that is too old does not get this far."""
    yield Finding("python", "ok", f"Python {platform.python_version()} ({sys.executable})")


def user(settings: Settings) -> Iterator[Finding]:
    """Who this is, and as whom agents run."""
    from machine.domain.machine_status import exposure

    if found := exposure(is_root=os.geteuid() == 0, kept_in=True):
        yield from (Finding("user", "warning", one.message, one.hint) for one in found)
    else:
        yield Finding("user", "ok", f"running as user {os.geteuid()}, not as root")
    users = _agent_users(settings)
    if users is None:
        yield Finding("user", "ok", f"agents run as user {os.geteuid()}, as the daemon does")
        return
    first, last = users
    if first <= os.geteuid() <= last:
        hint = "Take another range for MACHINE_AGENT_USERS: it must not hold the daemon's user."
        yield Finding("user", "problem", f"user {os.geteuid()} is among those of agents ({first}-{last})", hint)
    else:
        yield Finding("user", "ok", f"agents run as users {first} to {last}, one for each workspace")


def _agent_users(settings: Settings) -> tuple[int, int] | None:
    """As the daemon that runs has it; in a container that was started as a user, it is not as the image says."""
    try:
        said = json.loads((settings.run_dir / "daemon.json").read_text(encoding="utf-8"))["agent_users"]
    except (OSError, ValueError, KeyError, TypeError):
        return settings.agent_users
    return (int(said[0]), int(said[1])) if said else None


def data_folder(settings: Settings) -> Iterator[Finding]:
    """The data folder is there, ours alone, and can be written to."""
    folder = settings.data_dir
    try:
        state = folder.stat()
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        hint = "`machine serve` makes it." if missing else "Check its owner, or set MACHINE_DATA_DIR."
        yield Finding("data folder", "warning" if missing else "problem", f"{folder}: {error.strerror}", hint)
        return
    mode = stat.S_IMODE(state.st_mode)
    if not stat.S_ISDIR(state.st_mode):
        yield Finding("data folder", "problem", f"{folder} is no folder", "Move it away, or set MACHINE_DATA_DIR.")
        return
    if state.st_uid != os.geteuid():
        hint = "Run this as its owner, or set MACHINE_DATA_DIR."
        yield Finding("data folder", "problem", f"{folder} belongs to user {state.st_uid}, not to you", hint)
    elif mode & (0o066 if _agent_users(settings) else 0o077):  # agents pass through it, and cannot look
        yield Finding("data folder", "problem", f"{folder} is open to others (mode {mode:04o})", f"chmod 700 {folder}")
    else:
        yield Finding("data folder", "ok", f"{folder}, mode {mode:04o}")
    yield from _secret_folders(settings)
    yield from _writable(folder)


def _secret_folders(settings: Settings) -> Iterator[Finding]:
    for folder in (settings.credentials_dir, settings.run_dir, settings.database_file.parent):
        if folder.is_dir() and (mode := stat.S_IMODE(folder.stat().st_mode)) & 0o077:
            yield Finding(
                "data folder", "problem", f"{folder} is open to others (mode {mode:04o})", f"chmod 700 {folder}"
            )


def _writable(folder: Path) -> Iterator[Finding]:
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            file.write(b"x")
            file.flush()
            written_at = os.fstat(file.fileno()).st_mtime
    except OSError as error:
        yield Finding("data folder", "problem", f"cannot write to {folder}: {error.strerror}", "Check owner and space.")
        return
    if abs(written_at - time.time()) > _SKEW_SECONDS:
        hint = "Use a folder on a local disk, or set both clocks right."
        yield Finding("clock", "warning", "the file system's clock is not this computer's clock", hint)


def disk(settings: Settings) -> Iterator[Finding]:
    """There is space, on a file system that a database can live on."""
    folder = _existing(settings.data_dir)
    free = shutil.disk_usage(folder).free
    said = f"{free / 1024**3:.1f} GiB free"
    if free < _MIN_FREE_BYTES:
        yield Finding("disk", "problem", said, "Free some space: tasks fail and the database cannot grow.")
    elif free < settings.min_free_mb * 1024**2:
        hint = (
            "Free some, or keep less: `machine disk` shows what takes it. Queued tasks start when there is room again."
        )
        yield Finding("disk", "problem", f"{said}, less than MACHINE_MIN_FREE_MB={settings.min_free_mb}", hint)
    elif free < _GOOD_FREE_BYTES:
        yield Finding("disk", "warning", said, "Free some space soon: every task has a folder of its own.")
    else:
        yield Finding("disk", "ok", said)
    kind = file_system(folder, Path("/proc/self/mountinfo"))
    if kind in _NETWORK:
        hint = "Move the data folder to a local disk: SQLite loses data on network file systems."
        yield Finding("disk", "problem", f"the data folder is on a network file system ({kind})", hint)
    elif kind in _DOUBTFUL:
        hint = "Prefer a local disk: on shared folders of a virtual machine, SQLite's locks may not work."
        yield Finding("disk", "warning", f"the data folder is on a shared folder ({kind})", hint)


def backup(settings: Settings) -> Iterator[Finding]:
    """Backups that the daemon is to make are there."""
    from machine.app.automatic_backups import finding

    if settings.database_file.is_file():
        yield finding(settings, datetime.now(UTC))


def file_system(folder: Path, mountinfo: Path) -> str | None:
    """The kind of file system that `folder` is on, by the kernel's list of mounts; None where there is no such list."""
    try:
        lines = mountinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    best, kind = "", None
    where = f"{folder.resolve()}/"
    for line in lines:
        before, _, after = line.partition(" - ")
        if len(parts := before.split()) < 5 or not after:
            continue
        point = parts[4].replace("\\040", " ").rstrip("/") + "/"
        if where.startswith(point) and len(point) >= len(best):
            best, kind = point, after.split()[0]
    return kind


def claude_cli(settings: Settings) -> Iterator[Finding]:
    """Claude Code is there and starts."""
    from machine.claude.installation import bundled_cli
    from machine.claude.version import version_of

    path = settings.claude_cli_path or bundled_cli()
    if path is None or not path.is_file():
        hint = "Install the package again (its SDK brings the CLI), or point CLAUDE_CLI_PATH at `claude`."
        yield Finding("claude", "problem", f"no Claude Code CLI{f' at {path}' if path else ''}", hint)
        return
    try:
        said = version_of(path)
    except (OSError, subprocess.SubprocessError) as error:
        yield Finding("claude", "problem", f"{path} --version fails: {error}", "Reinstall it, or set CLAUDE_CLI_PATH.")
        return
    where = "bundled" if settings.claude_cli_path is None else str(path)
    yield Finding("claude", "ok", f"{said} ({where})")


def sandbox(settings: Settings) -> Iterator[Finding]:
    """Whether commands of agents are kept in."""
    from machine.claude.sandbox import probe
    from machine.domain.machine_status import exposure

    found = probe(settings.sandbox)
    if found.active:
        yield Finding("sandbox", "ok", found.message)
        return
    level: Level = "problem" if settings.sandbox == "required" else "warning"
    own = _agent_users(settings) is not None
    for one in exposure(is_root=False, kept_in=False, own_users=own, why_not=found.message, remedy=found.hint):
        yield Finding("sandbox", level, one.message, one.hint)


def tools(_: Settings) -> Iterator[Finding]:
    """Programs that agents use; none of them is needed to start."""
    wanted = {
        "git": "Without it agents cannot work on repositories: install git.",
        "rg": "Without it Claude Code uses its own, slower in big folders: install ripgrep.",
    }
    missing = {name: hint for name, hint in wanted.items() if shutil.which(name) is None}
    for name, hint in missing.items():
        yield Finding("tools", "warning", f"{name} is not installed", hint)
    if not missing:
        yield Finding("tools", "ok", ", ".join(wanted))


def clock(settings: Settings) -> Iterator[Finding]:
    """Time is plausible and does not run behind what is already stored."""
    now = datetime.now(UTC)
    newest = settings.database_file.stat().st_mtime if settings.database_file.is_file() else 0.0
    if now.year < _OLDEST_SANE_YEAR:
        yield Finding("clock", "problem", f"the clock says {now:%Y-%m-%d}", "Set it: logins and certificates need it.")
    elif newest - now.timestamp() > _SKEW_SECONDS:
        yield Finding("clock", "warning", "the database was written in the future", "Check the clock: it went back.")
    else:
        yield Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC")


def port_is_free(host: str, port: int) -> bool:
    """Whether a daemon could listen there now. Raises OSError for an address that is not this computer's."""
    import errno

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def _existing(folder: Path) -> Path:
    return next(parent for parent in (folder, *folder.parents) if parent.exists())


def guarded(check: Check, settings: Settings) -> list[Finding]:
    """A check that cannot look is a finding itself; the others go on."""
    try:
        return list(check(settings))
    except OSError as error:
        return [Finding(check.__name__.strip("_").replace("_", " "), "problem", f"cannot be checked: {error}", "")]


def database(report: dict[str, Any]) -> Finding:
    """What the database says of itself, as `store.health.report` gives it."""
    said = f"{report['engine']}, schema {report['revision']}"
    if (integrity := report.get("check")) is None:
        return Finding("database", "ok", said)
    said = f"{said}, integrity {integrity}"
    if integrity == "ok":
        return Finding("database", "ok", said)
    return Finding("database", "problem", said, "Stop the daemon and restore the newest backup beside the database.")


def login(state: LoginState | AuthStatusData, method: str | None, *, demo: bool) -> Finding:
    """Whether Claude Code is logged in, as far as the CLI or the last request says."""
    via = f" ({method})" if method else ""
    if state.state in ("ready", "expires_soon", "demo"):
        said = f"{state.message or 'logged in'}{via}; a real request may still be refused"
        return Finding("login", "ok", "the demo needs none" if demo or state.state == "demo" else said)
    hint = state.hint or "Log in as README says, or try `machine serve --demo`, which needs no account."
    return Finding("login", "warning", f"{state.message or state.state}{via}", hint)


LOCAL_CHECKS: Final[tuple[Check, ...]] = (
    python_version,
    user,
    data_folder,
    disk,
    backup,
    claude_cli,
    sandbox,
    tools,
    clock,
    redis,
)
