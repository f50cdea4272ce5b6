"""Where the daemon is and how to speak to it: the environment first, then what the data folder says."""

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from machine.cli.output import UNREACHABLE, USAGE, CliError

if TYPE_CHECKING:
    from machine.settings import Settings


@dataclass(frozen=True)
class Endpoint:
    """A daemon's address and the token for it. `local`: both were found in a data folder of this machine."""

    url: str
    token: str = field(repr=False)
    local: bool

    @property
    def on_loopback(self) -> bool:
        host = urlsplit(self.url).hostname or ""
        return host in ("localhost", "::1") or host.startswith("127.")


def read_checked_settings(environ: Mapping[str, str], **overrides: object) -> "Settings":
    """The settings; every fault in them is one sentence. Raises CliError with exit code 2."""
    from pydantic import ValidationError

    from machine.settings import read_settings

    try:
        return read_settings(environ, **overrides)
    except ValidationError as error:
        given = {name for name, value in overrides.items() if value is not None}
        sentences = [_sentence(fault["loc"], fault["msg"], fault["input"], given) for fault in error.errors()]
        raise CliError(
            "\n".join(sentences),
            hint="Correct it and try again.",
            exit_code=USAGE,
            code="settings",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise CliError(
            f"A file that the settings name cannot be read: {error}.",
            hint="Correct the …_FILE variable, or the file's owner and mode.",
            exit_code=USAGE,
            code="settings",
        ) from error


def _sentence(location: tuple[int | str, ...], message: str, value: object, given: set[str]) -> str:
    name = str(location[0]) if location else "settings"
    shown = f"--{name.replace('_', '-')}" if name in given else name.upper()
    from machine.settings import NEVER_SHOWN

    wanted = message.removeprefix("Input ").removeprefix("String ").removeprefix("Value error, ")
    told = "set" if name.upper() in NEVER_SHOWN else f"{str(value)!r:.80}"
    return f"{shown} is {told}, but it {wanted[:1].lower()}{wanted[1:]}."


def data_folder(data_dir: str | None, environ: Mapping[str, str]) -> Path:
    """The data folder meant: the option, MACHINE_DATA_DIR, or the user's own."""
    if given := data_dir or environ.get("MACHINE_DATA_DIR"):
        return Path(given).expanduser().absolute()
    return read_checked_settings(environ).data_dir


def locate(data_dir: str | None = None, environ: Mapping[str, str] = os.environ) -> Endpoint:
    """The daemon to speak to.

    MACHINE_URL and MACHINE_TOKEN (or MACHINE_TOKEN_FILE) win; what is missing of them comes from the data folder's
    `run/`. The folder's own token is never sent anywhere but to the folder's own daemon. Raises CliError.
    """
    url, token = environ.get("MACHINE_URL", "").rstrip("/"), _token_of(environ)
    if url and urlsplit(url).scheme not in ("http", "https"):
        raise CliError(f"MACHINE_URL is {url!r}, but it should begin with http:// or https://.", exit_code=USAGE)
    if url and token:
        return Endpoint(url, token, local=False)
    folder = data_folder(data_dir, environ)
    own_url = daemon_url(folder)
    if url and url != own_url:
        raise CliError(
            f"MACHINE_URL is set ({url}), but there is no token for it.",
            hint="Make one there with `machine token create --name cli` and set MACHINE_TOKEN to it.",
            exit_code=USAGE,
            code="no_token",
        )
    if own_url is None:
        raise not_running(folder)
    return Endpoint(own_url, token or _own_token(folder), local=not token)


def not_running(folder: Path) -> CliError:
    """The error for a folder whose daemon does not run."""
    return CliError(
        f"No daemon is running on the data folder {folder}.",
        hint="Start it with `machine serve` (or `machine serve --demo`: no account, no cost), or set MACHINE_URL and "
        "MACHINE_TOKEN to reach another machine.",
        exit_code=UNREACHABLE,
        code="unreachable",
    )


def daemon_url(folder: Path) -> str | None:
    """The address that the folder's daemon wrote down, or None. It may be gone since."""
    try:
        found = json.loads((folder / "run" / "daemon.json").read_text(encoding="utf-8"))
        return str(found["url"]).rstrip("/")
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _token_of(environ: Mapping[str, str]) -> str:
    if token := environ.get("MACHINE_TOKEN", "").strip():
        return token
    if not (path := environ.get("MACHINE_TOKEN_FILE")):
        return ""
    try:
        return Path(path).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise CliError(f"The token file {path} cannot be read: {error}.", exit_code=USAGE, code="no_token") from error


def _own_token(folder: Path) -> str:
    """The token that the daemon keeps for its own command line; only from a file that is nobody else's."""
    path = folder / "run" / "cli-token"
    try:
        with path.open(encoding="utf-8") as file:
            state = os.fstat(file.fileno())
            if stat.S_IMODE(state.st_mode) & 0o077 or state.st_uid not in (os.geteuid(), 0):
                raise CliError(
                    f"The token file {path} can be read by others (mode {stat.S_IMODE(state.st_mode):04o}).",
                    hint=f"Restart the daemon, which makes a new one, or run: chmod 600 {path}",
                    code="token_open",
                )
            return file.read(4096).strip()
    except (OSError, ValueError) as error:
        raise CliError(
            f"The token of the daemon's own command line cannot be read: {error}.",
            hint="Run this as the user the daemon runs as, or set MACHINE_TOKEN (`machine token create`).",
            code="no_token",
        ) from error
