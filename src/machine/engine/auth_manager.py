"""AuthManager: Claude's login on this machine, looked at, tried for real, replaced, and given up.

Whatever is to be put in force is tried first, with a real request in a folder of its own: `claude --version` and
`claude auth status` prove nothing. What the API refuses never takes the place of what was there.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, SecretStr

from machine.auth.credentials_file import CredentialsInvalid, LoginFile, checked_key, checked_token, parse_login_file
from machine.domain.clock import Clock
from machine.domain.errors import Conflict, NotFound, Unavailable
from machine.domain.events import AuthStatusData
from machine.domain.principal import Principal
from machine.engine.login_gate import LoginGate
from machine.engine.login_trial import Verdict, verdict_on
from machine.ports import ClaudeAccount, KeptSecrets, LoginWays, Trial

VALIDATE_EVERY: Final = timedelta(seconds=10)
"""Asked again sooner, the answer is the last one: each costs a request."""
KeptSecret = Literal["api_key", "oauth_token"]
VARIABLES: Final[dict[KeptSecret, str]] = {"api_key": "ANTHROPIC_API_KEY", "oauth_token": "CLAUDE_CODE_OAUTH_TOKEN"}
_NAMES: Final[dict[KeptSecret, str]] = {"api_key": "API_KEY", "oauth_token": "OAUTH_TOKEN"}
"""Under which they are sealed, in a folder of their own: no agent can name them."""
_WORDS: Final[dict[KeptSecret, str]] = {"api_key": "API key", "oauth_token": "token"}

_log = logging.getLogger(__name__)


class AuthState(BaseModel):
    """All that may be known of the login; no secret is in it."""

    model_config = ConfigDict(frozen=True)

    auth: AuthStatusData
    method: str | None
    ways: LoginWays
    file: LoginFile | None
    file_problem: str
    """Why the login file is none; empty when it is one, or is not there."""
    kept: tuple[KeptSecret, ...]
    validated: Verdict | None
    last_worked_at: datetime | None
    last_refused_at: datetime | None


class Taken(BaseModel):
    """A login that is in force now, and what its trial came to. `note` says so where something else wins over it."""

    model_config = ConfigDict(frozen=True)

    verdict: Verdict
    note: str = ""


class AuthManager:
    """Checks, tries and replaces the login. One change at a time."""

    def __init__(
        self,
        *,
        account: ClaudeAccount,
        gate: LoginGate,
        kept: KeptSecrets,
        clock: Clock,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`changed` is called when there is another login."""
        self._tell = changed
        self._account = account
        self._gate = gate
        self._kept = kept
        self._now = clock
        self._changing = asyncio.Lock()
        self._trying = asyncio.Lock()
        self._validated: Verdict | None = None

    async def start(self) -> None:
        """Let CLIs have the key or token that is kept here."""
        await self._use_kept()

    async def follow(self, *, is_new: bool) -> None:
        """Another machine has changed what is kept for all, to a login that `is_new` or to the same one, renewed."""
        await self._use_kept()
        if is_new or not self._gate.open:
            self._validated = None
            await self._gate.renew()

    async def check_auth(self) -> AuthState:
        """What is known without a request."""
        content = await self._account.read()
        file, problem = _read(content)
        gate = self._gate
        return AuthState(
            auth=gate.state,
            method=gate.method,
            ways=self._account.ways,
            file=file,
            file_problem=problem,
            kept=kept_kinds(self._kept),
            validated=self._validated,
            last_worked_at=gate.last_worked_at,
            last_refused_at=gate.last_refused_at,
        )

    async def validate(self) -> Verdict:
        """One real request with the login in force; who asks meanwhile, or within 10 s, gets the same answer.

        Raises Conflict (the demo), CliMissing, StoreError.
        """
        self._not_in_demo()
        async with self._trying:
            last = self._validated
            if last is not None and self._now() - last.at < VALIDATE_EVERY:
                return last
            verdict = verdict_on(await self._account.try_current(), self._now())
            return await self._heed(verdict)

    async def upload_credentials(self, content: bytes, by: Principal, *, force: bool = False) -> Taken:
        """Put a login file in force: its structure is checked, it is tried, and then kept. `force` keeps it, too, when
        nobody answers who could say whether it is good; the former one is put back if it turns out not to be.

        Raises CredentialsInvalid, Unavailable (not tried, not forced), Conflict, CliMissing, StoreError.
        """
        self.check_file_may_change()
        parse_login_file(content)
        async with self._alone():
            trial, left = await self._account.try_file(content)
            verdict = self._judged(trial, force=force)
            await self._account.put(_renewed(left, content), keep_former=verdict.outcome == "unclear")
            if verdict.outcome != "unclear":
                await self._account.settle(good=True)
            _log.info("a login file was uploaded by %s: %s", by.user_id, verdict.message)
            return await self._taken(verdict, wanted="file")

    async def keep_secret(self, kind: KeptSecret, value: str, by: Principal, *, force: bool = False) -> Taken:
        """Put an API key, or a token of `claude setup-token`, in force, in place of the environment's.

        Raises as `upload_credentials` does.
        """
        self._not_in_demo()
        secret = checked_key(value) if kind == "api_key" else checked_token(value)
        async with self._alone():
            trial = await self._account.try_variables({VARIABLES[kind]: SecretStr(secret)})
            verdict = self._judged(trial, force=force)
            await self._kept.set({_NAMES[kind]: secret}, by=by.user_id)
            await self._use_kept()
            _log.info("an %s was set by %s: %s", kind, by.user_id, verdict.message)
            return await self._taken(verdict, wanted=VARIABLES[kind])

    async def drop_secret(self, kind: KeptSecret, by: Principal) -> None:
        """Forget the key or token that is kept here. Raises NotFound, Conflict, StoreError."""
        async with self._alone():
            if not any(one.name == _NAMES[kind] for one in self._kept.all()):
                raise NotFound(f"No {_WORDS[kind]} is kept here.")
            await self._kept.delete(_NAMES[kind])
            await self._changed()
            _log.info("the %s was deleted by %s", kind, by.user_id)

    async def log_out(self, by: Principal) -> None:
        """Forget the login file and all keys and tokens kept here; what the environment gives stays.

        Raises Conflict, StoreError.
        """
        self.check_file_may_change()
        async with self._alone():
            await self._account.forget()
            for one in self._kept.all():
                await self._kept.delete(one.name)
            await self._changed()
            _log.info("the machine was logged out by %s", by.user_id)

    async def _heed(self, verdict: Verdict) -> Verdict:
        """Let the gate, and a login that was kept unseen, know what came of a real request."""
        if verdict.outcome == "refused" and await self._account.settle(good=False):
            verdict = verdict.model_copy(update={"message": f"{verdict.message} The former login is in force again."})
            self._validated = verdict
            await self._gate.renew()
            return verdict
        if verdict.outcome in ("worked", "quota"):
            await self._account.settle(good=True)
        self._validated = verdict
        await self._tell_gate(verdict)
        return verdict

    async def _tell_gate(self, verdict: Verdict) -> None:
        if verdict.parked is not None:
            self._gate.heed(verdict.parked)
        elif verdict.outcome == "worked":
            self._gate.worked()
            await self._gate.renew()

    def _judged(self, trial: Trial, *, force: bool) -> Verdict:
        """The verdict on what is to be put in force. Raises CredentialsInvalid, Unavailable."""
        verdict = verdict_on(trial, self._now())
        if verdict.outcome == "refused":
            hint = "Nothing was changed. Log in anew with `claude auth login`, and send what comes of it."
            raise CredentialsInvalid(f"The API does not take it: {verdict.message}", hint=hint)
        if verdict.outcome == "unclear" and not force:
            hint = "Nothing was changed. Check the network and try again, or keep it untried with `force`."
            raise Unavailable(f"It could not be tried: {verdict.message}", hint=hint)
        return verdict

    async def _taken(self, verdict: Verdict, *, wanted: str) -> Taken:
        """Let everything go on with the new login."""
        self._tell()
        ways = self._account.ways
        if wanted in (ways.source, ways.variable):
            self._validated = verdict
            await self._gate.renew()
            if verdict.outcome != "unclear":
                await self._tell_gate(verdict)
            return Taken(verdict=verdict)
        return Taken(verdict=verdict, note=f"{ways.variable} wins over it, so Claude Code does not use it yet.")

    async def _changed(self) -> None:
        self._tell()
        self._validated = None
        await self._use_kept()
        await self._gate.renew()

    async def _use_kept(self) -> None:
        values = await self._kept.values_of(_NAMES.values())
        given = {VARIABLES[kind]: SecretStr(values[name]) for kind, name in _NAMES.items() if name in values}
        self._account.use(given)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        if self._changing.locked():
            raise Conflict("The login is being changed already.", hint="Wait a minute, then look again.")
        async with self._changing, self._trying:
            yield

    def check_file_may_change(self) -> None:
        """Raises Conflict where the login file is not the machine's to change."""
        self._not_in_demo()
        if self._account.ways.folder_is_a_persons:
            raise Conflict(
                "This machine uses a folder that belongs to a person: CLAUDE_CONFIG_DIR names it. It is not changed.",
                hint="Log in there with `claude`, or start the machine without CLAUDE_CONFIG_DIR.",
            )

    def _not_in_demo(self) -> None:
        if self._account.ways.source == "demo":
            raise Conflict("The demo uses no login.", hint="Start the machine without --demo.")


def kept_kinds(kept: KeptSecrets) -> tuple[KeptSecret, ...]:
    """What of keys and tokens there is."""
    return tuple(kind for kind, name in _NAMES.items() if kept.has(name))


def _read(content: bytes | None) -> tuple[LoginFile | None, str]:
    if content is None:
        return None, ""
    try:
        return parse_login_file(content), ""
    except CredentialsInvalid as error:
        return None, error.message


def _renewed(left: bytes, content: bytes) -> bytes:
    """The file as the CLI left it after its trial: renewing a login makes the file before it worthless."""
    return left if _read(left)[0] is not None else content
