"""Claude's login as a process sees it that starts no CLI: what is wanted of it is done by a machine that does."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar

from machine.auth.credentials_file import CredentialsInvalid, LoginFile, parse_login_file
from machine.auth.secret_key import SealBroken
from machine.domain.command import ChangeLogin
from machine.domain.errors import BadRequest, Forbidden, MachineError, Unavailable
from machine.domain.principal import Principal
from machine.engine.auth_manager import AuthManager, AuthState, KeptSecret, Taken, kept_kinds
from machine.engine.command_desk import CommandDesk
from machine.engine.guided_login import Begun, GuidedLogin
from machine.engine.login_echo import FleetLogin
from machine.engine.login_trial import Verdict
from machine.engine.shared_login import FILE, SharedLogin, SharedSecrets
from machine.ports import LoginWays, Notes

_SEALED_AS: Final = "command about the login"
_AT: Final = "guided login, where"
_NOBODY: Final = LoginWays(source="file")

T = TypeVar("T")


class LoginElsewhere:
    """Has the verbs of `AuthManager` and `GuidedLogin`. Which machine does them makes no difference, but that the code
    of a guided login goes to the machine that began it."""

    def __init__(
        self,
        *,
        desk: CommandDesk,
        shared: SharedLogin,
        seen: FleetLogin,
        notes: Notes,
        workers: Callable[[], Awaitable[Sequence[str]]],
    ) -> None:
        """`notes` are those of all machines; `workers` names those that are there, the likeliest first."""
        self._desk = desk
        self._shared = shared
        self._kept = SharedSecrets(shared)
        self._seen = seen
        self._notes = notes
        self._workers = workers

    async def check_auth(self) -> AuthState:
        """See `AuthManager.check_auth`; of several machines, of the one that is worst off."""
        file, problem = await self._file()
        return AuthState(
            auth=self._seen.state,
            method=self._seen.method,
            ways=self._seen.ways or _NOBODY,
            file=file,
            file_problem=problem,
            kept=kept_kinds(self._kept),
            validated=None,
            last_worked_at=self._seen.last_worked_at,
            last_refused_at=self._seen.last_refused_at,
        )

    async def validate(self) -> Verdict:
        machine = await self._worker()
        found = await self._asked(machine, "validate", None, Verdict)
        return found.model_copy(update={"message": f"{found.message} (Tried on {machine}.)"})

    async def upload_credentials(self, content: bytes, by: Principal, *, force: bool = False) -> Taken:
        parse_login_file(content)
        return await self._asked(await self._worker(), "upload", by, Taken, content=content.decode(), force=force)

    async def keep_secret(self, kind: KeptSecret, value: str, by: Principal, *, force: bool = False) -> Taken:
        return await self._asked(await self._worker(), "keep", by, Taken, which=kind, value=value, force=force)

    async def drop_secret(self, kind: KeptSecret, by: Principal) -> None:
        await self._asked(await self._worker(), "drop", by, type(None), which=kind)

    async def log_out(self, by: Principal) -> None:
        await self._asked(await self._worker(), "log_out", by, type(None))

    async def begin(self) -> Begun:
        """See `GuidedLogin.begin`."""
        machine = await self._worker()
        begun = await self._asked(machine, "begin", None, Begun)
        await self._notes.put(_AT, machine)
        return begun

    async def complete(self, code: str, by: Principal) -> Taken:
        """See `GuidedLogin.complete`."""
        machine = await self._notes.get(_AT) or await self._worker()
        return await self._asked(machine, "complete", by, Taken, code=code)

    async def _worker(self) -> str:
        for name in await self._workers():
            return name
        raise Unavailable(
            "No machine that starts Claude Code is there, so no login can be tried.",
            hint="Start one: machine serve --role worker",
        )

    async def _asked(self, machine: str, what: Any, by: Principal | None, kind: type[T], **secret: Any) -> T:
        sealed = (await self._shared.check_key()).close(_SEALED_AS, json.dumps(secret)) if secret else ""
        return await self._desk.ask(machine, ChangeLogin(what=what, sealed=sealed), by, kind)

    async def _file(self) -> tuple[LoginFile | None, str]:
        await self._shared.look()
        try:
            content = self._shared.opened(FILE)
            return (None if content is None else parse_login_file(content.encode())), ""
        except CredentialsInvalid as error:
            return None, error.message
        except MachineError as error:  # another key than the others have
            return None, error.message


class LoginWork:
    """Does what `LoginElsewhere` asks for, on the machine that is asked."""

    def __init__(self, *, manager: AuthManager, guided: GuidedLogin, shared: SharedLogin) -> None:
        self._manager = manager
        self._guided = guided
        self._shared = shared

    async def perform(self, wish: ChangeLogin, by: Principal | None) -> Any:
        """Raises what the doing raises, and KeyUnusable and BadRequest for what cannot be opened."""
        match wish.what:
            case "validate":
                return await self._manager.validate()
            case "begin":
                return await self._guided.begin()
        if by is None:
            raise Forbidden("Nobody in particular may not change the login.", hint="Sign in.")
        if wish.what == "log_out":
            return await self._manager.log_out(by)
        said = self._opened(wish)
        match wish.what:
            case "upload":
                return await self._manager.upload_credentials(said["content"].encode(), by, force=said["force"])
            case "keep":
                return await self._manager.keep_secret(said["which"], said["value"], by, force=said["force"])
            case "drop":
                return await self._manager.drop_secret(said["which"], by)
            case "complete":
                return await self._guided.complete(said["code"], by)
        raise BadRequest(f"This machine cannot do {wish.what} with a login.", hint="Update it.")

    def _opened(self, wish: ChangeLogin) -> dict[str, Any]:
        try:
            return dict(json.loads(self._shared.check_usable().open(_SEALED_AS, wish.sealed)))
        except (SealBroken, ValueError) as error:
            raise BadRequest(
                "What was asked was sealed with another MACHINE_SECRET_KEY than this machine's.",
                hint="Start every machine with the same MACHINE_SECRET_KEY.",
            ) from error
