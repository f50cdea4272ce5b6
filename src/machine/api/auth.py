"""Signing in with a one-time link, and out again."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from machine.api.asgi import address
from machine.api.deps import Caller, State
from machine.api.origins import is_public_https
from machine.api.schemas import Me, UseLink
from machine.auth.people import LOGIN_LIFETIME
from machine.domain.principal import Via

router = APIRouter(prefix="/api/auth", tags=["auth"])


@router.post("/login", response_model=Me)
async def log_in(link: UseLink, request: Request, state: State) -> Response:
    """Use a one-time link up. The login is in an HttpOnly cookie that goes to this machine's own pages only."""
    _, principal, secret = await state.authenticator.log_in(
        link.secret, user_agent=request.headers.get("user-agent", ""), address=address(request.scope)
    )
    response = JSONResponse(Me.of(principal).model_dump(mode="json"))
    response.set_cookie(
        state.cookie_name,
        secret,
        max_age=int(LOGIN_LIFETIME.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https" or is_public_https(state.settings, request.headers.get("host", "")),
        path="/",
    )
    return response


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
