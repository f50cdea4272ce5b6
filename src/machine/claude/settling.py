"""What has to be in place before a CLI starts as a user of its own: folders, files, the login."""

import asyncio
from pathlib import Path
from typing import Final

from machine.claude.agent_login import AgentLogin
from machine.claude.agent_users import AgentUsers
from machine.claude.installation import CREDENTIALS_FILE, Installation
from machine.claude.transcripts import TranscriptsOfUsers
from machine.claude.wardens import Switch
from machine.domain.chat import ATTACHMENTS
from machine.domain.errors import StoreError

READ_ONLY: Final = frozenset((".claude", "CLAUDE.md", "CLAUDE.local.md", ".mcp.json", ATTACHMENTS))
"""In a workspace: the agent's definition, and files that people attach. Everything else is its user's own."""


class Settling:
    """Joins the users, their login and their transcripts."""

    def __init__(self, users: AgentUsers, login: AgentLogin, transcripts: TranscriptsOfUsers) -> None:
        self.users, self.login, self.transcripts = users, login, transcripts

    async def settle(self, workspace: Path, installation: Installation) -> tuple[Installation, Switch]:
        """See that everything is ready for a start in that workspace. Raises StoreError."""
        try:
            user = await asyncio.to_thread(self._settle, workspace, installation)
            await self.login.place(workspace.name)
        except OSError as error:
            raise StoreError(
                f"The workspace {workspace.name} cannot be given to a user of its own: {error.strerror or error}.",
                hint="Look at the machine's log; `machine doctor` says as which users agents run.",
            ) from error
        return installation.of_workspace(workspace.name), Switch(self.users.steward, user)

    def _settle(self, workspace: Path, installation: Installation) -> int:
        """Also where the workspace is older than its user: it came from a backup, or from a machine without users."""
        home, scratch = installation.home_of(workspace.name), installation.scratch_of(workspace.name)
        config, projects, project = self.transcripts.prepare(workspace.name, installation.config_dir)
        user = self.users.give(workspace.name, (home, scratch, workspace, config, projects, project))
        self.users.show((workspace / name for name in READ_ONLY), user)
        kept = {
            workspace: READ_ONLY,
            scratch: frozenset[str](),
            home: frozenset((config.name,)),
            config: frozenset((projects.name, CREDENTIALS_FILE)),
            projects: frozenset((project.name,)),
            project: frozenset[str](),
        }
        for folder, names in kept.items():
            self.users.hand_over(folder, user, names)
        return user

    def open_up(self, folder: Path) -> None:
        """Let the daemon read what agents made in a folder of a workspace. Blocking. Raises OSError."""
        if (user := self.users.owner_of(folder)) is not None:
            self.users.open_up(folder, user)

    def empty(self, folder: Path) -> None:
        """Remove what agents made in a folder of a workspace. Blocking. Raises OSError."""
        if (user := self.users.owner_of(folder)) is not None:
            self.users.empty(folder, user)
