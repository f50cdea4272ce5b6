"""Users of their own for agents, where the settings say so and a steward can switch to them."""

import json
import os
import stat
from pathlib import Path

from machine.claude.agent_login import AgentLogin
from machine.claude.agent_users import PASSABLE, AgentUsers
from machine.claude.installation import AGENTS_CONFIG, Installation
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
    users = AgentUsers(settings.steward, *settings.agent_users, (homes, settings.workspaces_dir, installation.scratch))
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


def read_as_agents(settings: Settings, *, with_work: bool) -> list[Path]:
    """Let this user read what agents made as users of their own; the folders of their conversations. Blocking.

    `with_work`: all of their work. Also beside a daemon, by whose steward it is done. Raises StoreError.
    """
    homes = settings.data_dir / "homes"
    of_users = [home for home in homes.glob("*") if home.lstat().st_gid not in (os.getgid(), *os.getgroups())]
    if not of_users:
        return []
    users = _users_there(settings, homes)
    conversations = [folder for home in of_users if (folder := home / AGENTS_CONFIG / "projects").is_dir()]
    work = [folder for home in of_users for folder in (home, settings.workspaces_dir / home.name) if folder.is_dir()]
    try:
        for folder in work if with_work else conversations:
            if (user := users.owner_of(folder)) is not None:
                users.open_up(folder, user)
    except OSError as error:
        raise StoreError(
            f"What agents made cannot be read: {error.strerror or error}.",
            hint="Try again while the machine runs; its log may say more.",
        ) from error
    return conversations


def _users_there(settings: Settings, homes: Path) -> AgentUsers:
    """By the steward that has started this program, or the daemon of this folder."""
    steward, users = settings.steward, settings.agent_users
    try:
        if steward is None or users is None:
            said = json.loads((settings.run_dir / "daemon.json").read_text(encoding="utf-8"))
            steward, users = Path(said["steward"]), (int(said["agent_users"][0]), int(said["agent_users"][1]))
    except (OSError, ValueError, KeyError, TypeError):
        raise StoreError(
            "Agents' conversations and work belong to users of their own, whom nothing here can switch to.",
            hint="Do this while the machine runs.",
        ) from None
    return AgentUsers(steward, *users, (homes, settings.workspaces_dir))
