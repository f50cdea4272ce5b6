"""Joins what has to do with Claude's login."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from machine.app.engine_room import EngineRoom
from machine.app.ground import Ground
from machine.app.once import Watcher
from machine.app.sharing import Sharing
from machine.auth.secrets import Secrets, open_secrets
from machine.claude.account import CliAccount
from machine.domain.aio import cancel_and_wait, spawn
from machine.engine.auth_manager import AuthManager
from machine.engine.guided_login import GuidedLogin
from machine.engine.login_elsewhere import LoginElsewhere, LoginWork
from machine.engine.login_keeper import LoginKeeper
from machine.engine.logins import ClaudeLogins
from machine.engine.shared_account import SharedAccount
from machine.engine.shared_login import SharedSecrets
from machine.ports import ClaudeAccount, KeptSecrets
from machine.ports.pokes import LOGIN


@dataclass(frozen=True)
class LoginRoom:
    """What the API needs, what has to go on, and what does what other processes ask for."""

    logins: ClaudeLogins
    watchers: tuple[Watcher, ...] = ()
    work: LoginWork | None = None


async def open_login(ground: Ground, engine: EngineRoom, stack: AsyncExitStack) -> LoginRoom:
    """Join the parts, and let CLIs have what is kept for them. `stack` ends a login that is under way."""
    settings, sharing = ground.settings, ground.sharing
    if sharing is not None and not settings.runs_tasks:
        return LoginRoom(_elsewhere(engine, sharing))
    account = CliAccount(
        ground.claude,
        former=settings.credentials_dir / "former-login.json",
        own_folder=settings.claude_config_dir is not None and not settings.demo,
    )
    await account.clear()
    engine.gate.ways = lambda: account.ways
    if (settling := ground.claude.settling) is not None and not settings.demo:
        settling.login.renewed_by(account.try_current)
        stack.push_async_callback(cancel_and_wait, spawn(settling.login.watch(), name="login of agents"))
    if sharing is not None:
        return _shared(ground, engine, sharing, account, stack)
    manager = _manager(ground, engine, account, await asyncio.to_thread(_open_kept, ground))
    if not settings.demo:
        await manager.start()
    return LoginRoom(ClaudeLogins(manager=manager, guided=_guided(ground, manager, account, stack)))


def _shared(
    ground: Ground, engine: EngineRoom, sharing: Sharing, account: CliAccount, stack: AsyncExitStack
) -> LoginRoom:
    """Where a login is entered at any machine, and used by all."""
    shared, of_all = sharing.login, SharedAccount(account, sharing.login)
    manager = _manager(ground, engine, of_all, SharedSecrets(shared), changed=lambda: sharing.pokes.poke(LOGIN))
    guided = _guided(ground, manager, of_all, stack)
    keeper = LoginKeeper(
        shared=shared,
        account=of_all,
        manager=manager,
        duties=sharing.duties,
        pokes=sharing.pokes,
        process_id=sharing.process_id,
        clock=ground.clock,
        refused=lambda: account.ways.variable is None and engine.gate.state.state in ("refused", "needs_login"),
    )
    return LoginRoom(
        logins=ClaudeLogins(manager=manager, guided=guided),
        watchers=() if ground.settings.demo else (keeper,),
        work=LoginWork(manager=manager, guided=guided, shared=shared),
    )


def _elsewhere(engine: EngineRoom, sharing: Sharing) -> ClaudeLogins:
    """Where no CLI is started."""
    if engine.fleet_login is None or engine.steering.desk is None:
        raise AssertionError("a process that starts no CLI is one of a fleet")
    there = LoginElsewhere(
        desk=engine.steering.desk,
        shared=sharing.login,
        seen=engine.fleet_login,
        notes=sharing.notes,
        workers=sharing.workers,
    )
    return ClaudeLogins(manager=there, guided=there)


def _manager(
    ground: Ground,
    engine: EngineRoom,
    account: ClaudeAccount,
    kept: KeptSecrets,
    changed: Callable[[], None] = lambda: None,
) -> AuthManager:
    return AuthManager(account=account, gate=engine.gate, kept=kept, clock=ground.clock, changed=changed)


def _guided(ground: Ground, manager: AuthManager, account: ClaudeAccount, stack: AsyncExitStack) -> GuidedLogin:
    guided = GuidedLogin(manager=manager, account=account, clock=ground.clock)
    stack.push_async_callback(guided.close)
    return guided


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
