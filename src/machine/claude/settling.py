"""What has to be in place before a CLI starts as a user of its own: folders, files, the login."""

import asyncio
from pathlib import Path
from typing import Final

from machine.claude.agent_login import AgentLogin
from machine.claude.agent_users import AgentUsers
from machine.claude.installation import Installation
from machine.claude.transcripts import TranscriptsOfUsers
from machine.claude.wardens import Switch
from machine.domain.errors import StoreError

DEFINITION: Final = frozenset((".claude", "CLAUDE.md", "CLAUDE.local.md", ".mcp.json"))
"""In a workspace: what belongs to the agent's definition, for its user to read. Everything else is theirs."""


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
        home, scratch = installation.home_of(workspace.name), installation.scratch_of(workspace.name)
        config = self.transcripts.prepare(workspace.name)
        user = self.users.give(workspace.name, (home, scratch, workspace, *config))
        self.users.show((workspace / name for name in DEFINITION), user)
        self.users.hand_over(workspace, user, DEFINITION)
        return user
