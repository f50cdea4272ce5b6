"""What the API needs of Claude's login, in one piece."""

from dataclasses import dataclass

from machine.engine.auth_manager import AuthManager
from machine.engine.guided_login import GuidedLogin
from machine.engine.login_elsewhere import LoginElsewhere


@dataclass(frozen=True)
class ClaudeLogins:
    """One for each process."""

    manager: AuthManager | LoginElsewhere
    guided: GuidedLogin | LoginElsewhere
