"""Claude's login on this machine, as the CLI itself sees it."""

import asyncio
import hashlib
import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from machine.claude.clean import as_dict, as_optional_text, as_text
from machine.claude.installation import CREDENTIALS_FILE, LOGIN_VARIABLES, Installation, is_provider
from machine.ports import LoginState

CHECK_SECONDS: Final = 10.0
_KEY: Final = "ANTHROPIC_API_KEY"
_GATEWAY_TOKEN: Final = "ANTHROPIC_AUTH_TOKEN"  # noqa: S105 - the name of a variable
_OUTPUT_BYTES: Final = 64 * 1024
EXPIRES_SOON: Final = timedelta(days=3)
_HINT: Final = (
    "Log in on the credentials page, or with `machine login upload FILE`; or start the program with ANTHROPIC_API_KEY, "
    "with CLAUDE_CODE_OAUTH_TOKEN (from `claude setup-token`), or with CLAUDE_CONFIG_DIR pointing at a folder where "
    "Claude Code is logged in. Tasks wait and go on by themselves."
)
_RENEW: Final = "Log in again before then: on the credentials page, or with `machine login upload FILE`."

_log = logging.getLogger(__name__)


async def ask_login(cli: Path, installation: Installation) -> LoginState:
    """What `claude auth status` says of this installation, within 10 s. It asks no server, so "ready" is a hope."""
    if installation.demo:
        return LoginState(state="demo", message="The demo model answers. No account is used and nothing costs money.")
    if _KEY in installation.variables:
        return LoginState(state="ready", method="api_key", message="Claude Code uses an API key.")
    if _GATEWAY_TOKEN in installation.variables:
        return LoginState(state="ready", method="auth_token", message="Claude Code uses the token of a gateway.")
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            output = await _output_of(cli, installation)
    except (TimeoutError, OSError) as error:
        _log.warning("claude auth status failed: %r", error)
        return LoginState(
            state="unknown",
            message=f"Claude Code did not say whether it is logged in ({error or 'no answer within 10 s'}).",
            hint="Run `machine doctor`, which tries each step and says which one fails.",
        )
    return login_state(output)


def login_state(output: bytes, *, now: datetime | None = None) -> LoginState:
    """The state in the JSON that `claude auth status` prints; `now` is the time that its login ends after."""
    try:
        status = as_dict(json.loads(output))
    except (ValueError, RecursionError):
        status = {}
    method = as_optional_text(status.get("authMethod"))
    if status.get("loggedIn") is True:
        plan = as_text(status.get("subscriptionType"))
        return _logged_in(method, plan, _moment(status.get("loginExpiresAt")), now or datetime.now(UTC))
    if status.get("loggedIn") is False:
        return LoginState(state="needs_login", method=method, message="Claude Code is not logged in.", hint=_HINT)
    return LoginState(
        state="unknown",
        message=f"Claude Code's answer about its login was not understood: {output[:200].decode(errors='replace')!r}",
        hint="A newer Claude Code may say it differently; look for a newer version of this program.",
    )


def _logged_in(method: str | None, plan: str, until: datetime | None, now: datetime) -> LoginState:
    """The CLI calls a login good whose time is over."""
    if until is not None and until <= now:
        message = f"Claude Code's login has expired on {until:%Y-%m-%d}."
        return LoginState(state="needs_login", method=method, message=message, hint=_HINT)
    if until is not None and until - now < EXPIRES_SOON:
        message = f"Claude Code's login expires on {until:%Y-%m-%d at %H:%M} UTC."
        return LoginState(state="expires_soon", method=method, message=message, hint=_RENEW, until=until)
    return LoginState(state="ready", method=method, message=f"Claude Code is logged in{plan and f' ({plan})'}.")


def _moment(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(as_text(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def evidence_of(installation: Installation) -> str:
    """A digest of what the login rests on: names of variables, and time and size of the CLI's own file. Blocking."""
    facts: list[object] = [*sorted(installation.variables)]
    try:
        file = (installation.config_dir / CREDENTIALS_FILE).stat()
        facts += [file.st_mtime_ns, file.st_size]
    except OSError as error:
        facts.append(error.errno)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def identity_of(installation: Installation) -> str:
    """A digest of the secrets that log it in; empty where a login file does."""
    if installation.demo:
        return "demo"
    decisive = [name for name in installation.variables if name in LOGIN_VARIABLES or is_provider(name)]
    if not decisive:
        return ""
    facts = [(name, installation.variables[name].get_secret_value()) for name in sorted(decisive)]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:24]


async def _output_of(cli: Path, installation: Installation) -> bytes:
    process = await asyncio.create_subprocess_exec(
        cli,
        "auth",
        "status",
        env=installation.environment(),
        cwd=installation.run_dir,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        output = await process.stdout.read(_OUTPUT_BYTES) if process.stdout is not None else b""
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return output
