"""Users of their own for agents, where the settings say so and a steward can switch to them."""

from machine.claude.agent_login import AgentLogin
from machine.claude.agent_users import PASSABLE, AgentUsers
from machine.claude.installation import Installation
from machine.claude.settling import Settling
from machine.claude.transcripts import TranscriptsOfUsers
from machine.domain.errors import StewardMissing
from machine.settings import Settings


def open_settling(settings: Settings, installation: Installation) -> Settling | None:
    """None where agents run as the daemon's own user. Blocking. Raises StewardMissing, OSError."""
    if settings.agent_users is None:
        return None
    if settings.steward is None:
        raise StewardMissing(
            "MACHINE_AGENT_USERS is set, but no steward has started this daemon, so it cannot switch users.",
            hint="Start it through `python -I -m machine.claude.steward` (docs/systemd.md), or leave the setting out.",
        )
    homes = installation.homes
    homes.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in (settings.data_dir, settings.workspaces_dir, homes):
        folder.chmod(PASSABLE)
    users = AgentUsers(settings.steward, *settings.agent_users, homes)
    return Settling(
        users,
        AgentLogin(installation.config_dir, homes),
        TranscriptsOfUsers(users, homes, settings.workspaces_dir),
    )
