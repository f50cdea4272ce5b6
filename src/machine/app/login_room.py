"""Joins what has to do with Claude's login."""

import asyncio
from contextlib import AsyncExitStack

from machine.app.engine_room import EngineRoom
from machine.app.ground import Ground
from machine.auth.secrets import Secrets, open_secrets
from machine.claude.account import CliAccount
from machine.domain.aio import cancel_and_wait, spawn
from machine.engine.auth_manager import AuthManager
from machine.engine.guided_login import GuidedLogin
from machine.engine.logins import ClaudeLogins


async def open_login(ground: Ground, engine: EngineRoom, stack: AsyncExitStack) -> ClaudeLogins:
    """Join the parts, and let CLIs have what is kept for them. `stack` ends a login that is under way."""
    settings = ground.settings
    account = CliAccount(
        ground.claude,
        former=settings.credentials_dir / "former-login.json",
        own_folder=settings.claude_config_dir is not None and not settings.demo,
    )
    await account.clear()
    if (settling := ground.claude.settling) is not None and settings.runs_tasks and not settings.demo:
        settling.login.renewed_by(account.try_current)
        stack.push_async_callback(cancel_and_wait, spawn(settling.login.watch(), name="login of agents"))
    kept = await asyncio.to_thread(_open_kept, ground)
    manager = AuthManager(account=account, gate=engine.gate, kept=kept, clock=ground.clock)
    if settings.runs_tasks and not settings.demo:
        await manager.start()
    guided = GuidedLogin(manager=manager, account=account, clock=ground.clock)
    stack.push_async_callback(guided.close)
    return ClaudeLogins(manager=manager, guided=guided)


def _open_kept(ground: Ground) -> Secrets:
    """Blocking."""
    settings = ground.settings
    return open_secrets(
        settings.credentials_dir / "kept",
        key=settings.secret_key,
        key_file=settings.secret_key_file,
        clock=ground.clock,
        redactor=ground.redactor,
        kind="login",
    )
