"""Claude's login: its state, trying it, uploading another one, keys, the guided login. No secret comes out."""

from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, StrictBool
from starlette.responses import Response

from machine.api.deps import Caller, State
from machine.api.multipart import MEDIA_TYPE
from machine.api.sent_file import sent_file
from machine.auth.credentials_file import MAX_KEY_CHARACTERS
from machine.domain.errors import Forbidden
from machine.domain.events import LoginWord
from machine.domain.principal import Principal
from machine.engine.auth_manager import AuthState, KeptSecret, Taken
from machine.engine.login_trial import Verdict
from machine.ports import LoginSource

router = APIRouter(prefix="/api/credentials", tags=["credentials"])

_JSON_TYPES: Final = ("application/json", "application/octet-stream", "text/plain")
_FORM: Final = {
    "type": "object",
    "properties": {"file": {"type": "string", "format": "binary"}},
    "required": ["file"],
}
_UPLOAD: Final = {
    "requestBody": {
        "required": True,
        "content": {MEDIA_TYPE: {"schema": _FORM}, "application/json": {"schema": {"type": "object"}}},
    }
}


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class NewSecret(_In):
    """A key or a token; it is never shown again. `force` keeps it even where it could not be tried."""

    value: SecretStr = Field(min_length=1, max_length=MAX_KEY_CHARACTERS)
    force: StrictBool = False


def _said_true(value: object) -> object:
    if value is not True:
        raise ValueError("has to be true")
    return value


class LogOut(_In):
    """`confirm` has to be true: tasks wait from then on."""

    confirm: Annotated[Literal[True], BeforeValidator(_said_true)]


class LoginCode(_In):
    """What the page of the login shows."""

    code: SecretStr = Field(min_length=1, max_length=4096)


class LoginDetails(_Out):
    """For administrators."""

    source: LoginSource
    variable: str | None
    """The variable that decides which login is used; none where the login file is."""
    folder: str
    """Where the login file lies."""
    file: bool
    """Whether there is a login file, used or not."""
    file_problem: str
    kept: list[KeptSecret]
    """Keys and tokens that are kept here."""
    access_expires_at: datetime | None
    """Claude Code renews this by itself."""


class CredentialsView(_Out):
    """Claude's login. `details` are unset for those who are no administrators."""

    state: LoginWord
    message: str
    hint: str
    until: datetime | None
    """When a quota resets, or the login expires."""
    method: str | None
    subscription: str | None
    expires_at: datetime | None
    """When a person has to log in again, where the login file says so and is used."""
    last_ok: datetime | None
    """When a real request last went through."""
    last_refused: datetime | None
    last_validated_at: datetime | None
    details: LoginDetails | None

    @classmethod
    def of(cls, found: AuthState, by: Principal) -> "CredentialsView":
        used = found.file if found.ways.variable is None else None
        return cls(
            **found.auth.model_dump(),
            method=found.method,
            subscription=used.subscription if used else None,
            expires_at=used.login_expires_at if used else None,
            last_ok=found.last_worked_at,
            last_refused=found.last_refused_at,
            last_validated_at=found.validated.at if found.validated else None,
            details=_details(found) if by.is_administrator else None,
        )


class ValidationView(_Out):
    """What one real request came to. `unclear`: nobody answered who could say."""

    outcome: Literal["worked", "refused", "quota", "unclear"]
    message: str
    at: datetime
    until: datetime | None
    cost_usd: float
    """At list prices where a subscription pays."""

    @classmethod
    def of(cls, verdict: Verdict) -> "ValidationView":
        return cls(**verdict.model_dump())


class TakenView(_Out):
    """A login that is in force now; `note` says so where something else wins over it."""

    validation: ValidationView
    note: str

    @classmethod
    def of(cls, taken: Taken) -> "TakenView":
        return cls(validation=ValidationView.of(taken.verdict), note=taken.note)


