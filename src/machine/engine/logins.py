"""What the API needs of Claude's login, in one piece."""

from dataclasses import dataclass

from machine.engine.auth_manager import AuthManager
from machine.engine.guided_login import GuidedLogin


@dataclass(frozen=True)
class ClaudeLogins:
    """One for each machine."""

    manager: AuthManager
    guided: GuidedLogin
