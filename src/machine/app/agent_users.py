"""Users of their own for agents, where the settings say so and a steward can switch to them."""

import stat
from pathlib import Path

from machine.claude.agent_login import AgentLogin
from machine.claude.agent_users import PASSABLE, AgentUsers
from machine.claude.installation import Installation
from machine.claude.settling import Settling
from machine.claude.transcripts import TranscriptsOfUsers
from machine.domain.errors import StewardMissing, StoreError
from machine.settings import Settings


def open_settling(settings: Settings, installation: Installation) -> Settling | None:
    """None where agents run as the daemon's own user. Blocking. Raises StewardMissing, StoreError."""
    if settings.agent_users is None:
        return None
    if settings.steward is None:
        raise StewardMissing(
            "MACHINE_AGENT_USERS is set, but no steward has started this daemon, so it cannot switch users.",
            hint="Start it through `python -I -m machine.claude.steward` (docs/systemd.md), or leave the setting out.",
        )
    homes = installation.homes
    homes.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        _let_pass(settings.data_dir, {settings.workspaces_dir, homes, installation.scratch})
    except OSError as error:
        raise StoreError(
            f"{error.filename} cannot be closed to agents: {error.strerror or error}.",
            hint="Everything in the data folder has to belong to the user that runs the machine.",
        ) from error
    users = AgentUsers(settings.steward, *settings.agent_users, homes)
    return Settling(
        users,
        AgentLogin(installation.config_dir, homes),
        TranscriptsOfUsers(users, homes, settings.workspaces_dir),
    )


def _let_pass(data: Path, passed: set[Path]) -> None:
    """Open the way to what is agents' own, after all else is closed: definitions may have come from anywhere."""
    for path in data.iterdir():
        mode = stat.S_IMODE(path.lstat().st_mode)
        if path not in passed and mode & 0o077 and not path.is_symlink():
            path.chmod(mode & 0o700)
    for folder in (data, *passed):
        if folder.exists():
            folder.chmod(PASSABLE)