class LoginBegun(_Out):
    url: str
    """To be opened in a browser; it shows a code, which is to be sent to `login/code`."""
    until: datetime


def _administrator(caller: Caller) -> Principal:
    if not caller.is_administrator:
        raise Forbidden("Only administrators may try or change Claude's login.", hint=caller.how_to_administer)
    return caller


Administrator = Annotated[Principal, Depends(_administrator)]
Force = Annotated[bool, Query(description="Keep it, too, when nobody answers who could say that it is good.")]


@router.get("")
async def get_credentials(state: State, caller: Caller) -> CredentialsView:
    """Whether Claude Code can work, how it logs in, and whether a real request last went through. Asks nobody."""
    return CredentialsView.of(await state.claude_logins.manager.check_auth(), caller)


@router.post("/validate")
async def validate(state: State, _: Administrator) -> ValidationView:
    """Make one real request with the login in force. Asked again within 10 s, the answer is the last one."""
    return ValidationView.of(await state.claude_logins.manager.validate())


@router.post("/upload", openapi_extra=_UPLOAD)
async def upload(request: Request, state: State, by: Administrator, force: Force = False) -> TakenView:
    """Put a login file in force: a file of a form, or the JSON itself. It is checked, then tried with a real request,
    then kept; when it is refused, the one that was there stays."""
    content = await sent_file(request, what="A login", plain=_JSON_TYPES)
    return TakenView.of(await state.claude_logins.manager.upload_credentials(content, by, force=force))


@router.post("/logout", status_code=204)
async def log_out(_: LogOut, state: State, by: Administrator) -> Response:
    """Forget the login file and the keys kept here. What the environment gives stays."""
    await state.claude_logins.manager.log_out(by)
    return Response(status_code=204)


@router.put("/api-key")
async def put_api_key(new: NewSecret, state: State, by: Administrator) -> TakenView:
    """Use an API key, in place of what the environment gives. It is tried first."""
    return await _kept("api_key", new, state, by)


@router.delete("/api-key", status_code=204)
async def delete_api_key(state: State, by: Administrator) -> Response:
    """Forget the API key that is kept here."""
    await state.claude_logins.manager.drop_secret("api_key", by)
    return Response(status_code=204)


@router.put("/oauth-token")
async def put_oauth_token(new: NewSecret, state: State, by: Administrator) -> TakenView:
    """Use a token that `claude setup-token` has made. It is tried first."""
    return await _kept("oauth_token", new, state, by)


@router.delete("/oauth-token", status_code=204)
async def delete_oauth_token(state: State, by: Administrator) -> Response:
    """Forget the token that is kept here."""
    await state.claude_logins.manager.drop_secret("oauth_token", by)
    return Response(status_code=204)


@router.post("/login", status_code=201)
async def begin_login(state: State, _: Administrator) -> LoginBegun:
    """Begin Claude Code's own login. It waits for its code for 10 minutes; beginning anew ends the one before."""
    begun = await state.claude_logins.guided.begin()
    return LoginBegun(url=begun.url, until=begun.until)


@router.post("/login/code")
async def complete_login(new: LoginCode, state: State, by: Administrator) -> TakenView:
    """Hand the code of that login over, and use what comes of it."""
    return TakenView.of(await state.claude_logins.guided.complete(new.code.get_secret_value(), by))


async def _kept(kind: KeptSecret, new: NewSecret, state: State, by: Principal) -> TakenView:
    manager = state.claude_logins.manager
    return TakenView.of(await manager.keep_secret(kind, new.value.get_secret_value(), by, force=new.force))


def _details(found: AuthState) -> LoginDetails:
    return LoginDetails(
        source=found.ways.source,
        variable=found.ways.variable,
        folder=found.ways.folder,
        file=found.file is not None,
        file_problem=found.file_problem,
        kept=list(found.kept),
        access_expires_at=found.file.access_expires_at if found.file else None,
    )
