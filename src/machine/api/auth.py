"""Signing in with a link, a password or an invitation, setting a password, and out again."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from machine.api.asgi import address
from machine.api.deps import Caller, State
from machine.api.origins import is_public_https
from machine.api.people_schemas import AcceptInvitation, NewPassword, SetUp, UseLink, UsePassword
from machine.api.schemas import Me
from machine.api.state import ApiState
from machine.auth.people import LOGIN_LIFETIME, SignedIn
from machine.domain.principal import Via

router = APIRouter(prefix="/api/auth", tags=["auth"])


@router.post("/login", response_model=Me)
async def log_in(how: UseLink | UsePassword, request: Request, state: State) -> Response:
    """Use a one-time link up, or give name and password. The login is in an HttpOnly cookie that goes to this machine's
    own pages only."""
    if isinstance(how, UseLink):
        signed_in = await state.sign_in.by_link(how.secret, **_from(request))
        return await _welcome(state, request, signed_in, "login.link")
    password = how.password.get_secret_value()
    signed_in = await state.sign_in.by_password(how.name, password, **_from(request))
    return await _welcome(state, request, signed_in, "login.password")


@router.post("/setup", response_model=Me)
async def set_up(given: SetUp, request: Request, state: State) -> Response:
    """Use a login link up to give the machine's own administrator a name and a password, and sign in.

    Their other logins end. 409 when the name is another person's.
    """
    password = given.password.get_secret_value()
    signed_in = await state.sign_in.set_up(given.secret, given.name, password, **_from(request))
    return await _welcome(state, request, signed_in, "login.setup")


@router.post("/invite", response_model=Me)
async def accept_invitation(given: AcceptInvitation, request: Request, state: State) -> Response:
    """Use an invitation up: become a user, and sign in. 409 when the name is taken; the link works on then."""
    password = given.password.get_secret_value()
    signed_in = await state.sign_in.accept(given.secret, given.name, password, **_from(request))
    return await _welcome(state, request, signed_in, "login.invitation")


@router.put("/password", status_code=204)
async def set_password(given: NewPassword, request: Request, state: State, caller: Caller) -> Response:
    """Set one's own password. One's other logins end; tokens stay."""
    old = given.old.get_secret_value() if given.old else None
    new = given.new.get_secret_value()
    await state.accounts.set_password(old, new, caller, address=address(request.scope))
    return Response(status_code=204)


@router.get("/me")
async def me(caller: Caller) -> Me:
    """Who the caller is."""
    return Me.of(caller)


@router.post("/logout", status_code=204)
async def log_out(state: State, caller: Caller) -> Response:
    """End the login that was presented. A token is not ended by this: revoke it under /api/tokens."""
    if caller.via is Via.BROWSER:
        await state.authenticator.end_login(caller.credential_id)
    response = Response(status_code=204)
    response.delete_cookie(state.cookie_name, path="/", httponly=True, samesite="strict")
    return response


def _from(request: Request) -> dict[str, str]:
    return {"user_agent": request.headers.get("user-agent", ""), "address": address(request.scope)}


async def _welcome(state: ApiState, request: Request, signed_in: SignedIn, how: str) -> Response:
    """The cookie, once the audit log knows who came in. Who cannot be recorded gets no cookie."""
    principal = signed_in.principal
    async with state.audit.recording(principal, how, signed_in.login.login_id, address=address(request.scope)):
        response = JSONResponse(Me.of(principal).model_dump(mode="json"))
    response.set_cookie(
        state.cookie_name,
        signed_in.cookie,
        max_age=int(LOGIN_LIFETIME.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https" or is_public_https(state.settings, request.headers.get("host", "")),
        path="/",
    )
    return response
